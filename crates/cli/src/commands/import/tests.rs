use std::path::Path;

use serde_json::{Map, Value, json};

use ports::Loaded;
use transfer::Summary;

use super::tally::Told;
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
    let answer = mcp::tools::call(&session.grant, tool, arguments).await.unwrap().structured().unwrap();
    session.close().await;
    answer
}

async fn export(settings: &Settings, target: &Path, format: ExportFormat) -> Result<Verdict, Failure> {
    let session = Session::silent(settings.clone());
    let export = Export {
        target: target.into(),
        format,
        tags: Vec::new(),
        store: None,
        without_deleted: false,
        without_vectors: false,
        force: false,
    };
    let verdict = export.run(&session).await;
    session.close().await;
    verdict
}

async fn import_file(settings: &Settings, file: &Path, dry_run: bool) -> Result<Verdict, Failure> {
    let session = Session::silent(settings.clone());
    let import = Import { dry_run, ..whole(file) };
    let verdict = import.run(&session).await;
    session.close().await;
    verdict
}

fn whole(file: &Path) -> Import {
    Import { files: vec![file.into()], dry_run: false, restore_deleted: false, mark_imported: false }
}

/// The records of an export, without the checks, which hold the header too.
fn records(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut records: Vec<Value> = lines[1..lines.len() - 1].to_vec();
    for record in &mut records {
        record.as_object_mut().unwrap().remove("check");
    }
    records
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
    let (jsonl, second) = (home.path().join("a.jsonl"), home.path().join("2.jsonl"));
    import_file(&new, &jsonl, false).await.unwrap();
    export(&new, &second, ExportFormat::Native).await.unwrap();
    let in_first: Vec<Value> = records(&jsonl);
    assert_eq!(in_first.len(), 2);
    assert_eq!(in_first, records(&second));
}

/// A database with a live, a replaced and a deleted memory, each with a vector.
async fn of_every_kind(home: &Path) -> Settings {
    let old = settings(home, "old");
    for text in ["one", "two", "three"] {
        call(&old, "memory_store", json!({ "content": text, "metadata": { "k": 1.0 } })).await;
    }
    let found = call(&old, "memory_list", json!({})).await;
    let key = |text: &str| {
        let memories = found["memories"].as_array().unwrap();
        memories.iter().find(|memory| memory["content"] == text).unwrap()["content_hash"].clone()
    };
    let version = json!({ "content_hash": key("one"), "updates": { "content": "four" }, "versioned": true });
    call(&old, "memory_update", version).await;
    call(&old, "memory_delete", json!({ "content_hash": key("two") })).await;
    old
}

#[tokio::test]
async fn an_export_brings_back_versions_deletions_vectors_and_whose_words_they_are() {
    let home = tempfile::tempdir().unwrap();
    let (old, new) = (of_every_kind(home.path()).await, settings(home.path(), "new"));
    let (first, second) = (home.path().join("1.jsonl"), home.path().join("2.jsonl"));
    export(&old, &first, ExportFormat::Native).await.unwrap();
    assert_eq!(import_file(&new, &first, false).await.unwrap(), Verdict::Success);
    export(&new, &second, ExportFormat::Native).await.unwrap();
    let given = records(&first);
    assert_eq!(given, records(&second));
    assert_eq!(given.len(), 4);
    assert!(given.iter().all(|record| record["vector"].is_string()), "{given:?}");
    assert!(given.iter().all(|record| record["origin"]["kind"] != "import"));
    assert_eq!(given[3]["deletion"], 1);
    let tally = told(&new, &first, |import| Import { dry_run: true, ..import }).await;
    assert_eq!((&tally["duplicates"], &tally["deleted"]["duplicates"]), (&json!(3), &json!(1)));
}

#[tokio::test]
async fn somebody_elses_export_is_marked_as_imported() {
    let home = tempfile::tempdir().unwrap();
    let (old, new) = (of_every_kind(home.path()).await, settings(home.path(), "new"));
    let (first, second) = (home.path().join("1.jsonl"), home.path().join("2.jsonl"));
    export(&old, &first, ExportFormat::Native).await.unwrap();
    let session = Session::silent(new.clone());
    let import = Import { mark_imported: true, ..whole(&first) };
    assert_eq!(import.run(&session).await.unwrap(), Verdict::Success);
    session.close().await;
    export(&new, &second, ExportFormat::Native).await.unwrap();
    let taken = records(&second);
    assert_eq!(taken.len(), 4);
    assert!(taken.iter().all(|record| record["origin"]["kind"] == "import" && record["vector"].is_null()));
}

