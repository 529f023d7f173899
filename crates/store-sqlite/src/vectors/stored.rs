//! Reading stored vectors in bulk.
//!
//! vec0 keeps 1,024 vectors in one blob of `memory_embeddings_vector_chunks00`, and in `memory_embeddings_rowids` which
//! memory's lies where. Reading those two tables is a hundred times faster than asking vec0 for each. What is written is
//! written through vec0 alone.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, params};

use super::home::{Home, numbers_of};
use crate::error::{Result, While};

/// What tells two sets of stored vectors apart: how many there are, and a sum over a number made of each memory's. A
/// vector that is replaced under the same number is not noticed: what this program replaces raises the epoch
/// ([`super::home`]).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    pub(crate) count: i64,
    pub(crate) sum: i64,
}

/// Spreads numbers that follow each other; the same as in [`fingerprint`].
const SPREAD: i64 = 2_654_435_761;
const MASK: i64 = 0xFFFF_FFFF;

impl Fingerprint {
    /// What one memory's vector adds to the sum.
    pub(crate) fn part(id: i64) -> i64 {
        id.wrapping_mul(SPREAD) & MASK
    }
}

/// The fingerprint of what is stored.
pub(crate) fn fingerprint(connection: &Connection, home: &Home) -> Result<Fingerprint> {
    let read = |row: &rusqlite::Row<'_>| Ok(Fingerprint { count: row.get(0)?, sum: row.get(1)? });
    match home {
        Home::Vec0 => connection
            .prepare_cached(&format!(
                "SELECT count(*), coalesce(sum((rowid * {SPREAD}) & {MASK}), 0) FROM memory_embeddings_rowids"
            ))
            .and_then(|mut statement| statement.query_row([], read)),
        Home::Side { model, .. } => connection
            .prepare_cached(&format!(
                "SELECT count(*), coalesce(sum((id * {SPREAD}) & {MASK}), 0) FROM service_vectors WHERE model = ?"
            ))
            .and_then(|mut statement| statement.query_row([model], read)),
    }
    .doing("counting vectors")
}

/// The numbers of all memories that have a vector, orphans included.
pub(crate) fn ids(connection: &Connection, home: &Home) -> Result<HashSet<i64>> {
    match home {
        Home::Vec0 => connection
            .prepare_cached("SELECT rowid FROM memory_embeddings_rowids")
            .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect()),
        Home::Side { model, .. } => connection
            .prepare_cached("SELECT id FROM service_vectors WHERE model = ?")
            .and_then(|mut statement| statement.query_map([model], |row| row.get(0))?.collect()),
    }
    .doing("listing vectors")
}

/// Reads the vectors of the memories that `is_wanted` says, and hands them over one by one. A vector that cannot be read
/// (its place is not there, it is too short) is handed over as no numbers.
pub(crate) fn each(
    connection: &Connection,
    home: &Home,
    dimension: usize,
    is_wanted: impl Fn(i64) -> bool,
    mut take: impl FnMut(i64, &[f32]),
) -> Result<()> {
    match home {
        Home::Vec0 => each_in_vec0(connection, dimension, is_wanted, take),
        Home::Side { model, .. } => connection
            .prepare_cached("SELECT id, vector FROM service_vectors WHERE model = ? ORDER BY id")
            .and_then(|mut statement| {
                let mut rows = statement.query([model])?;
                while let Some(row) = rows.next()? {
                    let id = row.get(0)?;
                    if is_wanted(id) {
                        take(id, &numbers_of(row.get_ref(1)?.as_bytes()?));
                    }
                }
                Ok(())
            }),
    }
    .doing("reading vectors")
}

fn each_in_vec0(
    connection: &Connection,
    dimension: usize,
    is_wanted: impl Fn(i64) -> bool,
    mut take: impl FnMut(i64, &[f32]),
) -> rusqlite::Result<()> {
    let mut places = connection.prepare_cached(
        "SELECT chunk_id, rowid, chunk_offset FROM memory_embeddings_rowids ORDER BY chunk_id, chunk_offset",
    )?;
    // The column named `rowid` is no alias of the row's number in this table; both hold the chunk's number.
    let mut chunk_of = connection
        .prepare_cached("SELECT vectors FROM memory_embeddings_vector_chunks00 WHERE _rowid_ = ?")?;
    let mut rows = places.query([])?;
    let mut chunk: (Option<i64>, Vec<f32>) = (None, Vec::new());
    while let Some(row) = rows.next()? {
        let (chunk_id, id, offset): (Option<i64>, i64, Option<usize>) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        if !is_wanted(id) {
            continue;
        }
        if chunk.0 != chunk_id || chunk.1.is_empty() {
            let bytes =
                chunk_of.query_row([chunk_id], |row| Ok(row.get_ref(0)?.as_bytes().map(numbers_of)?));
            chunk = (chunk_id, bytes.optional()?.unwrap_or_default());
        }
        let start = offset.unwrap_or(usize::MAX).saturating_mul(dimension);
        let numbers = chunk.1.get(start..start.saturating_add(dimension)).unwrap_or_default();
        take(id, numbers);
    }
    Ok(())
}

/// The vector of one memory.
pub(crate) fn one(connection: &Connection, home: &Home, id: i64) -> Result<Option<Vec<f32>>> {
    let read = |row: &rusqlite::Row<'_>| Ok(row.get_ref(0)?.as_bytes().map(numbers_of)?);
    match home {
        Home::Vec0 => connection
            .prepare_cached("SELECT content_embedding FROM memory_embeddings WHERE rowid = ?")
            .and_then(|mut statement| statement.query_row([id], read).optional()),
        Home::Side { model, .. } => connection
            .prepare_cached("SELECT vector FROM service_vectors WHERE id = ? AND model = ?")
            .and_then(|mut statement| statement.query_row(params![id, model], read).optional()),
    }
    .doing("reading a vector")
}
