//! Places, names and neighbours that nobody thinks of.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::sync::Barrier;

use serde_json::json;

use crate::files::run_with_read_only;
use crate::harness::{Home, integrity, process};

#[test]
fn commands_that_need_a_database_make_none() {
    let home = Home::new();
    for line in [
        vec!["undelete", "--deletion", "1"],
        vec!["purge", "--older-than", "0", "--yes"],
        vec!["backup"],
        vec!["export", "x.jsonl"],
        vec!["doctor"],
    ] {
        let output = home.run(&line);
        let said = format!("{line:?}: {output:?}");
        assert!(!home.database().exists(), "it made a database: {said}");
        assert!(matches!(output.status.code(), Some(0 | 3 | 4)), "{said}");
        assert!(!home.path().join("x.jsonl").exists(), "{said}");
        if output.status.code() == Some(4) {
            assert!(String::from_utf8_lossy(&output.stderr).contains("there is no database"), "{said}");
        }
    }
}

#[test]
fn a_database_that_is_a_pipe_or_a_device_is_refused_and_left_as_it_is() {
    let home = Home::new();
    std::fs::create_dir(home.data()).unwrap();
    // Not a device of this machine: should it be changed after all, nobody else would notice.
    assert!(Command::new("mkfifo").args(["-m", "644"]).arg(home.database()).status().unwrap().success());
    for line in [&["list"][..], &["store", "Into a pipe."], &["doctor", "--fix"], &["stats"]] {
        let told = home.refused(4, "storage_unavailable", line);
        assert!(told.contains("no regular file"), "{line:?}: {told}");
    }
    let mode = std::fs::metadata(home.database()).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o644);
}

#[test]
fn what_cannot_be_written_is_told_with_its_place() {
    let home = Home::new();
    home.store("Kept safely.", &[]);
    let closed = home.path().join("closed");
    std::fs::create_dir(&closed).unwrap();
    for (line, exit) in [(["export", "closed/x.jsonl"], 1), (["backup", "closed/x.db"], 4)] {
        let output = run_with_read_only(&home, &closed, &line);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(exit), "{line:?}: {output:?}");
        assert!(output.stdout.is_empty() && said.contains(line[1]) && said.contains("Read-only"), "{said}");
        assert_eq!(std::fs::read_dir(&closed).unwrap().count(), 0, "{line:?} left something behind");
    }
    let backup = home.path().join("b.db");
    home.succeed(&["backup", backup.to_str().unwrap()]);
    let before = std::fs::read(home.database()).unwrap();
    let output = run_with_read_only(&home, home.data(), &["restore", backup.to_str().unwrap(), "--yes"]);
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert!(std::fs::read(home.database()).unwrap() == before);
    // A backup on a disk that may only be read is verified all the same.
    let read_only = home.path().join("medium");
    std::fs::create_dir(&read_only).unwrap();
    std::fs::rename(&backup, read_only.join("b.db")).unwrap();
    let output = run_with_read_only(&home, &read_only, &["verify", "medium/b.db"]);
    assert!(output.status.success() && output.stdout.starts_with(b"sound"), "{output:?}");
}

#[test]
fn values_of_any_size_are_an_answer_or_an_error_in_words() {
    let home = Home::new();
    home.store("The only memory.", &["--tags", "one"]);
    let long = "x".repeat(100_000);
    for (line, exit) in [
        (vec!["search", &long], None),
        (vec!["list", "--tags", &long], Some(2)),
        (vec!["tags", &long], None),
        (vec!["get", &long], None),
        (vec!["history", &long], None),
        (vec!["update", &long, "--tags", "y"], None),
        (vec!["delete", &long, "--yes"], None),
        (vec!["undelete", &long], Some(3)),
        (vec!["purge", &long, "--yes"], Some(3)),
        (vec!["list", "--when", &long], Some(2)),
        (vec!["list", "--after", "99999-01-01"], Some(2)),
        (vec!["list", "--page", "4294967295"], Some(0)),
        (vec!["list", "--page", "99999999999999999999"], Some(2)),
        (vec!["undelete", "--deletion", "9223372036854775807"], Some(3)),
        (vec!["undelete", "--deletion", "99999999999999999999"], Some(2)),
        (vec!["purge", "--older-than", "4294967295", "--yes"], Some(0)),
        (vec!["store", "short", "--metadata", &long], Some(2)),
        (vec!["verify", &long], Some(4)),
        (vec!["config", &long[..5000]], Some(2)),
    ] {
        let output = home.run(&line);
        let start: Vec<&str> = line.iter().map(|word| &word[..word.len().min(20)]).collect();
        let code = output.status.code();
        assert!(
            exit.map_or(matches!(code, Some(0 | 2 | 3)), |exit| code == Some(exit)),
            "{start:?}: {code:?}"
        );
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("panicked"), "{start:?}: {said}");
        assert_eq!(code == Some(2) || code == Some(4), said.starts_with("error: "), "{start:?}: {code:?}");
    }
    assert_eq!(home.answer(&["list"])["total"], 1);
    integrity::assert_sound(home.database());
}

