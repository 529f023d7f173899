//! `memory update` and `memory history`.

use serde_json::json;

use crate::harness::Home;

#[test]
fn an_update_changes_what_it_names_and_nothing_else() {
    let home = Home::new();
    let hash = home.store(
        "The kettle is descaled in March.",
        &["--tags", "kitchen,march", "--type", "note", "--metadata", r#"{"room": 4, "draft": true}"#],
    );
    let before = home.answer(&["get", &hash]);
    let said = home.succeed(&["update", &hash[..12], "--tags", "kitchen,april"]);
    assert!(said.contains("changed") && said.contains("tags"), "{said}");
    let receipt = home.answer(&["update", &hash, "--metadata", r#"{"draft": null, "checked": "yes"}"#]);
    assert_eq!((&receipt["outcome"], &receipt["content_hash"]), (&json!("updated"), &json!(hash)));
    let receipt = home.answer(&["update", &hash, "--type", "decision"]);
    assert_eq!(receipt["version"], 1);
    let after = home.answer(&["get", &hash]);
    assert_eq!(after["tags"], json!(["kitchen", "april"]));
    assert_eq!(after["metadata"], json!({"room": 4, "checked": "yes"}));
    assert_eq!(after["memory_type"], "decision");
    for same in ["content", "created_at", "origin", "store", "version"] {
        assert_eq!(after[same], before[same], "{same}");
    }
    // The indexes follow.
    assert_eq!(home.answer(&["list", "--tags", "april"])["total"], 1);
    assert_eq!(home.answer(&["list", "--tags", "march"])["total"], 0);
    assert_eq!(home.answer(&["list", "--type", "note"])["total"], 0);
}

#[test]
fn a_new_text_makes_a_version_and_history_tells_them_all() {
    let home = Home::new();
    let first = home.store("The meeting is on Monday.", &["--tags", "team"]);
    let receipt =
        home.answer(&["update", &first, "--content", "The meeting is on Tuesday.", "--reason", "a holiday"]);
    let second = receipt["content_hash"].as_str().unwrap().to_owned();
    assert_eq!((&receipt["outcome"], &receipt["parent"]), (&json!("versioned"), &json!(first)));
    assert_eq!(receipt["version"], 2);
    let said = home.succeed(&["update", &second, "--content", "The meeting is on Friday."]);
    assert!(said.contains("version 3"), "{said}");
    let history = home.answer(&["history", &second]);
    let versions = history["versions"].as_array().unwrap();
    let told: Vec<_> = versions.iter().map(|one| (one["version"].clone(), one["content"].clone())).collect();
    let texts = ["The meeting is on Monday.", "The meeting is on Tuesday.", "The meeting is on Friday."];
    assert_eq!(told, [1, 2, 3].map(|version| (json!(version), json!(texts[version - 1]))));
    assert_eq!(versions[0]["reason"], "a holiday");
    // It is the same whichever version is asked for, and people read the same.
    assert_eq!(home.answer(&["history", &first[..8]]), history);
    let text = home.succeed(&["history", &first]);
    let places = texts.map(|text_of| text.find(text_of).unwrap_or_else(|| panic!("{text}")));
    assert!(places.is_sorted() && text.contains("because: a holiday"), "{text}");
    // Only the newest is found.
    let found = home.answer(&["search", "when is the meeting"]);
    let found: Vec<_> = found["memories"].as_array().unwrap().iter().map(|one| &one["content"]).collect();
    assert_eq!(found, [texts[2]]);
    // A version keeps the tags of the one before.
    assert_eq!(
        home.answer(&["search", "meeting", "--tags", "team"])["memories"].as_array().unwrap().len(),
        1
    );
}

#[test]
fn an_update_that_cannot_be_done_is_refused_and_changes_nothing() {
    let home = Home::new();
    let hash = home.store("The only one.", &["--tags", "alone"]);
    let newer = home.answer(&["update", &hash, "--content", "The only one, said better."]);
    let newer = newer["content_hash"].as_str().unwrap().to_owned();
    let other = home.store("Another one.", &[]);
    let before = [&hash, &newer, &other].map(|hash| home.answer(&["get", hash]));
    for (exit, code, line, named) in [
        (2, "invalid_input", vec!["update", &newer], "--tags"),
        (2, "invalid_input", vec!["update"], "HASH"),
        (2, "invalid_input", vec!["update", &newer, "--reason", "none"], "--content"),
        (2, "invalid_input", vec!["update", &newer, "--content", " "], "empty"),
        (2, "invalid_input", vec!["update", &newer, "--tags", ""], "empty"),
        (2, "invalid_input", vec!["update", &newer, "--metadata", "{broken"], "JSON"),
        (2, "invalid_input", vec!["update", &newer, "--metadata", "[1]"], "object"),
        (2, "invalid_input", vec!["update", "abc", "--tags", "x"], "6"),
        (3, "not_found", vec!["update", "abcdef0123", "--tags", "x"], "abcdef0123"),
        (3, "not_found", vec!["history", "abcdef0123"], "abcdef0123"),
        (2, "invalid_input", vec!["history", "ab"], "6"),
        // A text that is there already, and a version that has been replaced.
        (1, "conflict", vec!["update", &newer, "--content", "Another one."], &other),
        (1, "conflict", vec!["update", &hash, "--content", "The only one, told late."], &newer),
    ] {
        let told = home.refused(exit, code, &line);
        assert!(told.contains(named), "{line:?}: {told}");
    }
    assert_eq!([&hash, &newer, &other].map(|hash| home.answer(&["get", hash])), before);
}