async fn told(settings: &Settings, file: &Path, import: impl FnOnce(Import) -> Import) -> Value {
    let session = Session::silent(settings.clone());
    let tally = import(whole(file)).take_in(&session).await.unwrap();
    session.close().await;
    tally.for_programs()
}

#[tokio::test]
async fn a_dry_run_tells_what_the_import_then_does_and_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let old = of_every_kind(home.path()).await;
    let file = home.path().join("1.jsonl");
    export(&old, &file, ExportFormat::Native).await.unwrap();
    let empty = settings(home.path(), "empty");
    let partly = settings(home.path(), "partly");
    for text in ["two", "three"] {
        call(&partly, "memory_store", json!({ "content": text })).await;
    }
    let found = call(&partly, "memory_list", json!({})).await;
    let three = found["memories"].as_array().unwrap().iter().find(|memory| memory["content"] == "three");
    call(&partly, "memory_delete", json!({ "content_hash": three.unwrap()["content_hash"] })).await;
    for settings in [&empty, &partly, &old] {
        for restore_deleted in [true, false] {
            let before = std::fs::exists(&settings.database.value).unwrap();
            let mut dry =
                told(settings, &file, |import| Import { dry_run: true, restore_deleted, ..import }).await;
            assert_eq!(std::fs::exists(&settings.database.value).unwrap(), before);
            let again =
                told(settings, &file, |import| Import { dry_run: true, restore_deleted, ..import }).await;
            assert_eq!(dry, again, "the first changed nothing");
            dry["dry_run"] = false.into();
            assert_eq!(told(settings, &file, |import| Import { restore_deleted, ..import }).await, dry);
        }
    }
}

#[tokio::test]
async fn what_was_deleted_here_stays_deleted_unless_that_is_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let (old, new) = (settings(home.path(), "old"), settings(home.path(), "new"));
    let file = home.path().join("1.jsonl");
    for settings in [&old, &new] {
        call(settings, "memory_store", json!({ "content": "one" })).await;
    }
    export(&old, &file, ExportFormat::Native).await.unwrap();
    let key = call(&new, "memory_list", json!({})).await["memories"][0]["content_hash"].clone();
    call(&new, "memory_delete", json!({ "content_hash": key })).await;
    let kept = told(&new, &file, |import| import).await;
    assert_eq!((&kept["created"], &kept["still_deleted"]), (&json!(0), &json!(1)));
    assert_eq!(call(&new, "memory_list", json!({})).await["total"], 0);
    let back = told(&new, &file, |import| Import { restore_deleted: true, ..import }).await;
    assert_eq!((&back["restored"], &back["pending"]), (&json!(1), &json!(0)));
    assert_eq!(call(&new, "memory_list", json!({})).await["total"], 1);
}

#[tokio::test]
async fn links_of_the_reference_memory_server_are_taken_in() {
    let home = tempfile::tempdir().unwrap();
    let new = settings(home.path(), "new");
    let file = home.path().join("memory.json");
    let entity =
        json!({ "type": "entity", "name": "Ada", "entityType": "person", "observations": ["likes tea"] });
    std::fs::write(&file, format!("{entity}\n")).unwrap();
    let tally = told(&new, &file, |import| import).await;
    assert_eq!((&tally["created"], &tally["links"]["created"]), (&json!(1), &json!(1)));
    let page = call(&new, "memory_search", json!({ "query": "tea", "entity": "ada" })).await;
    assert_eq!(page["total"], 1, "{page}");
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
    let live = Told::Live { has_vector: true };
    for loaded in [Loaded::Written, Loaded::Replaced, Loaded::Live, Loaded::Deleted] {
        [live, Told::Live { has_vector: false }, Told::Deleted, Told::Link]
            .into_iter()
            .for_each(|told| tally.add(told, loaded));
    }
    (0..1200).for_each(|_| tally.add(Told::Link, Loaded::Written));
    tally.refuse(transfer::Place::Line(3), &transfer::Refusal::Missing { field: "content" });
    insta::assert_snapshot!(anstream::adapter::strip_str(&tally.for_people()).to_string());
    assert!(!tally.is_complete());
}

#[test]
fn a_pipe_or_a_directory_is_refused_in_words() {
    for path in [Path::new("-"), Path::new("/dev/null"), tempfile::tempdir().unwrap().path()] {
        let Err(Failure::Known { message, .. }) = reading::check(path) else { panic!("{}", path.display()) };
        assert!(message.contains("is no regular file"), "{message}");
    }
}
