//! What people and scripts type.

use std::process::Command;

use serde_json::Value;

use crate::harness::{Home, process};

const COMMANDS: [&str; 9] =
    ["server", "store", "search", "get", "list", "delete", "status", "doctor", "completions"];

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text:?}"))
}

/// Stores a text; gives its key.
fn store(home: &Home, arguments: &[&str]) -> String {
    let mut line = vec!["store", "--json"];
    line.extend(arguments);
    let receipt = json(&home.succeed(&line));
    assert_eq!(receipt["outcome"], "created", "{receipt}");
    receipt["content_hash"].as_str().unwrap().to_owned()
}

#[test]
fn every_command_explains_itself() {
    let home = Home::new();
    let overview = home.succeed(&["--help"]);
    for command in COMMANDS {
        assert!(overview.contains(command), "{command} is not in the overview");
        let help = home.succeed(&[command, "--help"]);
        assert!(help.contains("Usage: memory"), "{command}: {help}");
    }
    assert!(home.succeed(&["--version"]).starts_with("memory "));
    assert!(!home.data().exists(), "asking for help made files");
}

#[test]
fn a_text_is_stored_found_read_listed_and_deleted() {
    let home = Home::new();
    let content = "The staging database is restored from the Monday snapshot.";
    let said = home.succeed(&["store", content, "--tags", "ops,staging"]);
    let hash = store(&home, &["Priya prefers short pull requests.", "--tags", "team"]);
    assert!(said.contains("tored"), "{said}");
    for search in ["search", "recall"] {
        let found = home.succeed(&[search, "how do we get test data back?"]);
        assert!(found.contains(content), "{found}");
    }
    assert!(home.succeed(&["get", &hash]).contains("Priya prefers short pull requests."));
    assert!(home.succeed(&["get", &hash[..8]]).contains("Priya prefers short pull requests."));
    let list = home.succeed(&["list"]);
    assert!(list.contains("Priya") && list.contains("staging"), "{list}");
    let list = home.succeed(&["list", "--tags", "team"]);
    assert!(list.contains("Priya") && !list.contains("snapshot"), "{list}");
    home.succeed(&["delete", &hash, "--yes"]);
    assert_eq!(home.run(&["get", &hash]).status.code(), Some(3));
    assert!(!home.succeed(&["list"]).contains("Priya"));
}

#[test]
fn every_result_has_a_form_for_programs() {
    let home = Home::new();
    let hash = store(&home, &["Halima's goalkeeper gloves are size seven.", "--tags", "sport"]);
    let found = json(&home.succeed(&["search", "goalkeeper", "--json"]));
    assert_eq!(found["memories"][0]["content_hash"], hash.as_str());
    let whole = json(&home.succeed(&["get", &hash, "--json"]));
    assert_eq!(whole["tags"], serde_json::json!(["sport"]));
    let list = json(&home.succeed(&["list", "--json"]));
    assert_eq!((&list["total"], &list["memories"][0]["content_hash"]), (&1.into(), &hash.as_str().into()));
    let status = json(&home.succeed(&["status", "--json"]));
    assert_eq!((&status["status"], &status["statistics"]["total_memories"]), (&"healthy".into(), &1.into()));
    assert!(json(&home.succeed(&["doctor", "--json"])).is_object());
    let would = json(&home.succeed(&["delete", &hash, "--dry-run", "--json"]));
    assert_eq!((&would["matched_count"], &would["deleted_count"]), (&1.into(), &0.into()));
    let gone = json(&home.succeed(&["delete", &hash, "--yes", "--json"]));
    assert_eq!(gone["deleted_count"], 1);
}

#[test]
fn a_failure_tells_programs_its_code_and_leaves_standard_output_empty() {
    let home = Home::new();
    for (arguments, exit, code) in [
        (vec!["get", "abcdef0123", "--json"], 3, "not_found"),
        (vec!["get", "abc", "--json"], 2, "invalid_input"),
        (vec!["store", " ", "--json"], 2, "invalid_input"),
        (vec!["search", "x", "--limit", "0", "--json"], 2, "invalid_input"),
        (vec!["delete", "--json"], 2, "invalid_input"),
        (vec!["explode", "--json"], 2, "invalid_input"),
        (vec!["list", "--colour", "blue", "--json"], 2, "invalid_input"),
    ] {
        let output = home.run(&arguments);
        assert_eq!(output.status.code(), Some(exit), "{arguments:?}: {output:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}: {output:?}");
        let error = json(&String::from_utf8(output.stderr).unwrap());
        assert_eq!(error["error"]["code"], code, "{arguments:?}: {error}");
        assert!(error["error"]["message"].is_string() && error["error"]["hint"].is_string(), "{error}");
    }
}

#[test]
fn a_text_that_was_stored_already_is_no_failure() {
    let home = Home::new();
    let hash = store(&home, &["Told twice."]);
    let again = json(&home.succeed(&["store", "Told twice.", "--json"]));
    assert_eq!((&again["outcome"], &again["content_hash"]), (&"duplicate".into(), &hash.as_str().into()));
    assert_eq!(json(&home.succeed(&["list", "--json"]))["total"], 1);
}

