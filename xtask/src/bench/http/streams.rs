//! Many open event streams: what they take of the server's memory, and whether each of them hears.

use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::connection::Connection;
use super::load::Work;
use super::server::{Server, Target};
use super::{Child, Job};
use crate::bench::memory::resident_bytes_of;
use crate::bench::product::Product;

/// Files that a process needs beside its connections.
const OTHER_FILES: u64 = 200;
/// Of so many streams one may be of the same caller.
const CALLERS: usize = 4;
/// Long enough for what opening leaves behind to be given back.
const SETTLE: Duration = Duration::from_secs(1);
/// What is stored for all to hear of, in each round.
const NEWS: [&str; 2] =
    ["All who listen are told of this one.", "And those who came again are told of that."];

/// Streams to open and to listen at.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Streams {
    pub(crate) target: Target,
    pub(crate) count: usize,
}

/// What was measured.
pub(crate) struct Measured {
    pub(crate) count: usize,
    /// Resident memory before.
    pub(crate) before: u64,
    /// All streams, opened once and once again after all were closed.
    pub(crate) rounds: [Round; 2],
}

/// All streams opened once.
pub(crate) struct Round {
    pub(crate) opened_s: f64,
    /// Resident memory with all streams, and after the last was closed.
    pub(crate) rss: [u64; 2],
    /// How many heard of a new memory, and after what time the last did.
    pub(crate) heard: usize,
    pub(crate) heard_s: f64,
}

impl Measured {
    /// What a stream takes of the server's memory.
    pub(crate) fn bytes_each(&self) -> f64 {
        (self.rounds[0].rss[0] as f64 - self.before as f64) / self.count.max(1) as f64
    }
}

/// Raises how many files this process and those that it starts may have open.
///
/// # Errors
/// When they may not: says what is needed.
pub(crate) fn allow_files(streams: usize) -> Result<(), String> {
    let needed = streams as u64 + OTHER_FILES;
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    // Only root may raise the highest one.
    let maximum = limit.maximum.map(|maximum| maximum.max(needed));
    let raised = Rlimit { current: Some(needed), maximum };
    setrlimit(Resource::Nofile, raised).map_err(|error| {
        format!("{streams} event streams need {needed} open files: raise `ulimit -Hn`, or ask for fewer with --streams: {error}")
    })
}

/// The process that opens and listens: it tells when all are open, waits for a line, and tells when all have heard.
pub(crate) fn run(
    streams: &Streams,
    tell: &mut dyn FnMut(serde_json::Value) -> Result<(), String>,
    wait: &mut dyn FnMut() -> Result<String, String>,
) -> Result<(), String> {
    let begun = Instant::now();
    let keys = &streams.target.keys;
    let mut open = Vec::with_capacity(streams.count);
    for number in 0..streams.count {
        let mut connection = Connection::open(streams.target.address, &keys[number % keys.len()])?;
        connection.listen().map_err(|error| format!("stream {}: {error}", number + 1))?;
        open.push(connection);
    }
    tell(json!({"opened_s": begun.elapsed().as_secs_f64()}))?;
    wait()?;
    let begun = Instant::now();
    let mut heard = 0;
    let mut failure = None;
    for connection in &mut open {
        match connection.hear("event: memory_stored") {
            Ok(()) => heard += 1,
            Err(error) => failure = Some(error),
        }
    }
    tell(json!({"heard": heard, "heard_s": begun.elapsed().as_secs_f64(), "failure": failure}))
}

/// Measures a server of its own.
pub(crate) fn measure(
    product: &Product,
    database: &str,
    keys: &[String],
    count: usize,
) -> Result<(Measured, Vec<String>), String> {
    if keys.len() < CALLERS {
        return Err(format!("{CALLERS} keys are needed: no caller has more than a quarter of all streams"));
    }
    // Each has the same number of them: a multiple of it is enough for all.
    let most = count.next_multiple_of(keys.len()).to_string();
    let server = Server::start(product, database, keys, &[("MCP_SSE_MAX_CONNECTIONS", &most)])?;
    let mut own = Connection::open(server.target.address, &keys[0])?;
    for query in ["the first search loads the model", "the second does not"] {
        Work::Search.ask(&mut own, query)?;
    }
    std::thread::sleep(SETTLE);
    let before = resident_bytes_of(server.id())?;
    let rounds = [round(&server, count, NEWS[0])?, round(&server, count, NEWS[1])?];
    Ok((Measured { count, before, rounds }, server.finish()?))
}

fn round(server: &Server, count: usize, news: &str) -> Result<Round, String> {
    let streams = Streams { target: server.target.clone(), count };
    let mut child = Child::start(&Job::Streams(streams))?;
    let opened = child.receive()?;
    std::thread::sleep(SETTLE);
    let with_all = resident_bytes_of(server.id())?;
    child.send("listen")?;
    let mut own = Connection::open(server.target.address, &server.target.keys[0])?;
    Work::Store.ask(&mut own, news)?;
    let told = child.receive()?;
    if let Some(failure) = told["failure"].as_str() {
        eprintln!("a stream heard nothing: {failure}");
    }
    child.finish()?;
    std::thread::sleep(SETTLE);
    let after = resident_bytes_of(server.id())?;
    Ok(Round {
        opened_s: opened["opened_s"].as_f64().unwrap_or(f64::NAN),
        rss: [with_all, after],
        heard: told["heard"].as_u64().unwrap_or(0) as usize,
        heard_s: told["heard_s"].as_f64().unwrap_or(f64::NAN),
    })
}
