//! Power loss: the writes of a run are logged with `strace`; at many points of the log a disk is rebuilt as it may look
//! after the power failed there; each such disk is opened and examined.
//!
//! What a disk keeps: everything that a finished `fsync` covers, and of the writes after it any subset, each whole, torn
//! at a multiple of 512 bytes, or not at all. Names of files are kept as a journalling file system keeps them, with the
//! next synchronisation of anything; until then, the removal of a file may have reached the disk or not.

mod disk;
mod trace;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::harness::server::as_answer;
use crate::harness::{Database, Era, Home, Server, integrity, process, python, strace};
use disk::{Chance, Disk};
use trace::{Event, Trace};

/// How many points of the log are examined.
const IMAGES: usize = 200;
/// Enough stores for the log to be checkpointed into the database several times.
const STORES: usize = 130;

/// What became of the disks.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Verdict {
    images: usize,
    acknowledged: usize,
    corrupt: usize,
    lost: usize,
}

#[test]
fn no_disk_is_corrupt_and_no_acknowledged_memory_is_lost() {
    let verdict = server(&Home::new());
    eprintln!("{verdict:?}");
    assert!(verdict.images >= 150 && verdict.acknowledged == STORES, "{verdict:?}");
    assert_eq!((verdict.corrupt, verdict.lost), (0, 0), "{verdict:?}");
}

#[test]
fn a_server_that_was_told_not_to_wait_for_the_disk_loses_memories_and_breaks_nothing() {
    let verdict = server(&Home::new().set("MCP_MEMORY_SQLITE_PRAGMAS", "synchronous=NORMAL"));
    assert!(verdict.lost > 10 && verdict.corrupt == 0, "{verdict:?}");
}

/// What becomes of the memories of a server.
fn server(home: &Home) -> Verdict {
    let log = home.path().join("strace.log");
    let hashes = run_server(home.wrapped(&strace::command(&trace::OPTIONS, &log)));
    let acknowledged = |event: &Event, known: &mut Vec<String>| {
        let Event::Sent(bytes) = event else { return };
        let lines = bytes.split(|byte| *byte == b'\n');
        let answers = lines.filter_map(|line| serde_json::from_slice::<Value>(line).ok());
        known.extend(answers.filter_map(|answer| hashes.get(&answer["id"].as_u64()?).cloned()));
    };
    let trace = Trace::read(&log, home.path());
    examine(&trace, home, acknowledged, |image, known| {
        let database = Database::open(image);
        if !integrity::pages(&database).is_empty() {
            return Examined::Corrupt;
        }
        if !database.has_table("memories") {
            return if known.is_empty() { Examined::Sound } else { Examined::Lost };
        }
        // While the tables are being made, there is nothing to compare.
        if database.has_table("memory_embeddings_rowids") && !integrity::faults(&database).is_empty() {
            return Examined::Corrupt;
        }
        let live = database.live_hashes();
        if known.iter().all(|hash| live.contains(hash)) { Examined::Sound } else { Examined::Lost }
    })
}

/// Runs a server under `strace` to its end; gives the keys by the ids of the requests.
fn run_server(mut command: Command) -> BTreeMap<u64, String> {
    command.arg("server");
    let mut server = Server::start(command, Era::Modern);
    let mut hashes = BTreeMap::new();
    for number in 0..STORES {
        let content = format!("Entry {number} of the log book, before the lights went out.");
        let arguments = json!({"name": "memory_store", "arguments": {"content": content}});
        let id = server.send("tools/call", arguments);
        hashes.insert(id, as_answer(&server.answer_to(id)).hash());
    }
    server.close();
    hashes
}

/// The harness itself, tried on SQLite alone: it catches a writer that does not wait for the disk, and no other.
#[test]
fn only_a_writer_that_does_not_wait_for_the_disk_is_caught() {
    let full = plain_writer("FULL");
    assert_eq!((full.corrupt, full.lost, full.acknowledged), (0, 0, 120), "{full:?}");
    let normal = plain_writer("NORMAL");
    assert!(normal.corrupt == 0 && normal.lost > 10, "{normal:?}");
    let off = plain_writer("OFF");
    assert!(off.corrupt > 10, "{off:?}");
}

/// What becomes of the rows of a small program with this `PRAGMA synchronous`.
fn plain_writer(synchronous: &str) -> Verdict {
    let home = Home::new();
    std::fs::create_dir_all(home.data()).unwrap();
    let log = home.path().join("strace.log");
    let line = strace::command(&trace::OPTIONS, &log);
    let mut command = Command::new(line[0]);
    command.args(&line[1..]).arg(python::interpreter());
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("python/plain_writer.py"));
    command.arg(home.database()).arg(synchronous);
    let output = process::output(command, b"");
    assert!(output.status.success(), "{output:?}");
    let acknowledged = |event: &Event, known: &mut Vec<String>| {
        let Event::Sent(bytes) = event else { return };
        known.extend(String::from_utf8_lossy(bytes).split_whitespace().map(str::to_owned));
    };
    let trace = Trace::read(&log, home.path());
    examine(&trace, &home, acknowledged, |image, known| {
        let database = Database::open(image);
        if !integrity::pages(&database).is_empty() {
            return Examined::Corrupt;
        }
        let rows = if database.has_table("t") { database.texts("SELECT n FROM t") } else { Vec::new() };
        if known.iter().all(|number| rows.contains(number)) { Examined::Sound } else { Examined::Lost }
    })
}

/// What one disk is.
enum Examined {
    Sound,
    Corrupt,
    Lost,
}

/// Rebuilds disks at points spread over the trace and looks at each.
fn examine(
    trace: &Trace,
    home: &Home,
    acknowledged: impl Fn(&Event, &mut Vec<String>),
    judge: impl Fn(&Path, &[String]) -> Examined,
) -> Verdict {
    let name = home.database().strip_prefix(home.path()).unwrap();
    let mut chance = Chance::seeded(0x5EED);
    let (mut disk, mut known, mut verdict) = (Disk::default(), Vec::new(), Verdict::default());
    let events = trace.events();
    let every = (events.len() / IMAGES).max(1);
    for (number, event) in events.iter().enumerate() {
        disk.apply(event);
        acknowledged(event, &mut known);
        // Just after an answer is where a loss would show.
        let point =
            number % every == chance.below(every) || matches!(event, Event::Sent(_)) && chance.below(4) == 0;
        if !point || !disk.has(name) {
            continue;
        }
        let image = tempfile::tempdir().unwrap();
        disk.write_image(image.path(), &mut chance);
        verdict.images += 1;
        match judge(&image.path().join(name), &known) {
            Examined::Sound => {}
            Examined::Corrupt => verdict.corrupt += 1,
            Examined::Lost => verdict.lost += 1,
        }
    }
    verdict.acknowledged = known.len();
    verdict
}
