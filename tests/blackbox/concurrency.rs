//! Many clients, each with a server process of its own, on one file.

use std::collections::BTreeSet;
use std::sync::Barrier;

use serde_json::json;

use crate::fixtures::Snapshot;
use crate::harness::home::FIXTURES;
use crate::harness::integrity::assert_sound;
use crate::harness::{Era, Home, Server};

const PROCESSES: usize = 20;
const STORES: usize = 500;
/// Processes that come at once to a database of the original.
const OPENERS: usize = 6;
/// Texts that every process tries to store.
const CONTESTED: usize = 10;

#[test]
fn upstream_59_twenty_processes_store_five_hundred_memories_each_while_they_search() {
    let home = Home::new();
    // Whoever comes first makes the file: all come at once.
    let start = Barrier::new(PROCESSES);
    let created: Vec<usize> = std::thread::scope(|scope| {
        let run = |process| {
            let (home, start) = (&home, &start);
            scope.spawn(move || client(home, process, start))
        };
        let clients: Vec<_> = (0..PROCESSES).map(run).collect();
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    });
    let contested: usize = created.iter().sum();
    assert_eq!(contested, CONTESTED, "a text was stored more or less than once");
    assert_sound(home.database());
    let database = home.look_inside();
    let rows = i64::try_from(PROCESSES * STORES + CONTESTED).unwrap();
    assert_eq!(database.number("SELECT COUNT(*) FROM memories WHERE deleted_at IS NULL"), rows);
    // All of one model: every vector lies in the original's table, whoever came first.
    let numbers = |sql: &str| database.texts(sql).into_iter().collect::<BTreeSet<String>>();
    assert_eq!(
        numbers("SELECT CAST(rowid AS TEXT) FROM memory_embeddings_rowids"),
        numbers("SELECT CAST(id AS TEXT) FROM memories WHERE deleted_at IS NULL")
    );
    assert_eq!(database.number("SELECT sum(embedding_pending) FROM memories"), 0);
}

#[test]
fn processes_that_open_a_database_of_the_original_at_once_upgrade_it_once() {
    for fixture in FIXTURES {
        let home = Home::with_fixture(fixture);
        let before = Snapshot::of(home.database());
        let start = Barrier::new(OPENERS);
        let open = &|process: usize| {
            start.wait();
            let mut server = home.server();
            let hash = server.store(&format!("Opener {process} was here."));
            server.close();
            hash
        };
        let written: BTreeSet<String> = std::thread::scope(|scope| {
            let openers: Vec<_> = (0..OPENERS).map(|process| scope.spawn(move || open(process))).collect();
            openers.into_iter().map(|opener| opener.join().unwrap()).collect()
        });
        before.assert_kept(home.database(), &written);
        home.succeed(&["doctor", "--fix"]);
        assert_sound(home.database());
        let backups =
            std::fs::read_dir(home.data().join("backups")).unwrap().map(|entry| entry.unwrap().path());
        let names: Vec<_> = backups.collect();
        assert_eq!(names.len(), 1, "{fixture}: {names:?}");
    }
}

/// Stores, and searches meanwhile. Gives how many of the contested texts this process was the first to store.
fn client(home: &Home, process: usize, start: &Barrier) -> usize {
    start.wait();
    let era = if process.is_multiple_of(2) { Era::Modern } else { Era::Handshake("2025-11-25") };
    let mut server = home.server_of(era);
    let mut first = 0;
    for number in 0..STORES {
        let text = format!("Locker {number} of hall {process} holds {}.", thing(process * STORES + number));
        let hash = server.store(&text);
        if number % 25 == 7 {
            assert!(server.search(&text, 10).contains(&hash), "{text}: stored and not found");
        }
        if number.is_multiple_of(STORES / CONTESTED) {
            first += usize::from(store_contested(&mut server, number / (STORES / CONTESTED)));
        }
    }
    server.close();
    first
}

/// Whether this process was the first.
fn store_contested(server: &mut Server, number: usize) -> bool {
    let text = format!("Everybody notes that bell number {number} rang.");
    let answer = server.call("memory_store", json!({"content": text}));
    let outcome = answer.structured["outcome"].as_str().unwrap_or_else(|| panic!("{answer:?}"));
    assert!(matches!(outcome, "created" | "duplicate"), "{answer:?}");
    outcome == "created"
}

/// Words that differ from number to number.
fn thing(number: usize) -> String {
    const COLOURS: [&str; 10] =
        ["red", "amber", "green", "teal", "blue", "violet", "grey", "ivory", "black", "copper"];
    const THINGS: [&str; 10] =
        ["skates", "ropes", "drums", "lamps", "boots", "kites", "maps", "oars", "bells", "coats"];
    format!(
        "{} {} and {} {}",
        COLOURS[number % 10],
        THINGS[number / 10 % 10],
        number,
        THINGS[number / 100 % 10]
    )
}
