//! `kill -9` in the middle of stores, and in the middle of opening a database of the original for the first time.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::fixtures::Snapshot;
use crate::harness::contents::{Contents, contents};
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

/// How many memories are changed, replaced or deleted in a round.
const SUBJECTS: usize = 24;

#[test]
fn changes_versions_and_deletions_that_were_acknowledged_survive_kills_and_the_others_are_whole_or_not_there()
{
    let home = Home::new();
    let (mut told, mut untold) = (0, 0);
    for round in 0..12 {
        let mut server = home.server();
        let text = |number| format!("Round {round} writes down word number {number}.");
        let hashes: Vec<String> = (0..SUBJECTS).map(|number| server.store(&text(number))).collect();
        let ids: Vec<u64> =
            (0..SUBJECTS).map(|number| send_change(&mut server, number, &hashes[number])).collect();
        let mut answered = BTreeSet::new();
        for _ in 0..=round {
            answered.insert(server.message()["id"].as_u64());
        }
        answered.extend(server.kill().iter().map(|message| message["id"].as_u64()));
        // The next process makes sound what the killed one left.
        home.succeed(&["status"]);
        assert_sound(home.database());
        let found = contents(home.database());
        for (number, hash) in hashes.iter().enumerate() {
            let is_told = answered.contains(&Some(ids[number]));
            let state = stage(&found, number, hash);
            assert!(
                state.is_some_and(|is_done| is_done || !is_told),
                "round {round}, {number}: {:#?}",
                found[hash]
            );
            told += usize::from(is_told);
            untold += usize::from(!is_told);
        }
    }
    assert!(told > 60 && untold > 60, "{told} told, {untold} not");
}

/// Asks for one of three changes; gives the id of the request.
fn send_change(server: &mut Server, number: usize, hash: &str) -> u64 {
    let (tool, arguments) = match number % 3 {
        0 => {
            let updates =
                json!({"tags": ["changed"], "metadata": {"round": "over"}, "memory_type": "decision"});
            ("memory_update", json!({"content_hash": hash, "updates": updates}))
        }
        1 => {
            let updates = json!({"content": format!("What replaces {hash}."), "reason": "a test"});
            ("memory_update", json!({"content_hash": hash, "updates": updates, "versioned": true}))
        }
        _ => ("memory_delete", json!({"content_hash": hash})),
    };
    server.send("tools/call", json!({"name": tool, "arguments": arguments}))
}

/// Whether a change was done; nothing when it was done in part.
fn stage(found: &Contents, number: usize, hash: &str) -> Option<bool> {
    let row = &found[hash];
    let successors: Vec<_> = found.values().filter(|one| one["parent_id"].contains(hash)).collect();
    let is_replaced =
        [row["superseded_by"] != "Null", row["metadata"].contains("superseded_by"), successors.len() == 1];
    let steps = match number % 3 {
        0 => [
            row["tags"].contains("changed"),
            row["metadata"].contains("over"),
            row["memory_type"].contains("decision"),
        ],
        1 => is_replaced,
        _ => [row["deleted"] == "true"; 3],
    };
    let others_are_as_they_were = number % 3 == 1 || is_replaced == [false; 3];
    (others_are_as_they_were && steps.iter().all(|step| *step == steps[0])).then_some(steps[0])
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
