//! `memory import` and `memory export`.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::harness::contents::contents;
use crate::harness::{Home, integrity};

/// Writes a file into a home; gives its path.
fn file(home: &Home, name: &str, content: &str) -> String {
    let path = home.path().join(name);
    std::fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A home with everything that an export has to carry.
fn filled() -> Home {
    let home = Home::new();
    let old = home.store(
        "The museum opens at nine.",
        &[
            "--tags",
            "museum,Öffnungszeit",
            "--type",
            "note",
            "--metadata",
            r#"{"floor": 2, "of": {"a": [1, null]}}"#,
        ],
    );
    home.succeed(&["update", &old, "--content", "The museum opens at ten.", "--reason", "winter"]);
    home.store("Ein Text\nmit Zeilen, \"Zeichen\" und 🧠.", &["--store", "work"]);
    let gone = home.store("The museum is free on Sundays.", &["--tags", "museum"]);
    home.succeed(&["delete", &gone]);
    let mut server = home.server();
    let arguments =
        json!({"content": "Found by an agent.", "agent_id": "guide", "occurred_at": "2024-02-03T04:05:06Z"});
    assert!(!server.call("memory_store", arguments).is_error);
    server.close();
    home
}

#[test]
fn an_export_that_is_imported_is_exported_the_same_byte_for_byte() {
    let home = filled();
    let first = home.path().join("first.jsonl");
    let receipt = home.answer(&["export", first.to_str().unwrap()]);
    assert_eq!((&receipt["memories"], &receipt["deleted"]), (&json!(4), &json!(1)), "{receipt}");
    let other = Home::new();
    let would = other.answer(&["import", first.to_str().unwrap(), "--dry-run"]);
    assert!(!other.database().exists(), "a dry run made a database");
    let done = other.answer(&["import", first.to_str().unwrap()]);
    for field in ["created", "duplicates", "refused"] {
        assert_eq!(would[field], done[field], "{field}: a dry run says what will be");
    }
    assert_eq!((&done["created"], &done["deleted"]["created"]), (&json!(4), &json!(1)), "{done}");
    assert_eq!(contents(other.database()), contents(home.database()));
    let second = other.path().join("second.jsonl");
    other.succeed(&["export", second.to_str().unwrap()]);
    let records = |path: &PathBuf| -> (String, Vec<String>) {
        let text = std::fs::read_to_string(path).unwrap();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        // First and last say when the file was made, and the sum over it.
        let (header, _trailer) = (lines.remove(0), lines.pop().unwrap());
        let mut header: Value = serde_json::from_str(&header).unwrap();
        header.as_object_mut().unwrap().retain(|field, _| field != "created_at" && field != "check");
        // The sum at the end of a line is over the header too.
        let lines = lines.iter().map(|line| line.rsplit_once(",\"check\":").unwrap().0.to_owned()).collect();
        (header.to_string(), lines)
    };
    let (first, second) = (records(&first), records(&second));
    assert_eq!(first.1.len(), 5, "{first:#?}");
    assert_eq!(first, second);
    integrity::assert_sound(other.database());
    other.succeed(&["doctor"]);
    // Versions hang together as before.
    let newest = other.answer(&["search", "when does the museum open"])["memories"][0].clone();
    assert_eq!(newest["content"], "The museum opens at ten.");
    let history = other.answer(&["history", newest["content_hash"].as_str().unwrap()]);
    assert_eq!(history["versions"][0]["reason"], "winter", "{history}");
}

#[test]
fn an_import_twice_takes_in_once() {
    let home = filled();
    let path = home.path().join("all.jsonl");
    home.succeed(&["export", path.to_str().unwrap()]);
    let other = Home::new();
    other.succeed(&["import", path.to_str().unwrap()]);
    let before = contents(other.database());
    let again = other.answer(&["import", path.to_str().unwrap()]);
    assert_eq!((&again["created"], &again["duplicates"]), (&json!(0), &json!(4)), "{again}");
    assert_eq!(contents(other.database()), before);
}

#[test]
fn files_of_other_programs_are_taken_in() {
    let original = r#"{"export_metadata": {"total_memories": 2, "exporter_version": "5.0.1"}, "memories": [
        {"content": "Deploy on Fridays only with Ana.", "content_hash": "abc123", "tags": ["Deploy"], "created_at": 1762000000.25,
         "updated_at": 1762000001.5, "memory_type": "decision", "metadata": {"z": 1}},
        {"content": "The lift is out of order.", "content_hash": "def456", "tags": [], "created_at": 1762000002.0}]}"#;
    let mem0 = r#"{"results": [
        {"id": "m1", "memory": "Ana drinks black tea.", "user_id": "u1", "created_at": "2025-01-02T03:04:05Z"},
        {"id": "m2", "memory": "Ana sits by the window."}]}"#;
    let server = concat!(
        r#"{"type":"entity","name":"Ana","entityType":"person","observations":["speaks Czech","has a dog"]}"#,
        "\n",
        r#"{"type":"entity","name":"Office","entityType":"place","observations":["is on the third floor"]}"#,
        "\n",
        r#"{"type":"relation","from":"Ana","to":"Office","relationType":"works in"}"#,
        "\n",
    );
    for (name, content, count, search, text) in [
        ("original.json", original, 2, "who may deploy on Fridays", "Deploy on Fridays only with Ana."),
        ("mem0.json", mem0, 2, "black tea", "Ana drinks black tea."),
        ("memory.json", server, 4, "speaks Czech", "speaks Czech"),
    ] {
        let home = Home::new();
        let path = file(&home, name, content);
        let would = home.answer(&["import", &path, "--dry-run"]);
        assert_eq!((&would["dry_run"], &would["created"]), (&json!(true), &json!(count)), "{name}: {would}");
        assert!(!home.database().exists(), "{name}: a dry run made a database");
        let said = home.succeed(&["import", &path]);
        assert!(said.contains(&format!("imported {count} memories")), "{name}: {said}");
        assert_eq!(home.answer(&["list", "--store", "all"])["total"], count, "{name}");
        // By words at once, by meaning when it is embedded.
        home.succeed(&["doctor", "--fix"]);
        integrity::assert_sound(home.database());
        let found = home.answer(&["search", search]);
        let best = found["memories"][0]["content"].as_str().unwrap_or_else(|| panic!("{name}: {found}"));
        assert!(best.contains(text), "{name}: {found}");
        let again = home.answer(&["import", &path]);
        assert_eq!((&again["created"], &again["duplicates"]), (&json!(0), &json!(count)), "{name}: {again}");
    }
}

