//! A process that opens the file and searches, so that its memory and its first search are those of a start.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use model::{Filter, Tags, Vector};
use ports::MemoryStore;
use serde_json::{Value, json};

use super::database;
use super::vectors::DIMENSION;
use crate::bench::machine::block_on;
use crate::bench::memory::resident_bytes;
use crate::bench::statistics::Samples;

/// How often it is looked whether the codes are in the file again.
const PAUSE: Duration = Duration::from_millis(50);
/// How long that may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// What a process is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Job {
    /// Every query in every way.
    Search,
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
            Self::Ten => "the nearest 10",
            Self::Hundred => "the nearest 100",
            Self::Percent => "the nearest 10 with a tag of one memory in 100",
            Self::Recent => "the nearest 10 of the newest tenth",
            Self::Rare => "the one with a tag of one memory in all",
        }
    }

    fn limit(self) -> usize {
        if self == Self::Hundred { 100 } else { 10 }
    }

    fn filter(self, size: usize) -> Result<Filter, String> {
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
    pub(crate) first_ms: [f64; 1],
    /// How much memory the searches took.
    pub(crate) bytes: u64,
    /// How long the codes took to be in the file again.
    pub(crate) rebuilt_s: f64,
    pub(crate) cases: Vec<(Case, Found)>,
}

/// Starts a process on the file of a folder, and waits for what it tells.
pub(crate) fn start(folder: &Path, job: Job) -> Result<Probed, String> {
    if job == Job::Rebuild {
        database::drop_codes(&folder.join("vectors.db")).map_err(|error| error.to_string())?;
    }
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let flag = if job == Job::Rebuild { "--rebuild" } else { "--probe" };
    let output = Command::new(program)
        .args(["bench", "scale", flag])
        .arg(folder)
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("the probe failed: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let told: Value = serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    read(&told).ok_or_else(|| format!("the probe told {told}"))
}

fn read(told: &Value) -> Option<Probed> {
    let mut cases = Vec::new();
    for (case, found) in Case::ALL.into_iter().zip(told["cases"].as_array()?) {
        let times = found["ms"].as_array()?.iter().filter_map(Value::as_f64).collect();
        let found = serde_json::from_value(found["found"].clone()).ok()?;
        cases.push((case, Found { times, found }));
    }
    let number = |name: &str| told[name].as_f64();
    let bytes = told["bytes"].as_u64()?;
    Some(Probed { first_ms: [number("first_ms")?], bytes, rebuilt_s: number("rebuilt_s")?, cases })
}

/// The process.
pub(crate) fn run(folder: &Path, job: Job) -> Result<(), String> {
    let (path, queries) = (folder.join("vectors.db"), queries(&folder.join("queries"))?);
    let start = Instant::now();
    let store = database::open(&path)?;
    let before = resident_bytes()?;
    let first = block_on(store.search_vectors(&queries[0], &Filter::default(), 10));
    let first = first.map(|_| start.elapsed()).map_err(|error| error.to_string())?;
    let cases = if job == Job::Search { ask(&store, &queries)? } else { Vec::new() };
    let bytes = resident_bytes()?.saturating_sub(before);
    let rebuilt = if job == Job::Rebuild { rebuilt(&path, start)? } else { Duration::ZERO };
    println!(
        "{}",
        json!({
            "first_ms": first.as_secs_f64() * 1e3, "bytes": bytes, "rebuilt_s": rebuilt.as_secs_f64(), "cases": cases,
        })
    );
    block_on(store.close());
    Ok(())
}

fn ask(store: &dyn MemoryStore, queries: &[Vector]) -> Result<Vec<Value>, String> {
    let size = block_on(store.statistics()).map_err(|error| error.to_string())?.memories;
    let mut cases = Vec::new();
    for case in Case::ALL {
        let filter = case.filter(usize::try_from(size).unwrap_or(usize::MAX))?;
        let (mut times, mut all) = (Vec::new(), Vec::new());
        // Where every memory is looked at, a few queries tell as much.
        let some = if matches!(case, Case::Ten | Case::Hundred) { queries.len() } else { queries.len() / 10 };
        for query in &queries[..some] {
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

fn rebuilt(path: &Path, start: Instant) -> Result<Duration, String> {
    let vectors = "SELECT count(*) FROM memory_embeddings_rowids";
    let count =
        rusqlite::Connection::open(path).and_then(|file| file.query_row(vectors, [], |row| row.get(0)));
    let count: usize = count.map_err(|error| error.to_string())?;
    while start.elapsed() < PATIENCE {
        if database::codes(path).map_err(|error| error.to_string())? >= count {
            return Ok(start.elapsed());
        }
        std::thread::sleep(PAUSE);
    }
    Err("the codes were not made again".to_owned())
}

fn queries(path: &PathBuf) -> Result<Vec<Vector>, String> {
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    let numbers: Vec<f32> = bytes.as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four)).collect();
    let vectors = numbers.chunks_exact(DIMENSION).map(|numbers| Vector::new(numbers.to_vec()));
    vectors.collect::<Result<_, _>>().map_err(|error| error.to_string())
}
