//! Load of one kind from a process of its own: so many connections that each ask again as soon as they are answered.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Barrier, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::connection::Connection;
use super::server::Target;
use crate::bench::statistics::Samples;
use crate::bench::workload::Workload;

/// How many hits a search asks for: as many as the product's default.
pub(crate) const HITS: u32 = 10;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Work {
    Search,
    Store,
}

impl Work {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Store => "store",
        }
    }

    /// What is searched or stored under a number.
    pub(crate) fn text(self, workload: &Workload, number: usize) -> String {
        match self {
            Self::Search => workload.fragment(number).text,
            Self::Store => workload.memory(number),
        }
    }

    /// One request. The time is that until the whole answer is here; parsing it is not counted.
    pub(crate) fn ask(self, connection: &mut Connection, text: &str) -> Result<(Duration, Value), String> {
        let (path, body) = match self {
            Self::Search => ("/api/search", json!({"query": text, "n_results": HITS})),
            Self::Store => ("/api/memories", json!({"content": text})),
        };
        let start = Instant::now();
        let answer = connection.request("POST", path, Some(&body))?;
        let elapsed = start.elapsed();
        let value = answer.value().map_err(|error| format!("POST {path}: {error}"))?;
        let is_whole = match self {
            Self::Search => value["notices"].is_null(),
            Self::Store => value["success"] == json!(true),
        };
        if is_whole { Ok((elapsed, value)) } else { Err(format!("POST {path} answered {value}")) }
    }
}

/// What a load is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Load {
    pub(crate) target: Target,
    pub(crate) work: Work,
    pub(crate) connections: usize,
    pub(crate) seconds: f64,
    /// The number of the first text.
    pub(crate) first: usize,
}

/// What came of a load.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Loaded {
    pub(crate) times: Samples,
    pub(crate) elapsed_s: f64,
    /// The processor time of the one that answers.
    pub(crate) processor_s: f64,
}

impl Loaded {
    /// How many requests a second were answered.
    pub(crate) fn rate(&self) -> f64 {
        self.times.len() as f64 / self.elapsed_s
    }

    /// Milliseconds of processor time that a request took.
    pub(crate) fn processor_ms(&self) -> f64 {
        self.processor_s * 1e3 / self.times.len() as f64
    }
}

/// Loads the server. The first error ends it.
pub(crate) fn run(load: &Load) -> Result<Loaded, String> {
    let workload = Workload::new();
    let next = AtomicUsize::new(load.first);
    let times = Mutex::new(Samples::new());
    let ready = Barrier::new(load.connections + 1);
    let caller = |number: usize| {
        let key = &load.target.keys[number % load.target.keys.len()];
        let connection = Connection::open(load.target.address, key);
        ready.wait();
        let mut connection = connection?;
        let end = Instant::now() + Duration::from_secs_f64(load.seconds);
        let mut own = Samples::new();
        while Instant::now() < end {
            let text = load.work.text(&workload, next.fetch_add(1, Ordering::Relaxed));
            own.push(load.work.ask(&mut connection, &text)?.0);
        }
        times.lock().unwrap_or_else(PoisonError::into_inner).extend(own);
        Ok::<(), String>(())
    };
    let caller = &caller;
    let elapsed_s = std::thread::scope(|scope| {
        let callers: Vec<_> =
            (0..load.connections).map(|number| scope.spawn(move || caller(number))).collect();
        ready.wait();
        let start = Instant::now();
        for caller in callers {
            caller.join().map_err(|_| "a caller panicked".to_owned())??;
        }
        Ok::<f64, String>(start.elapsed().as_secs_f64())
    })?;
    let times = times.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Loaded { times, elapsed_s, processor_s: 0.0 })
}
