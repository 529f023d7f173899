//! Putting a backup in the place of the database: whenever that is interrupted, the old database or the new one is there.

use std::collections::BTreeSet;

use crate::harness::strace::{self, Moment};
use crate::harness::{Home, integrity};

/// How many moments are picked out of all, besides the steps that matter most.
const PICKED: usize = 16;
/// The calls that give files their names and make them durable: each of them is a step.
const STEPS: [&str; 10] = [
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "unlink",
    "unlinkat",
    "fsync",
    "fdatasync",
    "ftruncate",
];

/// A home with its database, and a backup from when it had less.
struct Prepared {
    home: Home,
    old: BTreeSet<String>,
    new: BTreeSet<String>,
}

/// How the last server of a home ended.
#[derive(Clone, Copy, PartialEq)]
enum End {
    /// As it should: the database is one file.
    Closed,
    /// Killed: what it acknowledged is in the log beside the database.
    Killed,
}

fn prepared(end: End) -> Prepared {
    let home = Home::new();
    let mut server = home.server();
    let mut stored = |numbers: std::ops::Range<u32>| -> BTreeSet<String> {
        numbers.map(|number| server.store(&format!("Shelf mark {number} of the reading room."))).collect()
    };
    let new = stored(0..4);
    home.succeed(&["backup", home.data().join("backup.db").to_str().unwrap()]);
    let old: BTreeSet<String> = stored(4..9).union(&new).cloned().collect();
    match end {
        End::Closed => drop(server.close()),
        End::Killed => drop(server.kill()),
    }
    assert_eq!(home.data().join("sqlite_vec.db-wal").exists(), end == End::Killed);
    Prepared { home, old, new }
}

fn line(home: &Home) -> [String; 3] {
    ["restore".to_owned(), home.data().join("backup.db").to_str().unwrap().to_owned(), "--yes".to_owned()]
}

fn interrupt(end: End) {
    let Prepared { home, old, new } = prepared(end);
    let whole = Home::copy_of(&home);
    let arguments = line(&whole);
    let moments = chosen(&strace::moments(&whole, &arguments.each_ref().map(String::as_str)));
    assert_eq!(live(&whole), new);
    let (mut kept, mut replaced) = (0, 0);
    for moment in moments {
        let home = Home::copy_of(&home);
        let arguments = line(&home);
        let arguments = arguments.each_ref().map(String::as_str);
        let killed = strace::kill_at(&home, &moment, &arguments);
        let what = format!("a restore killed at {moment:?}");
        // Threads of the runtime come and go: a moment of theirs may not come again.
        let found = live(&home);
        let told = !killed.stdout.is_empty();
        assert!(found == new || found == old && !told, "{what} leaves {found:?}");
        kept += usize::from(found == old);
        replaced += usize::from(found == new);
        integrity::assert_sound(home.database());
        home.succeed(&["doctor"]);
        // What was there before is kept whole under its second name, and what was left is no obstacle.
        assert_previous_is_whole(&home, &old, &what);
        home.succeed(&arguments);
        assert_eq!(live(&home), new, "{what}, and done again");
        integrity::assert_sound(home.database());
    }
    assert!(kept > 10 && replaced > 0, "old {kept}, new {replaced}");
}

/// The steps, and of all other moments some, the same each time.
fn chosen(all: &[Moment]) -> BTreeSet<Moment> {
    let mut chosen: BTreeSet<Moment> =
        all.iter().filter(|moment| STEPS.contains(&moment.call.as_str())).cloned().collect();
    assert!(chosen.iter().any(|moment| moment.call.starts_with("rename")), "{chosen:?}");
    let mut state = 0x5EED_u64;
    for _ in 0..PICKED {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        chosen.insert(all[usize::try_from(state >> 33).unwrap() % all.len()].clone());
    }
    chosen
}

/// The memories that the product shows.
fn live(home: &Home) -> BTreeSet<String> {
    let list = home.answer(&["list", "--limit", "100"]);
    let memories = list["memories"].as_array().unwrap();
    let found = memories.iter().map(|memory| memory["content_hash"].as_str().unwrap().to_owned()).collect();
    assert_eq!(found, home.look_inside().live_hashes());
    found
}

fn assert_previous_is_whole(home: &Home, old: &BTreeSet<String>, what: &str) {
    for entry in std::fs::read_dir(home.data()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.contains(".pre-restore-") {
            let path = path.to_str().unwrap();
            let report = home.answer(&["verify", path]);
            assert_eq!(report["memories"], old.len(), "{what}: {report}");
            let elsewhere = Home::new();
            elsewhere.succeed(&["restore", path, "--yes"]);
            assert_eq!(live(&elsewhere), *old, "{what}");
        }
    }
}

#[test]
fn a_restore_that_is_killed_leaves_the_old_or_the_new_database() {
    interrupt(End::Closed);
}

#[test]
fn a_restore_that_is_killed_over_a_log_leaves_all_that_was_acknowledged_or_the_new_database() {
    interrupt(End::Killed);
}

#[test]
fn a_database_in_use_is_not_replaced() {
    let Prepared { home, old, .. } = prepared(End::Closed);
    let mut server = home.server();
    // A server opens the database when it is asked for something.
    server.search("shelf mark", 1);
    let arguments = line(&home);
    let told = home.refused(4, "storage_unavailable", &arguments.each_ref().map(String::as_str));
    assert!(told.contains("stop every program that uses it"), "{told}");
    let more = server.store("Stored while somebody tried to restore.");
    server.close();
    let mut all = old;
    all.insert(more);
    assert_eq!(live(&home), all);
    integrity::assert_sound(home.database());
}
