//! A file with as many memories as there are vectors.

use std::path::Path;
use std::time::{Duration, Instant};

use embed::BuiltIn;
use model::{ContentHash, MemoryId, ModelIdentity, Timestamp, Vector};
use ports::{Embedder, MemoryStore, Unembedded};
use rusqlite::{Connection, OptionalExtension, params};
use store_sqlite::{Options, SqliteStore};

use super::vectors::Vectors;
use crate::bench::machine::block_on;
use crate::bench::workload::Workload;

/// How many vectors are written in one transaction.
const AT_ONCE: usize = 4096;
/// One in so many memories has [`PERCENT`].
const SHARE: usize = 100;
/// The tag of one memory in a hundred.
pub(crate) const PERCENT: &str = "percent";
/// The tag of one memory in all.
pub(crate) const RARE: &str = "rare";
/// Which memory that is.
const RARE_NUMBER: usize = 4_321;
/// When the first memory was stored; each next one a second later.
const FIRST_SECOND: i64 = 1_700_000_000;
/// How often it is looked whether something is done in the background.
const PAUSE: Duration = Duration::from_millis(50);
/// How long that may take.
const PATIENCE: Duration = Duration::from_secs(900);
/// How long a lock is waited for.
const BUSY: Duration = Duration::from_secs(60);

/// How long it took, in seconds, until the file had its memories.
pub(crate) struct Written {
    /// Opening the file as one whose index of words is to be built anew.
    pub(crate) opened_s: f64,
    /// Until the index of words was built, in the background.
    pub(crate) words_s: f64,
    /// Writing vectors, their codes and copies through the store.
    pub(crate) vectors_s: f64,
}

/// The model whose vectors they are.
pub(crate) fn model() -> ModelIdentity {
    BuiltIn::new().model().clone()
}

/// Opens the file as the product does.
pub(crate) fn open(path: &Path) -> Result<SqliteStore, String> {
    block_on(SqliteStore::open(Options::new(path, model()))).map_err(|error| error.to_string())
}

/// When the newest tenth of so many memories begins.
pub(crate) fn newest_tenth(size: usize) -> Option<Timestamp> {
    Timestamp::from_seconds((FIRST_SECOND + size as i64 * 9 / 10) as f64)
}

/// Adds memories and vectors to the file until it has all.
pub(crate) fn write(path: &Path, vectors: &Vectors, workload: &Workload) -> Result<Written, String> {
    block_on(open(path)?.close());
    let stored = add_memories(path, vectors.len(), workload).map_err(|error| error.to_string())?;
    let start = Instant::now();
    let store = open(path)?;
    let opened_s = start.elapsed().as_secs_f64();
    let are_indexed = |file: &Connection| {
        let missing = "SELECT 1 FROM service_info WHERE key = 'words missing below'";
        Ok(file.query_row(missing, [], |_| Ok(())).optional()?.is_none())
    };
    wait_until(path, are_indexed)?;
    let words_s = start.elapsed().as_secs_f64();
    merge_words(path).map_err(|error| error.to_string())?;
    let start = Instant::now();
    let numbers: Vec<usize> = (stored..vectors.len()).collect();
    for batch in numbers.chunks(AT_ONCE) {
        let new = batch.iter().map(|number| Ok((unembedded(*number), vector(vectors, *number)?)));
        let new = new.collect::<Result<Vec<_>, String>>()?;
        let written = block_on(store.add_vectors(new)).map_err(|error| error.to_string())?;
        if written != batch.len() {
            return Err(format!("{written} of {} vectors were written", batch.len()));
        }
    }
    let vectors_s = start.elapsed().as_secs_f64();
    block_on(store.close());
    remove_backups(path)?;
    Ok(Written { opened_s, words_s, vectors_s })
}

fn vector(vectors: &Vectors, number: usize) -> Result<Vector, String> {
    Vector::new(vectors.vector(number).to_vec()).map_err(|error| error.to_string())
}

fn key(number: usize) -> String {
    format!("{number:064x}")
}

fn unembedded(number: usize) -> Unembedded {
    Unembedded {
        id: MemoryId(number as i64 + 1),
        hash: ContentHash::stored(key(number)),
        content: String::new(),
    }
}

/// Rows without vectors, in one transaction: one at a time through the store they would take an hour. Gives how many there
/// were before. A trigger is taken away, so that opening the file builds the index of words anew, as an upgrade does.
fn add_memories(path: &Path, size: usize, workload: &Workload) -> rusqlite::Result<usize> {
    let mut connection = Connection::open(path)?;
    connection.execute_batch("DROP TRIGGER service_words_ai")?;
    let transaction = connection.transaction()?;
    let stored: usize = transaction.query_row("SELECT count(*) FROM memories", [], |row| row.get(0))?;
    let mut insert = transaction.prepare(
        "INSERT INTO memories (id, content_hash, content, tags, memory_type, metadata, created_at, updated_at,
                created_at_iso, updated_at_iso, store, embedding_pending)
            VALUES (?1, ?2, ?3, ?4, 'note', '{}', ?5, ?5, '', '', 'default', 1)",
    )?;
    for number in stored..size {
        let tags = match number {
            RARE_NUMBER => RARE,
            _ if number % SHARE == 7 => PERCENT,
            _ => "common",
        };
        let second = (FIRST_SECOND + number as i64) as f64;
        let text = Vectors::text(workload, number);
        insert.execute(params![number as i64 + 1, key(number), text, tags, second])?;
    }
    drop(insert);
    transaction.commit()?;
    Ok(stored)
}

/// Merges the index of words into one part, as the background does in the end.
fn merge_words(path: &Path) -> rusqlite::Result<()> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    connection.execute_batch("INSERT INTO service_words(service_words) VALUES ('optimize')")
}

/// The backup before an upgrade is as large as the file.
fn remove_backups(path: &Path) -> Result<(), String> {
    let backups = path.with_file_name("backups");
    let removed = if backups.exists() { std::fs::remove_dir_all(&backups) } else { Ok(()) };
    removed.map_err(|error| error.to_string())
}

/// Waits for something that is done in the background.
fn wait_until(path: &Path, is_done: impl Fn(&Connection) -> rusqlite::Result<bool>) -> Result<(), String> {
    let begun = Instant::now();
    let connection = Connection::open(path).map_err(|error| error.to_string())?;
    connection.busy_timeout(BUSY).map_err(|error| error.to_string())?;
    while begun.elapsed() < PATIENCE {
        if is_done(&connection).map_err(|error| error.to_string())? {
            return Ok(());
        }
        std::thread::sleep(PAUSE);
    }
    Err("work in the background did not come to its end".to_owned())
}

/// Drops every code, so that they have to be made again.
pub(crate) fn drop_codes(path: &Path) -> rusqlite::Result<()> {
    Connection::open(path)?.execute("DELETE FROM service_codes", []).map(|_| ())
}

/// Waits until every vector has a code.
pub(crate) fn wait_for_codes(path: &Path) -> Result<(), String> {
    let are_coded = |file: &Connection| {
        let count = |table: &str| {
            file.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0))
        };
        Ok(count("service_codes")? >= count("memory_embeddings_rowids")?)
    };
    wait_until(path, are_coded)
}
