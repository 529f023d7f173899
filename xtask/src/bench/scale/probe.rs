//! A process that opens the file and searches, so that its memory and its first search are those of a start.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use model::{Filter, Tags, Vector};
use ports::MemoryStore;
use serde_json::{Value, json};

use super::{database, whole};
use crate::bench::machine::block_on;
use crate::bench::memory::resident_bytes;
use crate::bench::statistics::Samples;

/// The database, and what is asked, in the folder of a run.
pub(crate) const FILE: &str = "vectors.db";
const QUERIES: &str = "queries.json";

/// What a process is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Job {
    /// Every query in every way, by meaning alone.
    Search,
    /// The search of the product.
    Whole,
    /// One query on a file without codes, and waiting for the codes.
    Rebuild,
}

/// A way to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    Ten,
    Hundred,
    Percent,
    Recent,
    Rare,
}

impl Case {
    const ALL: [Self; 5] = [Self::Ten, Self::Hundred, Self::Percent, Self::Recent, Self::Rare];

    /// For the report.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ten => "10 of all",
            Self::Hundred => "100 of all",
            Self::Percent => "10 with a tag of one memory in 100",
            Self::Recent => "10 of the newest tenth",
            Self::Rare => "the one with a tag of one memory in all",
        }
    }

    fn limit(self) -> usize {
        if self == Self::Hundred { 100 } else { 10 }
    }

    pub(crate) fn filter(self, size: usize) -> Result<Filter, String> {
        let tagged = |tag: &str| {
            let tags = Tags::parse(tag).map_err(|error| error.to_string())?;
            Ok(Filter { tags, ..Filter::default() })
        };
        match self {
            Self::Ten | Self::Hundred => Ok(Filter::default()),
            Self::Percent => tagged(database::PERCENT),
            Self::Rare => tagged(database::RARE),
            Self::Recent => Ok(Filter { created_from: database::newest_tenth(size), ..Filter::default() }),
        }
    }
}

/// What one way to ask gave.
pub(crate) struct Found {
    pub(crate) times: Samples,
    /// The numbers of the memories that each query found.
    pub(crate) found: Vec<Vec<i64>>,
}

/// What a process told.
pub(crate) struct Probed {
    /// Opening the file and the first search.
    pub(crate) first_ms: f64,
    /// How much memory the searches took.
    pub(crate) bytes: u64,
    /// How long the codes took to be in the file again.
    pub(crate) rebuilt_s: f64,
    pub(crate) cases: Vec<(Case, Found)>,
}

/// Starts a process on the file of a folder, and waits for what it tells.
pub(crate) fn start(folder: &Path, job: Job) -> Result<Value, String> {
    let flag = match job {
        Job::Search => "--probe",
        Job::Whole => "--whole",
        Job::Rebuild => {
            database::drop_codes(&folder.join(FILE)).map_err(|error| error.to_string())?;
            "--rebuild"
        }
    };
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new(program)
        .args(["bench", "scale", flag])
        .arg(folder)
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("the probe failed: {}", String::from_utf8_lossy(&output.stderr)));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())
}

/// What a process told that searched by meaning alone.
pub(crate) fn read(told: &Value) -> Result<Probed, String> {
    let read = || {
        let mut cases = Vec::new();
        for (case, found) in Case::ALL.into_iter().zip(told["cases"].as_array()?) {
            let found_ids = serde_json::from_value(found["found"].clone()).ok()?;
            cases.push((case, Found { times: times(&found["ms"]), found: found_ids }));
        }
        let number = |name: &str| told[name].as_f64();
        let bytes = told["bytes"].as_u64()?;
        Some(Probed { first_ms: number("first_ms")?, bytes, rebuilt_s: number("rebuilt_s")?, cases })
    };
    read().ok_or_else(|| "the probe did not tell everything".to_owned())
}

/// Times that a process told.
pub(crate) fn times(told: &Value) -> Samples {
    told.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}

/// Writes down what is asked: texts, and their vectors.
pub(crate) fn write_queries(folder: &Path, texts: &[String], vectors: &[Vec<f32>]) -> Result<(), String> {
    let queries = json!({"texts": texts, "vectors": vectors}).to_string();
    std::fs::write(folder.join(QUERIES), queries).map_err(|error| error.to_string())
}

/// What is asked.
pub(crate) fn texts(folder: &Path) -> Result<Vec<String>, String> {
    serde_json::from_value(queries(folder)?["texts"].take()).map_err(|error| error.to_string())
}

fn queries(folder: &Path) -> Result<Value, String> {
    let bytes = std::fs::read(folder.join(QUERIES)).map_err(|error| error.to_string())?;
    serde_json::from_slice(&bytes).map_err(|error| error.to_string())
}

fn query_vectors(folder: &Path) -> Result<Vec<Vector>, String> {
    let all: Vec<Vec<f32>> =
        serde_json::from_value(queries(folder)?["vectors"].take()).map_err(|error| error.to_string())?;
    all.into_iter().map(Vector::new).collect::<Result<_, _>>().map_err(|error| error.to_string())
}

/// The process.
pub(crate) fn run(folder: &Path, job: Job) -> Result<(), String> {
    let told = if job == Job::Whole { whole::run(folder)? } else { by_meaning(folder, job)? };
    println!("{told}");
    Ok(())
}

fn by_meaning(folder: &Path, job: Job) -> Result<Value, String> {
    let (path, queries) = (folder.join(FILE), query_vectors(folder)?);
    let start = Instant::now();
    let store = database::open(&path)?;
    let before = resident_bytes()?;
    let first = block_on(store.search_vectors(&queries[0], &Filter::default(), 10));
    let first = first.map(|_| start.elapsed()).map_err(|error| error.to_string())?;
    let cases = if job == Job::Search { ask(&store, &queries)? } else { Vec::new() };
    let bytes = resident_bytes()?.saturating_sub(before);
    if job == Job::Rebuild {
        database::wait_for_codes(&path)?;
    }
    let rebuilt_s = start.elapsed().as_secs_f64();
    block_on(store.close());
    let first_ms = first.as_secs_f64() * 1e3;
    Ok(json!({"first_ms": first_ms, "bytes": bytes, "rebuilt_s": rebuilt_s, "cases": cases}))
}

fn ask(store: &dyn MemoryStore, queries: &[Vector]) -> Result<Vec<Value>, String> {
    let size = block_on(store.statistics()).map_err(|error| error.to_string())?.memories;
    let mut cases = Vec::new();
    for case in Case::ALL {
        let filter = case.filter(usize::try_from(size).unwrap_or(usize::MAX))?;
        let (mut times, mut all) = (Vec::new(), Vec::new());
        for query in queries {
            let start = Instant::now();
            let found = block_on(store.search_vectors(query, &filter, case.limit()))
                .map_err(|error| error.to_string())?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
            all.push(found.iter().map(|candidate| candidate.id.0).collect::<Vec<_>>());
        }
        cases.push(json!({"ms": times, "found": all}));
    }
    Ok(cases)
}