#[test]
fn a_text_is_read_from_standard_input() {
    let home = Home::new();
    let text = "Line one, from a pipe.\nLine two, with \"quotes\" and a $dollar.\n";
    let output = process::output(home.command(&["store", "-", "--json"]), text.as_bytes());
    assert!(output.status.success(), "{output:?}");
    let hash = json(&String::from_utf8(output.stdout).unwrap())["content_hash"].as_str().unwrap().to_owned();
    let whole = json(&home.succeed(&["get", &hash, "--json"]));
    assert_eq!(whole["content"].as_str().unwrap().trim_end(), text.trim_end());
    let odd = process::output(home.command(&["store", "-"]), b"bytes that are no text: \xff\xfe");
    assert_eq!(odd.status.code(), Some(2), "{odd:?}");
}

#[test]
fn the_beginning_of_several_hashes_is_refused_with_the_whole_ones() {
    let home = Home::new();
    let hashes = ["The first of the twins.", "The second of the twins."].map(|text| store(&home, &[text]));
    // A hash is opaque, and any shape may stand in a database: these two are put there by hand.
    let twins = ["twin01aaaa", "twin01bbbb"];
    {
        let database = home.look_inside();
        for (old, new) in hashes.iter().zip(twins) {
            let sql = "UPDATE memories SET content_hash = ?2 WHERE content_hash = ?1";
            assert_eq!(database.connection().execute(sql, [old.as_str(), new]).unwrap(), 1);
        }
    }
    let output = home.run(&["get", "twin01"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(twins.iter().all(|hash| said.contains(hash)), "{said}");
    assert!(home.succeed(&["get", "twin01a"]).contains("The first of the twins."));
}

#[test]
fn a_dry_run_deletes_nothing_and_a_deletion_without_a_terminal_needs_a_yes() {
    let home = Home::new();
    store(&home, &["One to go.", "--tags", "old"]);
    store(&home, &["Another to go.", "--tags", "old"]);
    store(&home, &["One to stay.", "--tags", "new"]);
    let total = || json(&home.succeed(&["list", "--json"]))["total"].clone();
    home.succeed(&["delete", "--tags", "old", "--dry-run"]);
    assert_eq!(total(), 3);
    let unasked = home.run(&["delete", "--tags", "old"]);
    assert_eq!((unasked.status.code(), total()), (Some(2), 3.into()), "{unasked:?}");
    home.succeed(&["delete", "--tags", "old", "--yes"]);
    assert_eq!(total(), 1);
}

#[test]
fn control_characters_do_not_reach_a_terminal() {
    let home = Home::new();
    let content = "Before \u{1b}[2J\u{1b}]0;title\u{7} after, \u{202e}reversed";
    let hash = store(&home, &[content, "--tags", "esc\u{1b}[31mtag"]);
    for arguments in [vec!["get", &hash], vec!["list"], vec!["search", "before after"]] {
        let text = home.succeed(&arguments);
        let raw = text.chars().find(|c| (c.is_control() && *c != '\n' && *c != '\t') || *c == '\u{202e}');
        assert_eq!(raw, None, "{arguments:?}: {text:?}");
        assert!(text.contains("Before"), "{text}");
    }
    let whole = json(&home.succeed(&["get", &hash, "--json"]));
    assert_eq!(whole["content"], content);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let home = Home::new();
    let mut server = home.server();
    for number in 0..60 {
        server.store(&format!(
            "A long line for a pipe that nobody reads, number {number}: {}",
            "words ".repeat(300)
        ));
    }
    server.close();
    let mut script = Command::new("bash");
    script.env_clear().envs(home.environment()).arg("-c");
    script
        .arg("set -o pipefail; \"$0\" list --json --limit 60 | head -c 10")
        .arg(home.command(&[]).get_program());
    let output = process::output(script, b"");
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[test]
fn completions_know_every_command_and_the_shell_takes_them() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = home.succeed(&["completions", shell]);
        for command in COMMANDS {
            assert!(script.contains(command), "{shell}: {command}");
        }
    }
    let bash = home.succeed(&["completions", "bash"]);
    let mut shell = Command::new("bash");
    shell.args(["-c", "eval \"$(cat)\" && complete -p memory"]);
    let output = process::output(shell, bash.as_bytes());
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn doctor_finds_what_is_missing_and_repairs_it() {
    let home = Home::new();
    store(&home, &["The word index of this memory will be broken."]);
    {
        let database = home.look_inside();
        let indexes = database.texts("SELECT name FROM sqlite_master WHERE sql LIKE '%USING fts5%'");
        for index in &indexes {
            let sql = format!("INSERT INTO {index}({index}) VALUES ('delete-all')");
            database.connection().execute(&sql, []).unwrap();
        }
    }
    assert_eq!(home.run(&["doctor"]).status.code(), Some(1));
    home.succeed(&["doctor", "--fix"]);
    home.succeed(&["doctor"]);
    crate::harness::integrity::assert_sound(home.database());
    assert!(home.succeed(&["search", "word index"]).contains("will be broken"));
}

#[test]
fn settings_are_read_from_a_file_in_the_working_directory() {
    let home = Home::new();
    let elsewhere = home.path().join("elsewhere/other.db");
    std::fs::write(home.path().join(".env"), format!("MCP_MEMORY_SQLITE_PATH={}\n", elsewhere.display()))
        .unwrap();
    let mut command = home.command(&["store", "Configured by a file."]);
    command.env_remove("MCP_MEMORY_SQLITE_PATH").env_remove("MCP_MEMORY_BASE_DIR");
    assert!(process::output(command, b"").status.success());
    assert!(elsewhere.is_file());
    // The environment is stronger than the file.
    home.succeed(&["store", "Configured by the environment."]);
    assert!(home.database().is_file());
}
