//! `kill -9` at any step of a command that changes what is stored: what it told is so; what it did not tell has happened
//! wholly or not at all; and then it can be done.

use std::collections::BTreeSet;

use serde_json::json;

use crate::harness::contents::{Contents, contents, files_with};
use crate::harness::strace::{self, Moment};
use crate::harness::{Database, Home, integrity};

/// How many moments of each kind of system call are tried.
const MOST: usize = 8;
/// The calls that change what a disk holds.
const CALLS: [&str; 9] =
    ["pwrite64", "fdatasync", "fsync", "ftruncate", "unlink", "unlinkat", "rename", "renameat", "linkat"];
const SECRET: &str = "the colour of the vault door is heliotrope";

/// A home whose last server was killed: what it acknowledged is in the log beside the database alone.
struct Prepared {
    home: Home,
    changing: String,
    replacing: String,
    leaving: String,
}

fn prepared() -> Prepared {
    let home = Home::new();
    let gone = home.store(&format!("Whoever asks: {SECRET}."), &["--tags", "gone"]);
    home.store("This one was deleted with the other.", &["--tags", "gone"]);
    home.succeed(&["delete", "--tags", "gone", "--yes"]);
    assert!(!home.look_inside().live_hashes().contains(&gone));
    let mut server = home.server();
    let changing = server.store("The tags of this memory change.");
    let replacing = server.store("The text of this memory is replaced.");
    let leaving = server.store("This memory is deleted.");
    server.kill();
    assert!(home.data().join("sqlite_vec.db-wal").metadata().unwrap().len() > 10_000);
    Prepared { home, changing, replacing, leaving }
}

/// The moments at which a command is killed: of each call that changes the disk some, the first and the last among them.
fn moments(home: &Home, arguments: &[&str]) -> Vec<Moment> {
    let all = strace::moments(home, arguments);
    let mut chosen = BTreeSet::new();
    for call in CALLS {
        let of_call: BTreeSet<&Moment> = all.iter().filter(|moment| moment.call == call).collect();
        let of_call: Vec<_> = of_call.into_iter().collect();
        let count = of_call.len().min(MOST);
        chosen.extend(
            (0..count).map(|n| of_call[n * (of_call.len() - 1) / count.max(2).saturating_sub(1)].clone()),
        );
    }
    assert!(chosen.iter().any(|moment| moment.call == "pwrite64"), "{arguments:?} wrote nothing");
    chosen.into_iter().collect()
}

/// What a state may be between the one before and the one after.
#[derive(Clone, Copy, PartialEq)]
enum Unit {
    /// One of the two.
    Command,
    /// Each memory is as before or as after.
    Memory,
}

/// Kills a command at each of its steps; gives the homes in which it was done again after that.
fn interrupt(prepared: &Home, arguments: &[&str], unit: Unit) -> Vec<Home> {
    let whole = Home::copy_of(prepared);
    let moments = moments(&whole, arguments);
    let after = contents(whole.database());
    let before = {
        let untouched = Home::copy_of(prepared);
        contents(untouched.database())
    };
    assert_ne!(before, after, "{arguments:?} changed nothing");
    let (mut undone, mut homes) = (0, Vec::new());
    for moment in moments {
        let what = format!("{arguments:?} killed at {moment:?}");
        let home = Home::copy_of(prepared);
        let killed = strace::kill_at(&home, &moment, arguments);
        assert!(!killed.status.success(), "{what}: it was not killed");
        // The next process of the product makes sound what the killed one left.
        let counted = home.answer(&["stats"]);
        let found = contents(home.database());
        let told = !killed.stdout.is_empty();
        assert!(!told || found == after, "{what}: it was told and is not so: {found:#?}");
        match unit {
            Unit::Command => assert!(found == before || found == after, "{what}: half done: {found:#?}"),
            Unit::Memory => assert_between(&before, &found, &after, &what),
        }
        let live = home.look_inside().live_hashes().len();
        assert_eq!(counted["total_memories"], live, "{what}");
        if found != after {
            undone += 1;
            home.succeed(arguments);
            assert_eq!(contents(home.database()), after, "{what}, and done again");
        }
        home.succeed(&["doctor", "--fix"]);
        integrity::assert_sound(home.database());
        homes.push(home);
    }
    assert!(undone > 1, "{arguments:?}: only {undone} kills came in time");
    homes
}

/// Each memory is as it was or as it will be.
fn assert_between(before: &Contents, found: &Contents, after: &Contents, what: &str) {
    let keys: BTreeSet<&String> = before.keys().chain(found.keys()).chain(after.keys()).collect();
    for key in keys {
        let is = found.get(key);
        assert!(is == before.get(key) || is == after.get(key), "{what}: {key} is half done: {is:#?}");
    }
}

#[test]
fn an_update_in_place_is_done_wholly_or_not_at_all() {
    let Prepared { home, changing, .. } = prepared();
    let fields = r#"{"checked": true}"#;
    interrupt(
        &home,
        &["update", &changing, "--tags", "new,tags", "--type", "note", "--metadata", fields],
        Unit::Command,
    );
}

