//! `memory spaces`, and `--space` of the commands that work in one.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::harness::{Database, Home, process};

/// Makes a space; gives its id.
fn create(home: &Home, name: &str) -> String {
    home.answer(&["spaces", "create", name])["id"].as_str().unwrap().to_owned()
}

fn database(home: &Home, id: &str) -> PathBuf {
    home.data().join("spaces").join(id).join("memory.db")
}

/// The texts in a space, or in the default one.
fn texts(home: &Home, flags: &[&str]) -> Vec<String> {
    let listed = home.answer(&[&["list"], flags].concat());
    let memories = listed["memories"].as_array().unwrap();
    let mut texts: Vec<String> =
        memories.iter().map(|memory| memory["content"].as_str().unwrap().to_owned()).collect();
    texts.sort();
    texts
}

/// What the audit log says was done, oldest first.
fn log(home: &Home) -> Vec<String> {
    let access = Database::open(&home.data().join("access.db"));
    access.texts("SELECT action || ' ' || coalesce(detail, '') FROM audit ORDER BY number")
}

#[test]
fn spaces_are_made_listed_renamed_and_removed_and_the_log_knows() {
    let home = Home::new();
    assert!(home.succeed(&["spaces", "list"]).contains("memory spaces create"));
    assert!(!home.data().exists(), "looking makes nothing");
    let crew = create(&home, "crew");
    home.refused(1, "conflict", &["spaces", "create", "crew"]);
    home.succeed(&["spaces", "rename", "crew", "ferry crew"]);
    let listed = home.answer(&["spaces", "list"]);
    assert_eq!(listed["spaces"].as_array().unwrap().len(), 1, "{listed}");
    assert_eq!(
        (&listed["spaces"][0]["id"], &listed["spaces"][0]["name"], &listed["spaces"][0]["members"]),
        (&json!(crew), &json!("ferry crew"), &json!(0)),
    );
    home.store("The ferry leaves at nine", &["--space", "ferry crew"]);
    home.succeed(&["keys", "create", "--name", "agent", "--space", &crew, "--quiet"]);
    home.refused(2, "invalid_input", &["spaces", "remove", "ferry crew"]);
    let removed = home.answer(&["spaces", "remove", "ferry crew", "--yes"]);
    let kept = PathBuf::from(removed["kept"].as_str().unwrap());
    assert!(kept.join("memory.db").exists() && !database(&home, &crew).exists(), "{removed}");
    assert_eq!(home.answer(&["keys", "list"])["keys"][0]["state"], "revoked");
    for line in [
        &["list", "--space", "ferry crew"][..],
        &["list", "--space", &crew],
        &["keys", "create", "--name", "other", "--space", &crew],
        &["spaces", "remove", &crew, "--yes"],
    ] {
        let told = home.refused(3, "not_found", line);
        assert!(told.contains("memory spaces list"), "{told}");
    }
    let aside = kept.join("memory.db");
    assert_eq!(texts(&home, &["--db", aside.to_str().unwrap()]), ["The ferry leaves at nine"]);
    let actions: Vec<String> =
        log(&home).iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    let expected = ["space.create", "space.rename", "key.create", "key.revoke", "space.remove"];
    assert_eq!(actions, expected);
}

