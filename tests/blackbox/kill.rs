//! `kill -9` in the middle of stores, and in the middle of opening a database of the original for the first time.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::fixtures::Snapshot;
use crate::harness::home::FIXTURES;
use crate::harness::integrity::assert_sound;
use crate::harness::server::as_answer;
use crate::harness::{Home, Server, process, strace};

const ROUNDS: usize = 100;
/// Stores that each of the two writers is given in a round; it is killed long before it has done them.
const STORES: usize = 60;

#[test]
fn what_was_acknowledged_survives_a_hundred_kills_and_nothing_is_half_written() {
    let home = Home::new();
    let mut acknowledged = BTreeSet::new();
    for round in 0..ROUNDS {
        let mut writers = [writer(&home, round, 'a'), writer(&home, round, 'b')];
        // From the very first answer to deep in the work: where a kill falls differs from round to round.
        for _ in 0..=round * 7 % 23 {
            acknowledged.extend(receipt(&writers[round % 2].message()));
        }
        for message in writers.map(Server::kill).iter().flatten() {
            acknowledged.extend(receipt(message));
        }
        // In between, the next writers recover what the killed ones left.
        if round % 5 == 4 {
            assert_all_there(&home, &acknowledged, round);
        }
    }
    assert!(acknowledged.len() > ROUNDS * 8, "only {} acknowledged", acknowledged.len());
    let mut survivor = home.server();
    survivor.store("The last one writes as if nothing had been.");
    survivor.close();
    assert_all_there(&home, &acknowledged, ROUNDS);
}

/// A server that was sent its stores all at once.
fn writer(home: &Home, round: usize, name: char) -> Server {
    let mut server = home.server();
    for number in 0..STORES {
        let content = format!("Writer {name} of round {round} counts sheep number {number}.");
        server.send("tools/call", json!({"name": "memory_store", "arguments": {"content": content}}));
    }
    server
}

fn receipt(message: &Value) -> Option<String> {
    message["id"].is_u64().then(|| as_answer(message).hash())
}

fn assert_all_there(home: &Home, acknowledged: &BTreeSet<String>, round: usize) {
    assert_sound(home.database());
    let live = home.look_inside().live_hashes();
    let lost: Vec<_> = acknowledged.difference(&live).collect();
    assert!(lost.is_empty(), "after round {round}: {} acknowledged memories are lost: {lost:?}", lost.len());
}

#[test]
fn a_kill_at_any_write_of_the_first_opening_loses_nothing() {
    for fixture in FIXTURES {
        let before = Snapshot::of(Home::with_fixture(fixture).database());
        let writes = writes_of_first_opening(fixture);
        let steps = 8.min(writes);
        for step in 1..=steps {
            let home = Home::with_fixture(fixture);
            let at = writes * step / steps;
            let inject = format!("inject=pwrite64:signal=SIGKILL:when={at}");
            let log = home.path().join("strace.log");
            let mut command = home.wrapped(&strace::command(&["-e", "trace=pwrite64", "-e", &inject], &log));
            command.args(["status"]);
            let killed = process::output(command, b"");
            assert!(!killed.status.success(), "{fixture}: the process survived write {at} of {writes}");
            home.succeed(&["status"]);
            before.assert_kept(home.database(), &BTreeSet::new());
            // One fixture has a memory that waits for its vector.
            home.succeed(&["doctor", "--fix"]);
            before.assert_kept(home.database(), &BTreeSet::new());
            assert_sound(home.database());
        }
    }
}

/// How many writes the first opening of a fixture makes. The process dies at the last of them at the latest.
fn writes_of_first_opening(fixture: &str) -> usize {
    let home = Home::with_fixture(fixture);
    let log = home.path().join("strace.log");
    let mut command = home.wrapped(&strace::command(&["-e", "trace=pwrite64"], &log));
    command.args(["status"]);
    let output = process::output(command, b"");
    assert!(output.status.success(), "{output:?}");
    let writes = std::fs::read_to_string(&log).unwrap().matches("pwrite64(").count();
    assert!(writes > 0, "{fixture}: opening it wrote nothing");
    writes
}
