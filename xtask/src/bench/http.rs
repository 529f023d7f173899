//! What HTTP costs, and what the server endures.
//!
//! | part | what it does |
//! |---|---|
//! | `server` | the release executable as a user starts it, with keys of `memory keys create` |
//! | `connection` | a small client of HTTP/1.1 |
//! | `in_process` | the same engine without HTTP, in this process |
//! | `load` | so many connections that store or search, in a process of its own |
//! | `streams` | many open event streams, in a process of its own |
//! | `mixed` | clients that do everything, and then look whether all of it is there, in a process of its own |
//! | `report` | the figures as Markdown |
//!
//! The load is made here, not by `wrk` or `oha`: the figures do not depend on what is installed, every answer is looked at,
//! and no text is stored twice.

mod connection;
mod in_process;
mod load;
mod mixed;
mod report;
mod server;
mod streams;

use std::io::{BufRead, Write};
use std::process::Command;
use std::time::Duration;

use rusqlite::{Connection as Database, OpenFlags};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::client::Client;
use super::memory::resident_bytes_of;
use super::product::Product;
use super::statistics::Samples;
pub(super) use connection::Connection;
use in_process::InProcess;
use load::{Load, Loaded, Work};
use mixed::{Mixed, Outcome};
use report::{Endured, InTurn, Point};
pub(super) use server::{Server, command};
use streams::Streams;

/// How many memories there are before.
const MEMORIES: usize = 1_000;
/// Calls in turn, over HTTP and in process, of each kind.
const ROUNDS: [(Work, usize); 2] = [(Work::Search, 300), (Work::Store, 200)];
const WARM_UP: usize = 20;
/// How many searches of the warm-up must find the same over HTTP as in process.
const COMPARED: usize = 10;
const CONNECTIONS: [usize; 3] = [1, 8, 64];
/// How long each load lasts, in seconds.
const LOAD_S: f64 = 3.0;
const CLIENTS: usize = 64;
const KEYS: usize = 4;
/// Numbers of texts: those in turn, those of the first load, how many a load has for itself, those of the mixed load.
const IN_TURN: usize = 10_000;
const FIRST_LOAD: usize = 20_000;
const TEXTS_OF_LOAD: usize = 20_000;
const MIXED: usize = 200_000;

/// How long and how much.
pub(crate) struct Options {
    /// How long the mixed load lasts, in seconds.
    pub(crate) seconds: u32,
    /// How many event streams are opened.
    pub(crate) streams: usize,
}

/// What a process of its own does for this bench. It is told on standard input, in one line.
#[derive(Serialize, Deserialize)]
enum Job {
    Load(Load),
    Mixed(Mixed),
    Streams(Streams),
}

/// Everything, as Markdown.
pub(crate) fn measure(product: &Product, options: &Options) -> Result<String, String> {
    streams::allow_files(options.streams)?;
    let keys = server::keys(product, KEYS)?;
    product.fill("http.db", 0..MEMORIES)?;
    for copy in ["http-served.db", "http-own.db", "http-streams.db", "http-mixed.db"] {
        product.copy("http.db", copy)?;
    }
    eprintln!("filled");
    let (added, loads) = beside_in_process(product, &keys)?;
    eprintln!("measured beside the engine in process");
    let (opened, complaints) = streams::measure(product, "http-streams.db", &keys, options.streams)?;
    eprintln!("measured event streams");
    let endured = endure(product, &keys, f64::from(options.seconds))?;
    Ok(format!(
        "## HTTP\n\n{added}\n{MEMORIES} memories; {} searches and {} stores on one connection, each in turn with the same call \
         of the engine in this process.\n\n{loads}\n{LOAD_S} s each; the load comes from another process, the calls in process \
         are tasks on one thread, as in the server.\n\n{}\n{}",
        ROUNDS[0].1,
        ROUNDS[1].1,
        report::streams(&opened, &complaints),
        report::endured(&endured)
    ))
}

/// What HTTP adds, and the loads.
fn beside_in_process(product: &Product, keys: &[String]) -> Result<(String, String), String> {
    let server = Server::start(product, "http-served.db", keys, &[])?;
    let own = InProcess::open(&product.path("http-own.db"))?;
    let mut connection = Connection::open(server.target.address, &keys[0])?;
    let mut turns = Vec::new();
    for (work, rounds) in ROUNDS {
        turns.push(in_turn(product, &mut connection, &own, work, rounds)?);
    }
    let nothing = nothing(&mut connection)?;
    let mut points = Vec::new();
    for (work, _) in ROUNDS {
        for connections in CONNECTIONS {
            let first = FIRST_LOAD + points.len() * TEXTS_OF_LOAD;
            let target = server.target.clone();
            let http = load(&server, Load { target, work, connections, seconds: LOAD_S, first })?;
            let in_process = own.load(work, connections, LOAD_S, first)?;
            points.push(Point { work, connections, http, in_process });
        }
    }
    own.close();
    let complaints = server.finish()?;
    match complaints.first() {
        None => Ok((report::added(&turns, &nothing), report::loads(&points))),
        Some(first) => Err(format!("the server complained under load: {first}")),
    }
}