#[test]
fn what_cannot_be_used_is_told_with_its_place_and_the_rest_is_taken_in() {
    let home = Home::new();
    let path = file(
        &home,
        "mem0.json",
        r#"{"results": [{"id": "a", "memory": "Usable."}, {"id": "b"}, "a text", {"id": "c", "memory": "x", "created_at": "soon"}]}"#,
    );
    let told = home.ends_with(1, &["import", &path, "--dry-run"]);
    assert_eq!((&told["created"], &told["refused"]), (&json!(1), &json!(3)), "{told}");
    let output = home.run(&["import", &path]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    for place in ["record 2", "record 3", "record 4", "imported 1 memory"] {
        assert!(said.contains(place), "{place}: {said}");
    }
    assert_eq!(home.answer(&["list"])["total"], 1);
}

#[test]
fn a_file_that_is_torn_or_changed_is_refused_before_anything_is_taken_in() {
    let home = filled();
    let path = home.path().join("all.jsonl");
    home.succeed(&["export", path.to_str().unwrap()]);
    let whole = std::fs::read_to_string(&path).unwrap();
    let other = Home::new();
    let sound = file(&other, "sound.jsonl", &whole);
    for (name, content) in [
        ("torn.jsonl", whole[..whole.len() * 2 / 3].to_owned()),
        ("without-its-end.jsonl", whole.lines().take(3).map(|line| format!("{line}\n")).collect()),
        ("changed.jsonl", whole.replace("museum opens", "museum shuts")),
        ("empty.json", String::new()),
        ("letter.txt", "Dear Ana, how are you?".to_owned()),
    ] {
        let path = file(&other, name, &content);
        for line in [vec!["import", &path], vec!["import", &path, "--dry-run"], vec!["import", &sound, &path]]
        {
            let told = other.refused(2, "invalid_input", &line);
            assert!(told.contains(name), "{line:?}: {told}");
        }
    }
    for line in
        [vec!["import"], vec!["import", "absent.json"], vec!["import", other.path().to_str().unwrap()]]
    {
        other.refused(2, "invalid_input", &line);
    }
    assert!(!other.database().exists(), "a refused import made a database");
}

#[test]
fn an_export_is_private_whole_and_replaces_nothing_unasked() {
    let home = filled();
    let path = home.path().join("out.jsonl");
    let line = ["export", path.to_str().unwrap()];
    assert!(home.succeed(&line).contains("exported"));
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let told = home.refused(2, "invalid_input", &line);
    assert!(told.contains("--force"), "{told}");
    home.succeed(&["export", path.to_str().unwrap(), "--force"]);
    // Only what is asked for.
    let only = home.path().join("work.jsonl");
    assert_eq!(home.answer(&["export", only.to_str().unwrap(), "--store", "work"])["memories"], 1);
    let original = home.path().join("for-the-original.json");
    home.succeed(&["export", original.to_str().unwrap(), "--format", "original"]);
    let document: Value = serde_json::from_slice(&std::fs::read(&original).unwrap()).unwrap();
    let texts: Vec<_> = document["memories"].as_array().unwrap().iter().map(|one| &one["content"]).collect();
    assert!(texts.contains(&&json!("The museum opens at ten.")), "{texts:?}");
    assert!(!texts.contains(&&json!("The museum is free on Sundays.")), "it is deleted: {texts:?}");
    home.refused(2, "invalid_input", &["export", home.path().to_str().unwrap()]);
    home.refused(2, "invalid_input", &["export", "x.json", "--format", "xml"]);
    home.refused(2, "invalid_input", &["export"]);
    home.refused(1, "internal", &["export", "no/such/directory/x.jsonl"]);
    let names: Vec<_> = std::fs::read_dir(home.path()).unwrap().map(|one| one.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| name.to_string_lossy().ends_with(".part")), "{names:?}");
}
