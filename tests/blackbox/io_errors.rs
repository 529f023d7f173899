//! A disk that fails: one call of the operating system at a time, from the first around a store to the last.

use serde_json::json;

use crate::harness::integrity::assert_sound;
use crate::harness::{Era, Home, Server, strace};

/// A call that fails more often than this never ends.
const MOST: usize = 200;

/// Lets calls of a kind around one store fail: the third (`3`), or all from the third on (`3+`). Gives whether there were.
fn fail(call: &str, error: &str, when: &str) -> bool {
    let home = Home::new();
    let mut before = home.server();
    let old = before.store("The state before the disk failed.");
    before.close();

    let log = home.path().join("strace.log");
    let (trace, inject) = (format!("trace={call}"), format!("inject={call}:error={error}:when={when}"));
    let mut options = vec!["-e", &trace, "-e", &inject];
    // Only calls on the database count; the loader of the executable reads files too.
    let files = ["sqlite_vec.db", "sqlite_vec.db-wal"].map(|name| home.data().join(name));
    for file in &files {
        options.extend(["-P", file.to_str().unwrap()]);
    }
    let mut command = home.wrapped(&strace::command(&options, &log));
    command.arg("server");
    let mut server = Server::start(command, Era::Modern);
    let answer = server.call("memory_store", json!({"content": "The state after the disk failed."}));
    let failed = std::fs::read_to_string(&log).unwrap().contains("(INJECTED)");
    let what = format!("{call} number {when} failed with {error}: {answer:?}");
    assert!(failed || !answer.is_error, "{what}");
    assert!(!answer.text.to_lowercase().contains("sqlite"), "what is inside leaks: {what}");

    // The server lives and reads on, unless reading is what fails. (Each of its threads meets the failing call once.)
    let search = json!({"query": "the state before the disk failed"});
    let found = (0..4).map(|_| server.call("memory_search", search.clone())).find(|answer| !answer.is_error);
    let reads = found.is_some_and(|answer| answer.hashes().contains(&old));
    assert!(reads || call == "pread64", "{what}");
    server.close();

    assert_sound(home.database());
    let live = home.look_inside().live_hashes();
    assert!(live.contains(&old), "{what}");
    if answer.is_error {
        // Refused: then it is as it was, and can be done again.
        assert!(live.len() <= 2, "{what}");
        let mut again = home.server();
        let answer = again.call("memory_store", json!({"content": "The state after the disk failed."}));
        assert!(answer.structured["content_hash"].is_string(), "{what}; then {answer:?}");
        again.close();
        assert_sound(home.database());
    } else {
        assert!(live.contains(&answer.hash()), "acknowledged and gone: {what}");
    }
    failed
}

/// Lets the first call fail, then the second, until a store needs no more of them.
fn fail_each(call: &str, error: &str) -> usize {
    let number = (1..MOST).find(|number| !fail(call, error, &number.to_string()));
    number.unwrap_or_else(|| panic!("{MOST} calls of {call} around one store"))
}

#[test]
fn a_write_that_fails_leaves_the_old_state_or_the_new() {
    assert!(fail_each("pwrite64", "EIO") > 5, "too few writes for a store");
}

#[test]
fn a_disk_that_fails_for_good_is_still_read() {
    for when in ["1+", "2+", "4+", "8+", "16+"] {
        assert!(fail("pwrite64", "EIO", when));
        assert!(fail("pwrite64", "ENOSPC", when));
    }
}

#[test]
fn a_synchronisation_that_fails_is_never_acknowledged_and_forgotten() {
    let calls = fail_each("fdatasync", "EIO").max(fail_each("fsync", "EIO"));
    assert!(calls > 1, "a store does not synchronise");
}

#[test]
fn a_read_that_fails_leaves_the_old_state_or_the_new() {
    for when in ["1", "2", "3", "5", "8", "13", "21", "34"] {
        fail("pread64", "EIO", when);
    }
}