#[test]
fn a_new_version_takes_the_place_of_the_old_one_wholly_or_not_at_all() {
    let Prepared { home, replacing, .. } = prepared();
    let line = ["update", &replacing, "--content", "The text that replaces it.", "--reason", "it was wrong"];
    for home in interrupt(&home, &line, Unit::Command) {
        let history = home.answer(&["history", &replacing]);
        let versions = history["versions"].as_array().unwrap();
        assert_eq!(versions.len(), 2, "{history}");
        assert_eq!(versions[0]["superseded_by"], versions[1]["content_hash"], "{history}");
    }
}

#[test]
fn a_deletion_takes_all_that_meets_the_filter_or_nothing() {
    let Prepared { home, leaving, .. } = prepared();
    home.store("This memory is deleted too.", &["--tags", "leaving"]);
    home.succeed(&["update", &leaving, "--tags", "leaving"]);
    for home in interrupt(&home, &["delete", "--tags", "leaving", "--yes"], Unit::Command) {
        let deletion = home.look_inside().number("SELECT max(id) FROM service_deletions").to_string();
        let back = home.answer(&["undelete", "--deletion", &deletion]);
        assert_eq!(back["restored"].as_array().unwrap().len(), 2, "{back}");
    }
}

#[test]
fn a_deletion_is_taken_back_wholly_or_not_at_all() {
    let Prepared { home, .. } = prepared();
    interrupt(&home, &["undelete", "--deletion", "1"], Unit::Command);
}

#[test]
fn what_was_purged_is_nowhere_after_the_next_purge() {
    let Prepared { home, .. } = prepared();
    // In the log and in the database: both have to be emptied.
    assert!(!files_with(home.data(), SECRET).is_empty());
    for home in interrupt(&home, &["purge", "--older-than", "0", "--yes"], Unit::Command) {
        let purged = home.answer(&["purge", "--older-than", "0", "--yes"]);
        assert_eq!(
            purged,
            json!({"purged": [], "kept_because_live": [], "not_found": [], "log_emptied": true})
        );
        assert_eq!(files_with(home.data(), SECRET), [""; 0]);
        // Not in the word indexes either, where its words lie apart.
        assert_eq!(files_with(home.data(), "heliotrope"), [""; 0]);
    }
}

#[test]
fn an_import_takes_each_memory_in_wholly_or_not_at_all() {
    let other = Home::new();
    let first = other.store("The harbour office opens at seven.", &["--tags", "harbour", "--type", "note"]);
    other.succeed(&[
        "update",
        &first,
        "--content",
        "The harbour office opens at eight.",
        "--reason",
        "winter",
    ]);
    for number in 0..5 {
        other.store(&format!("Berth {number} is {} metres long.", 20 + number), &["--tags", "harbour"]);
    }
    let Prepared { home, .. } = prepared();
    let file = home.path().join("harbour.jsonl");
    other.succeed(&["export", file.to_str().unwrap()]);
    interrupt(&home, &["import", file.to_str().unwrap()], Unit::Memory);
}

#[test]
fn memories_on_their_way_to_another_space_are_in_one_of_both_at_every_step() {
    let Prepared { home, .. } = prepared();
    let id = home.answer(&["spaces", "create", "crew"])["id"].as_str().unwrap().to_owned();
    for number in 0..5 {
        home.store(&format!("Berth {number} is {} metres long.", 20 + number), &["--tags", "harbour"]);
    }
    let line = ["spaces", "move", "crew", "--tags", "harbour", "--yes"];
    let all = home.look_inside().live_hashes();
    let there = |home: &Home| {
        let path = home.data().join("spaces").join(&id).join("memory.db");
        if path.exists() { Database::open(&path).live_hashes() } else { BTreeSet::new() }
    };
    let (mut here_alone, mut in_both) = (0, 0);
    for moment in moments(&Home::copy_of(&home), &line) {
        let home = Home::copy_of(&home);
        let killed = strace::kill_at(&home, &moment, &line);
        assert!(!killed.status.success(), "{moment:?}: it was not killed");
        // The next process of the product makes sound what the killed one left.
        home.answer(&["stats"]);
        if home.data().join("spaces").join(&id).join("memory.db").exists() {
            home.run(&["stats", "--space", "crew"]);
        }
        let (live, carried) = (home.look_inside().live_hashes(), there(&home));
        assert_eq!(&live | &carried, all, "{moment:?}: something is lost");
        here_alone += usize::from(carried.is_empty());
        in_both += usize::from(!(&live & &carried).is_empty());
        home.succeed(&line);
        let (live, carried) = (home.look_inside().live_hashes(), there(&home));
        assert_eq!((carried.len(), live.len()), (5, all.len() - 5), "{moment:?}, and done again");
        integrity::assert_sound(home.database());
        integrity::assert_sound(&home.data().join("spaces").join(&id).join("memory.db"));
    }
    assert!(here_alone > 0 && in_both > 0, "{here_alone} kills came before the copy, {in_both} after it");
}