#[test]
fn the_owners_commands_work_in_the_space_they_are_told() {
    let home = Home::new();
    let crew = create(&home, "crew");
    let own = home.store("A diary of my own", &["--tags", "mine"]);
    let theirs = home.store("The ferry leaves at nine", &["--space", "crew", "--tags", "travel"]);
    assert_eq!(texts(&home, &[]), ["A diary of my own"]);
    assert_eq!(texts(&home, &["--space", "crew"]), ["The ferry leaves at nine"]);
    assert_eq!(texts(&home, &["--space", &crew]), ["The ferry leaves at nine"]);
    assert_eq!(texts(&home, &["--space", "default"]), ["A diary of my own"]);
    let found = home.answer(&["search", "diary ferry", "--space", "crew"]);
    assert_eq!(found["memories"].as_array().map(Vec::len), Some(1), "{found}");
    home.refused(3, "not_found", &["get", &own, "--space", "crew"]);
    assert_eq!(home.answer(&["stats", "--space", "crew"])["total_memories"], 1);
    assert_eq!(home.answer(&["tags", "--space", "crew"])["tags"][0]["tag"], "travel");
    // What is done to the whole database is done to that of the space.
    let file = home.path().join("crew.jsonl");
    home.succeed(&["export", file.to_str().unwrap(), "--space", "crew"]);
    let exported = std::fs::read_to_string(&file).unwrap();
    assert!(exported.contains("ferry") && !exported.contains("diary"), "{exported}");
    let backup = home.answer(&["backup", "--space", "crew"]);
    let path = PathBuf::from(backup["path"].as_str().unwrap());
    assert_eq!(path.parent().unwrap().file_name().unwrap().to_str(), Some(crew.as_str()), "{backup}");
    home.succeed(&["delete", &theirs, "--space", "crew"]);
    assert_eq!(texts(&home, &["--space", "crew"]), [""; 0]);
    home.succeed(&["restore", path.to_str().unwrap(), "--yes", "--space", "crew"]);
    assert_eq!(texts(&home, &["--space", "crew"]), ["The ferry leaves at nine"]);
    assert_eq!(texts(&home, &[]), ["A diary of my own"]);
    home.succeed(&["doctor", "--space", "crew"]);
}

#[test]
fn the_private_space_of_a_user_is_named_by_its_user() {
    let home = Home::new();
    for name in ["anna", "ben"] {
        let added = process::output(home.command(&["users", "add", name]), b"correct horse battery\n");
        assert!(added.status.success(), "{added:?}");
    }
    home.store("A diary of my own", &[]);
    home.store("What ben keeps", &["--space", "user:ben"]);
    assert_eq!(texts(&home, &["--space", "user:ben"]), ["What ben keeps"]);
    // The first user owns the installation and its memories.
    assert_eq!(texts(&home, &["--space", "user:anna"]), ["A diary of my own"]);
    assert_eq!(texts(&home, &[]), ["A diary of my own"]);
    let key = home.answer(&["keys", "create", "--name", "agent", "--space", "user:ben"]);
    let listed = home.answer(&["users", "list"]);
    assert_eq!(key["space"], listed["users"][1]["space"], "{listed}");
    home.succeed(&["spaces", "move", "user:anna", "--after", "2020-01-01", "--yes", "--space", "user:ben"]);
    assert_eq!(texts(&home, &[]).len(), 2);
    home.refused(3, "not_found", &["list", "--space", "user:carl"]);
}

#[test]
fn a_space_that_is_not_there_is_refused_and_made_by_nobody() {
    let home = Home::new();
    create(&home, "crew");
    home.refused(4, "storage_unavailable", &["export", "x.jsonl", "--space", "crew"]);
    for line in [
        &["list", "--space", "crw"][..],
        &["store", "a text", "--space", "abcdefghijklmnop"],
        &["spaces", "move", "crw", "--tags", "x", "--yes"],
        &["keys", "create", "--name", "agent", "--space", "../crew"],
    ] {
        let home_had = home.database().exists();
        if line[0] == "spaces" && !home_had {
            home.store("a text", &["--tags", "x"]);
        }
        let told = home.refused(3, "not_found", line);
        assert!(told.contains("no shared space"), "{told}");
    }
    for line in [&["server", "--space", "crew"][..], &["spaces", "list", "--space", "crew"]] {
        home.refused(2, "invalid_input", line);
    }
    let spaces = home.data().join("spaces");
    let made = std::fs::read_dir(spaces).map_or(0, |entries| entries.count());
    assert_eq!(made, 0, "nothing was stored in any of them");
}

