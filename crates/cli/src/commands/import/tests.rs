use std::path::Path;

use serde_json::{Map, Value, json};

use super::*;
use crate::commands::export::{Export, ExportFormat};
use crate::settings::{Environment, Settings};

fn settings(home: &Path, name: &str) -> Settings {
    let base = home.join(name);
    let variables = [("MCP_MEMORY_BASE_DIR", base.to_str().unwrap())];
    Settings::resolve(Vec::new(), Environment::of(&variables, Some(home), home)).unwrap()
}

async fn call(settings: &Settings, tool: &str, arguments: Value) -> Value {
    let session = Session::silent(settings.clone());
    let arguments: Map<String, Value> = arguments.as_object().unwrap().clone();
    let answer = session.call::<Value>("working", tool, arguments).await.unwrap().value;
    session.close().await;
    answer
}

async fn export(settings: &Settings, target: &Path, format: ExportFormat) -> Result<Verdict, Failure> {
    let session = Session::silent(settings.clone());
    let export = Export { target: target.into(), format, tags: Vec::new(), store: None, force: false };
    let verdict = export.run(&session).await;
    session.close().await;
    verdict
}

async fn import_file(settings: &Settings, file: &Path, dry_run: bool) -> Result<Verdict, Failure> {
    let session = Session::silent(settings.clone());
    let verdict = Import { files: vec![file.into()], dry_run }.run(&session).await;
    session.close().await;
    verdict
}

/// The memories of an export, without the checks, which hold the header too.
fn records(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let is_memory = |line: &&Value| line["record"] == "memory";
    let mut memories: Vec<Value> = lines.iter().filter(is_memory).cloned().collect();
    for memory in &mut memories {
        memory.as_object_mut().unwrap().remove("check");
    }
    assert_eq!(memories.len() + 2, lines.len());
    memories
}

#[tokio::test]
async fn what_was_exported_is_imported_with_its_times_tags_and_stores() {
    let home = tempfile::tempdir().unwrap();
    let (old, new) = (settings(home.path(), "old"), settings(home.path(), "new"));
    let stored = json!({ "content": "one", "tags": ["a", "b"], "metadata": { "k": 1 }, "store": "work" });
    call(&old, "memory_store", stored).await;
    call(&old, "memory_store", json!({ "content": "two", "occurred_at": "2020-05-05" })).await;
    for (format, name) in [(ExportFormat::Native, "a.jsonl"), (ExportFormat::Original, "a.json")] {
        let file = home.path().join(name);
        assert_eq!(export(&old, &file, format).await.unwrap(), Verdict::Success);
        let target = settings(home.path(), name.trim_start_matches("a."));
        assert_eq!(import_file(&target, &file, true).await.unwrap(), Verdict::Success);
        assert!(!target.database.value.exists());
        assert_eq!(import_file(&target, &file, false).await.unwrap(), Verdict::Success);
        let mut pages = [&old, &target].map(|_| Value::Null);
        for (page, settings) in pages.iter_mut().zip([&old, &target]) {
            *page = call(settings, "memory_list", json!({ "store": "all" })).await;
        }
        let [before, after] = pages;
        for field in ["content", "tags", "store", "created_at", "memory_type", "content_hash"] {
            for number in 0..2 {
                let (before, after) = (&before["memories"][number][field], &after["memories"][number][field]);
                assert_eq!(before, after, "{name} {field}");
            }
        }
        assert_eq!(after["total"], 2);
    }
    let (first, second) = (home.path().join("1.jsonl"), home.path().join("2.jsonl"));
    export(&settings(home.path(), "jsonl"), &first, ExportFormat::Native).await.unwrap();
    import_file(&new, &first, false).await.unwrap();
    export(&new, &second, ExportFormat::Native).await.unwrap();
    assert_eq!(records(&first), records(&second));
}

#[tokio::test]
async fn what_is_there_already_is_not_changed_and_what_cannot_be_used_gives_exit_code_1() {
    let home = tempfile::tempdir().unwrap();
    let target = settings(home.path(), "base");
    call(&target, "memory_store", json!({ "content": "here", "tags": ["mine"] })).await;
    let file = home.path().join("x.json");
    let memories =
        json!([{ "content": "here", "tags": ["theirs"] }, { "content": "" }, { "content": "new" }]);
    std::fs::write(&file, json!({ "memories": memories }).to_string()).unwrap();
    assert_eq!(import_file(&target, &file, false).await.unwrap(), Verdict::Incomplete);
    let page = call(&target, "memory_list", json!({})).await;
    assert_eq!(page["total"], 2);
    let here =
        page["memories"].as_array().unwrap().iter().find(|memory| memory["content"] == "here").unwrap();
    assert_eq!(here["tags"], json!(["mine"]));
}

#[tokio::test]
async fn of_a_torn_file_nothing_is_taken_in() {
    let home = tempfile::tempdir().unwrap();
    let (old, new) = (settings(home.path(), "old"), settings(home.path(), "new"));
    call(&old, "memory_store", json!({ "content": "one" })).await;
    call(&old, "memory_store", json!({ "content": "two" })).await;
    let file = home.path().join("x.jsonl");
    export(&old, &file, ExportFormat::Native).await.unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let torn: Vec<&str> = text.lines().take(2).collect();
    std::fs::write(&file, torn.join("\n")).unwrap();
    assert!(import_file(&new, &file, false).await.is_err());
    assert_eq!(call(&new, "memory_list", json!({})).await["total"], 0);
    assert!(export(&old, &file, ExportFormat::Native).await.is_err(), "a file that is there is kept");
}

#[test]
fn a_tally_tells_people_every_number_that_is_not_zero() {
    let mut tally = Tally::new(false);
    let summary = Summary { refused: 1, ..Summary::default() };
    tally.begin(Path::new("x.json"), &summary);
    for outcome in [ImportOutcome::Created, ImportOutcome::Restored, ImportOutcome::Duplicate] {
        tally.add(outcome);
    }
    tally.refuse(transfer::Place::Line(3), &transfer::Refusal::Missing { field: "content" });
    tally.edges = 1200;
    insta::assert_snapshot!(anstream::adapter::strip_str(&tally.for_people()).to_string());
    assert!(!tally.is_complete());
}