/// Both in turn, so that both meet the same moments.
fn in_turn(
    product: &Product,
    connection: &mut Connection,
    own: &InProcess,
    work: Work,
    rounds: usize,
) -> Result<InTurn, String> {
    let [mut http, mut in_process] = [const { Samples::new() }; 2];
    for round in 0..WARM_UP + rounds {
        let text = work.text(&product.workload, IN_TURN + round);
        let (over_http, answer) = work.ask(connection, &text)?;
        let here = own.call(work, &text)?;
        if round < COMPARED && work == Work::Search {
            let results = answer["results"].as_array().into_iter().flatten();
            let found: Vec<&str> = results.filter_map(|hit| hit["memory"]["content_hash"].as_str()).collect();
            if found != own.found(&text)? {
                return Err(format!("a search of {text:?} finds something else over HTTP"));
            }
        }
        if round >= WARM_UP {
            http.push(over_http);
            in_process.push(here);
        }
    }
    Ok(InTurn { work, http, in_process })
}

/// A request that needs neither the engine nor a key.
fn nothing(connection: &mut Connection) -> Result<Samples, String> {
    let mut times = Samples::new();
    for _ in 0..ROUNDS[0].1 {
        let start = std::time::Instant::now();
        let answer = connection.request("GET", "/livez", None)?;
        times.push(start.elapsed());
        if answer.status != 200 {
            return Err(format!("GET /livez answered {}", answer.status));
        }
    }
    Ok(times)
}

fn load(server: &Server, load: Load) -> Result<Loaded, String> {
    let used = server.processor_time()?;
    let mut child = Child::start(&Job::Load(load))?;
    let mut loaded: Loaded = parsed(child.receive()?)?;
    child.finish()?;
    loaded.processor_s = (server.processor_time()? - used).as_secs_f64();
    Ok(loaded)
}

/// The mixed load, on a server and a database of its own.
fn endure(product: &Product, keys: &[String], seconds: f64) -> Result<Endured, String> {
    let database = "http-mixed.db";
    let server = Server::start(product, database, keys, &[])?;
    let mut own = Connection::open(server.target.address, &keys[0])?;
    Work::Search.ask(&mut own, "the first search loads the model")?;
    let start = resident_bytes_of(server.id())?;
    let mixed = Mixed { target: server.target.clone(), clients: CLIENTS, seconds, first: MIXED };
    let mut child = Child::start(&Job::Mixed(mixed))?;
    std::thread::sleep(Duration::from_secs_f64(seconds / 2.0));
    let middle = resident_bytes_of(server.id())?;
    std::thread::sleep(Duration::from_secs_f64(seconds / 2.0));
    let end = resident_bytes_of(server.id())?;
    let outcome: Outcome = parsed(child.receive()?)?;
    child.finish()?;
    let complaints = server.finish()?;
    let counted = (MEMORIES + outcome.more(), count(product, database)?);
    Ok(Endured { outcome, seconds, clients: CLIENTS, rss: [start, middle, end], counted, complaints })
}

/// How many memories a file has that no process has open.
fn count(product: &Product, database: &str) -> Result<usize, String> {
    let failed = |error: rusqlite::Error| error.to_string();
    let file = Database::open_with_flags(product.path(database), OpenFlags::SQLITE_OPEN_READ_ONLY);
    let live = "SELECT count(*) FROM memories WHERE deleted_at IS NULL";
    let count: i64 = file.map_err(failed)?.query_row(live, [], |row| row.get(0)).map_err(failed)?;
    usize::try_from(count).map_err(|error| error.to_string())
}

/// A process of its own at some job.
struct Child(Client);

impl Child {
    fn start(job: &Job) -> Result<Self, String> {
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut client = Client::start(Command::new(program).args(["bench", "http", "--job"]))?;
        client.send(&serde_json::to_string(job).map_err(|error| error.to_string())?)?;
        Ok(Self(client))
    }

    fn send(&mut self, line: &str) -> Result<(), String> {
        self.0.send(line)
    }

    fn receive(&mut self) -> Result<Value, String> {
        let value: Value = serde_json::from_str(&self.0.receive()?).map_err(|error| error.to_string())?;
        match value["error"].as_str() {
            Some(error) => Err(error.to_owned()),
            None => Ok(value),
        }
    }

    fn finish(self) -> Result<(), String> {
        self.0.finish()
    }
}

fn parsed<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_json::from_value(value).map_err(|error| error.to_string())
}

/// Does a job and tells of it on standard output. Errors are told there too.
pub(crate) fn job() -> Result<(), String> {
    let mut lines = std::io::stdin().lock().lines();
    let mut wait = || lines.next().unwrap_or_else(|| Ok(String::new())).map_err(|error| error.to_string());
    let mut tell = |value: Value| {
        let mut output = std::io::stdout().lock();
        writeln!(output, "{value}").and_then(|()| output.flush()).map_err(|error| error.to_string())
    };
    let done = perform(&mut wait, &mut tell);
    match done {
        Ok(()) => Ok(()),
        Err(error) => tell(json!({ "error": error })),
    }
}

fn perform(
    wait: &mut dyn FnMut() -> Result<String, String>,
    tell: &mut dyn FnMut(Value) -> Result<(), String>,
) -> Result<(), String> {
    let value = |value: serde_json::Result<Value>| value.map_err(|error| error.to_string());
    match serde_json::from_str(&wait()?).map_err(|error| error.to_string())? {
        Job::Load(load) => tell(value(serde_json::to_value(load::run(&load)?))?),
        Job::Mixed(mixed) => tell(value(serde_json::to_value(mixed::run(&mixed)?))?),
        Job::Streams(streams) => streams::run(&streams, tell, wait),
    }
}