#[test]
fn memories_move_to_another_space_and_back_and_are_copied() {
    let home = Home::new();
    let crew = create(&home, "crew");
    let first = home.store("Ferries leave at eight", &["--tags", "travel", "--metadata", r#"{"pier": 3}"#]);
    home.succeed(&["update", &first, "--content", "Ferries leave at nine", "--reason", "summer"]);
    home.store("A diary of my own", &["--tags", "mine"]);
    home.refused(2, "invalid_input", &["spaces", "move", "crew"]);
    home.refused(2, "invalid_input", &["spaces", "move", "default", "--tags", "travel"]);
    home.refused(2, "invalid_input", &["spaces", "move", "crew", "--tags", "travel"]);
    let would = home.answer(&["spaces", "move", "crew", "--tags", "travel", "--dry-run"]);
    assert_eq!((would["dry_run"].clone(), would["written"].clone()), (json!(true), json!(0)));
    assert!(!database(&home, &crew).exists(), "a dry run made a database");
    let moved = home.answer(&["spaces", "move", "crew", "--tags", "travel", "--yes"]);
    let numbers =
        |told: &Value| ["written", "there_before", "deleted"].map(|name| told[name].as_u64().unwrap());
    assert_eq!(numbers(&moved), [2, 0, 2], "{moved}");
    assert_eq!(texts(&home, &[]), ["A diary of my own"]);
    assert_eq!(texts(&home, &["--space", "crew"]), ["Ferries leave at nine"]);
    let history = home.answer(&["history", &first, "--space", "crew"]);
    assert_eq!(history["versions"].as_array().unwrap().len(), 2, "{history}");
    let again = home.answer(&["spaces", "move", "crew", "--tags", "travel", "--yes"]);
    assert_eq!(numbers(&again), [0, 0, 0], "{again}");
    let back = home.answer(&["spaces", "move", "default", "--tags", "travel", "--space", "crew", "--yes"]);
    assert_eq!(numbers(&back), [2, 0, 2], "{back}");
    assert_eq!(texts(&home, &[]), ["A diary of my own", "Ferries leave at nine"]);
    let copied = home.answer(&["spaces", "copy", "crew", &first]);
    assert_eq!(numbers(&copied), [2, 0, 0], "{copied}");
    // What is not the same there is not lost.
    home.succeed(&["update", &first, "--tags", "changed", "--space", "crew"]);
    let kept = home.ends_with(1, &["spaces", "move", "crew", "--tags", "travel", "--yes"]);
    assert_eq!((numbers(&kept), &kept["kept"]), ([0, 2, 1], &json!([first])), "{kept}");
    let moves: Vec<String> = log(&home).into_iter().filter(|line| line.starts_with("memory.")).collect();
    assert_eq!(
        moves,
        [
            "memory.move 2 from space:default".to_owned(),
            format!("memory.move 2 from space:{crew}"),
            "memory.share 2 from space:default".to_owned(),
            "memory.move 2 from space:default".to_owned(),
        ]
    );
}

#[test]
fn members_come_change_their_role_and_go_and_the_log_knows() {
    let home = Home::new();
    create(&home, "crew");
    for name in ["anna", "ben"] {
        let added = process::output(home.command(&["users", "add", name]), b"correct horse battery\n");
        assert!(added.status.success(), "{added:?}");
    }
    let members = || {
        let told = home.answer(&["spaces", "members", "crew"]);
        let text = |member: &Value, field: &str| member[field].as_str().unwrap().to_owned();
        let members = told["members"].as_array().unwrap().iter();
        members.map(|member| (text(member, "name"), text(member, "role"))).collect::<Vec<_>>()
    };
    assert!(home.succeed(&["spaces", "members", "crew"]).contains("add-member"));
    home.succeed(&["spaces", "add-member", "crew", "anna", "--role", "owner"]);
    let added = home.answer(&["spaces", "add-member", "crew", "ben"]);
    assert_eq!((&added["user_name"], &added["role"]), (&json!("ben"), &json!("writer")));
    home.succeed(&["spaces", "add-member", "crew", "ben", "--role", "reader"]);
    let pair = |name: &str, role: &str| (name.to_owned(), role.to_owned());
    assert_eq!(members(), [pair("anna", "owner"), pair("ben", "reader")]);
    assert!(home.succeed(&["spaces", "members", "crew"]).contains("reader"));
    home.refused(3, "not_found", &["spaces", "add-member", "crew", "nobody"]);
    home.refused(3, "not_found", &["spaces", "add-member", "other", "ben"]);
    home.refused(1, "conflict", &["spaces", "remove-member", "crew", "anna"]);
    home.succeed(&["spaces", "remove-member", "crew", "ben"]);
    home.refused(3, "not_found", &["spaces", "remove-member", "crew", "ben"]);
    assert_eq!(members(), [pair("anna", "owner")]);
    let told = log(&home);
    let of_members = told.iter().filter(|line| line.starts_with("member.")).count();
    assert_eq!(of_members, 4, "{told:?}");
}
