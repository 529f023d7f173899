//! A file with as many memories as there are vectors.

use std::path::Path;
use std::time::Instant;

use model::{ContentHash, MemoryId, ModelIdentity, Timestamp, Vector};
use ports::{MemoryStore, Unembedded};
use rusqlite::{Connection, params};
use store_sqlite::{Options, SqliteStore};

use super::vectors::{DIMENSION, Vectors};
use crate::bench::machine::block_on;

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

/// The model whose vectors they are.
pub(crate) fn model() -> ModelIdentity {
    ModelIdentity { name: "bench".to_owned(), revision: "1".to_owned(), dimension: DIMENSION }
}

/// Opens the file as the product does.
pub(crate) fn open(path: &Path) -> Result<SqliteStore, String> {
    block_on(SqliteStore::open(Options::new(path, model()))).map_err(|error| error.to_string())
}

/// When the newest tenth of so many memories begins.
pub(crate) fn newest_tenth(size: usize) -> Option<Timestamp> {
    Timestamp::from_seconds((FIRST_SECOND + size as i64 * 9 / 10) as f64)
}

/// Adds memories and vectors to the file until it has all. Gives the seconds that the vectors took.
pub(crate) fn write(path: &Path, vectors: &Vectors) -> Result<f64, String> {
    let store = open(path)?;
    let stored = add_memories(path, vectors.len()).map_err(|error| error.to_string())?;
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
    let elapsed = start.elapsed().as_secs_f64();
    block_on(store.close());
    Ok(elapsed)
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
/// were before.
fn add_memories(path: &Path, size: usize) -> rusqlite::Result<usize> {
    let mut connection = Connection::open(path)?;
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
        insert.execute(params![number as i64 + 1, key(number), format!("memory {number}"), tags, second])?;
    }
    drop(insert);
    transaction.commit()?;
    Ok(stored)
}

/// Drops every code, so that they have to be made again.
pub(crate) fn drop_codes(path: &Path) -> rusqlite::Result<()> {
    Connection::open(path)?.execute("DELETE FROM service_codes", []).map(|_| ())
}

/// How many codes there are.
pub(crate) fn codes(path: &Path) -> rusqlite::Result<usize> {
    Connection::open(path)?.query_row("SELECT count(*) FROM service_codes", [], |row| row.get(0))
}