#[test]
fn names_in_every_script_are_names() {
    let home = Home::new();
    let hash =
        home.store("In a store with a long name.", &["--store", "büro-東京", "--tags", "Ünïcode,日本語"]);
    assert_eq!(home.answer(&["list", "--store", "büro-東京"])["total"], 1);
    assert_eq!(home.answer(&["list", "--store", "all", "--tags", "日本語"])["total"], 1);
    assert_eq!(home.answer(&["tags", "日"])["total_tags"], 1);
    assert_eq!(home.answer(&["stats", "--store", "büro-東京"])["total_memories"], 1);
    let file = home.path().join("Ausfuhr größer 🧠.jsonl");
    home.succeed(&["export", file.to_str().unwrap()]);
    let other = Home::new();
    assert_eq!(other.answer(&["import", file.to_str().unwrap()])["created"], 1);
    let back = other.answer(&["get", &hash]);
    assert_eq!((&back["store"], &back["tags"]), (&json!("büro-東京"), &home.answer(&["get", &hash])["tags"]));
}

#[test]
fn two_processes_at_once_do_each_thing_once() {
    let home = Home::new();
    let hashes: Vec<String> =
        (0..6).map(|number| home.store(&format!("Contested {number}."), &["--tags", "contested"])).collect();
    let both = |line: &[&str]| {
        let start = Barrier::new(2);
        std::thread::scope(|scope| {
            let run = || {
                let command = home.command(line);
                start.wait();
                process::output(command, b"")
            };
            let other = scope.spawn(run);
            [run(), other.join().unwrap()]
        })
    };
    let numbers = |outputs: &[std::process::Output; 2], field: &str| -> Vec<u64> {
        let told = |output: &std::process::Output| {
            let answer: serde_json::Value =
                serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
            answer[field].as_u64().or_else(|| answer[field].as_array().map(|list| list.len() as u64)).unwrap()
        };
        let mut numbers: Vec<u64> = outputs.iter().map(told).collect();
        numbers.sort_unstable();
        numbers
    };
    let deleted = both(&["delete", "--tags", "contested", "--yes", "--json"]);
    assert_eq!(numbers(&deleted, "deleted_count"), [0, 6]);
    let back = both(&["undelete", "--deletion", "1", "--json"]);
    assert_eq!(numbers(&back, "restored"), [0, 6]);
    // Of two new versions of one memory, one comes to be; the other is told which it is.
    let start = Barrier::new(2);
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let update = |text: &'static str| {
            let (home, start, hash) = (&home, &start, &hashes[0]);
            scope.spawn(move || {
                let command = home.command(&["update", hash, "--content", text]);
                start.wait();
                process::output(command, b"")
            })
        };
        [update("Said by one."), update("Said by the other.")].map(|thread| thread.join().unwrap()).into()
    });
    let mut codes: Vec<_> = outcomes.iter().map(|output| output.status.code().unwrap()).collect();
    codes.sort_unstable();
    assert_eq!(codes, [0, 1], "{outcomes:?}");
    let lost = outcomes.iter().find(|output| !output.status.success()).unwrap();
    assert!(String::from_utf8_lossy(&lost.stderr).contains("superseded"), "{lost:?}");
    assert_eq!(home.answer(&["history", &hashes[0]])["versions"].as_array().unwrap().len(), 2);
    home.succeed(&["delete", "--tags", "contested", "--yes"]);
    let purged = both(&["purge", "--older-than", "0", "--yes", "--json"]);
    assert_eq!(numbers(&purged, "purged")[0], 0, "{purged:?}");
    integrity::assert_sound(home.database());
    home.succeed(&["doctor"]);
}
