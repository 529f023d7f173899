//! `memory delete`, `memory undelete` and `memory purge`.

use serde_json::{Value, json};

use crate::harness::Home;
use crate::harness::contents::files_with;

fn total(home: &Home) -> Value {
    home.answer(&["list", "--store", "all"])["total"].clone()
}

#[test]
fn a_deletion_is_taken_back_by_its_number_or_by_hashes() {
    let home = Home::new();
    let hashes =
        ["One sock is grey.", "One sock is black."].map(|text| home.store(text, &["--tags", "sock"]));
    let whole = hashes.each_ref().map(|hash| home.answer(&["get", hash]));
    let said = home.succeed(&["delete", "--tags", "sock", "--yes"]);
    let number = said.split("--deletion ").nth(1).unwrap_or_else(|| panic!("{said}"));
    let number = number.trim_end_matches(|c: char| !c.is_ascii_digit());
    assert_eq!(total(&home), 0);
    let back = home.answer(&["undelete", "--deletion", number]);
    assert_eq!(back["restored"].as_array().unwrap().len(), 2, "{back}");
    assert_eq!(hashes.each_ref().map(|hash| home.answer(&["get", hash])), whole);
    assert!(!home.answer(&["search", "black sock"])["memories"].as_array().unwrap().is_empty());

    let deleted = home.answer(&["delete", "--tags", "sock", "--yes"]);
    assert_ne!(deleted["undo"].to_string(), number);
    let said = home.succeed(&["undelete", &hashes[0]]);
    assert!(said.contains("brought back 1 memory") && said.contains(&hashes[0][..12]), "{said}");
    assert_eq!(total(&home), 1);
    // The rest of that deletion is still to be had.
    let rest = home.answer(&["undelete", "--deletion", &deleted["undo"].to_string()]);
    assert_eq!(rest["restored"], json!([hashes[1]]));
}

#[test]
fn what_cannot_come_back_is_told_with_its_reason() {
    let home = Home::new();
    let hash = home.store("Stored twice, deleted once.", &[]);
    home.succeed(&["delete", &hash]);
    home.store("Stored twice, deleted once.", &["--tags", "anew"]);
    let never = "0".repeat(64);
    let told = home.ends_with(3, &["undelete", &hash, &never]);
    let expected = json!({"restored": [], "not_restored": [
        {"content_hash": hash, "reason": "live"}, {"content_hash": never, "reason": "gone"},
    ]});
    assert_eq!(told, expected);
    let output = home.run(&["undelete", &hash, &never]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("stored anew") && said.contains("whole hash"), "{said}");
    assert_eq!(home.answer(&["get", &hash])["tags"], json!(["anew"]), "it was not overwritten");
    assert_eq!(home.ends_with(3, &["undelete", "--deletion", "99"])["restored"], json!([]));
    for line in [
        vec!["undelete"],
        vec!["undelete", "--deletion", "seven"],
        vec!["undelete", "--deletion", "1", &hash],
        vec!["undelete", " "],
        vec!["purge"],
        vec!["purge", "--older-than", "-1"],
        vec!["purge", "--older-than", "1", &hash],
        // Nobody can be asked here.
        vec!["purge", &hash],
        vec!["purge", "--older-than", "0"],
    ] {
        home.refused(2, "invalid_input", &line);
    }
    for line in [["undelete"], ["purge"]] {
        let told = home.refused(2, "invalid_input", &line);
        let flag = if line == ["purge"] { "--older-than" } else { "--deletion" };
        assert!(told.contains("HASH") && told.contains(flag), "both ways are named: {told}");
    }
}

#[test]
fn what_is_purged_is_in_no_file_and_live_memories_stay() {
    let home = Home::new();
    let secret = "Ondřej's locker opens with 71-04-93";
    let gone = home.store(secret, &["--tags", "secret", "--metadata", r#"{"why": "periwinkle"}"#]);
    let live = home.store("A live memory is kept.", &[]);
    home.succeed(&["delete", &gone]);
    assert!(!files_with(home.data(), secret).is_empty(), "a deletion alone leaves it");
    // Not old enough.
    let kept = home.answer(&["purge", "--older-than", "1", "--yes"]);
    assert_eq!((&kept["purged"], &kept["log_emptied"]), (&json!([]), &json!(true)));
    let unknown = "f".repeat(64);
    let told = home.ends_with(1, &["purge", &gone, &live, &unknown, "--yes"]);
    let expected = json!({
        "purged": [gone], "kept_because_live": [live], "not_found": [unknown], "log_emptied": true
    });
    assert_eq!(told, expected);
    for text in [secret, "71-04-93", "periwinkle"] {
        assert_eq!(files_with(home.data(), text), [""; 0], "{text}");
    }
    assert_eq!(home.ends_with(3, &["undelete", &gone])["restored"], json!([]));
    assert!(home.succeed(&["get", &live]).contains("A live memory is kept."));
    // A hash that nothing has, for people: a typing error must not look like success.
    let output = home.run(&["purge", &gone[..12], "--yes"]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(String::from_utf8(output.stdout).unwrap().contains("whole hash"));
    home.succeed(&["doctor"]);
}
