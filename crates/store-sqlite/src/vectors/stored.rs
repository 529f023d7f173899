//! Reading stored vectors in bulk.
//!
//! vec0 keeps 1,024 vectors in one blob of `memory_embeddings_vector_chunks00`, and in `memory_embeddings_rowids` which
//! memory's lies where. Reading those two tables is a hundred times faster than asking vec0 for each. What is written is
//! written through vec0 alone.

use std::collections::HashSet;

use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use super::home::{Home, numbers_of};
use crate::error::{Result, While};

/// How many memories have a vector, orphans included.
pub(crate) fn count(connection: &Connection, home: &Home) -> Result<usize> {
    match home {
        Home::Vec0 => connection
            .prepare_cached("SELECT count(*) FROM memory_embeddings_rowids")
            .and_then(|mut statement| statement.query_row([], |row| row.get(0))),
        Home::Side { model, .. } => connection
            .prepare_cached("SELECT count(*) FROM service_vectors WHERE model = ?")
            .and_then(|mut statement| statement.query_row([model], |row| row.get(0))),
    }
    .doing("counting vectors")
}

/// Whether a memory has a vector.
pub(crate) fn is_there(connection: &Connection, home: &Home, id: i64) -> Result<bool> {
    match home {
        Home::Vec0 => connection
            .prepare_cached("SELECT 1 FROM memory_embeddings_rowids WHERE rowid = ?")
            .and_then(|mut statement| statement.exists([id])),
        Home::Side { model, .. } => connection
            .prepare_cached("SELECT 1 FROM service_vectors WHERE id = ? AND model = ?")
            .and_then(|mut statement| statement.exists(params![id, model])),
    }
    .doing("looking for a vector")
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
    let mut chunks = Chunks::new(connection, dimension)?;
    let mut rows = places.query([])?;
    while let Some(row) = rows.next()? {
        let id = row.get(1)?;
        if is_wanted(id) {
            take(id, chunks.read(row.get(0)?, row.get(2)?)?);
        }
    }
    Ok(())
}

/// Reads the chunks of vec0, one at a time.
struct Chunks<'c> {
    dimension: usize,
    statement: CachedStatement<'c>,
    number: Option<i64>,
    numbers: Vec<f32>,
}

impl<'c> Chunks<'c> {
    fn new(connection: &'c Connection, dimension: usize) -> rusqlite::Result<Self> {
        // The column named `rowid` is no alias of the row's number in this table; both hold the chunk's number.
        let statement = connection
            .prepare_cached("SELECT vectors FROM memory_embeddings_vector_chunks00 WHERE _rowid_ = ?")?;
        Ok(Self { dimension, statement, number: None, numbers: Vec::new() })
    }

    /// The vector at a place; no numbers when there is none.
    fn read(&mut self, chunk: Option<i64>, offset: Option<usize>) -> rusqlite::Result<&[f32]> {
        if self.number != chunk || self.numbers.is_empty() {
            let bytes = self
                .statement
                .query_row([chunk], |row| Ok(row.get_ref(0)?.as_bytes().map(numbers_of)?))
                .optional()?;
            (self.number, self.numbers) = (chunk, bytes.unwrap_or_default());
        }
        let start = offset.unwrap_or(usize::MAX).saturating_mul(self.dimension);
        Ok(self.numbers.get(start..start.saturating_add(self.dimension)).unwrap_or_default())
    }
}

/// The memories with a vector and no code in a space.
pub(crate) fn ids_without_code(connection: &Connection, home: &Home, space: i64) -> Result<HashSet<i64>> {
    let sql = without_code_sql(home, "v.id");
    let model = if let Home::Side { model, .. } = home { model.as_str() } else { "" };
    connection
        .prepare_cached(&sql)
        .and_then(|mut statement| {
            statement.query_map(params![space, i64::MIN, -1, model], |row| row.get(0))?.collect()
        })
        .doing("looking for vectors without a code")
}

/// Some vectors without a code in a space, of memories after one, in the order of the memories.
pub(crate) fn without_code(
    connection: &Connection,
    home: &Home,
    space: i64,
    dimension: usize,
    after: i64,
    limit: usize,
) -> Result<Vec<(i64, Vec<f32>)>> {
    let doing = "reading vectors without a code";
    let columns = if *home == Home::Vec0 { "v.id, v.chunk_id, v.chunk_offset" } else { "v.id, v.vector" };
    let sql = without_code_sql(home, columns);
    let limit = crate::filter::rows_limit(limit);
    let mut statement = connection.prepare_cached(&sql).doing(doing)?;
    if let Home::Side { model, .. } = home {
        return statement
            .query_map(params![space, after, limit, model], |row| {
                Ok((row.get(0)?, numbers_of(row.get_ref(1)?.as_bytes()?)))
            })
            .and_then(Iterator::collect)
            .doing(doing);
    }
    let mut places: Vec<(i64, Option<i64>, Option<usize>)> = statement
        .query_map(params![space, after, limit, ""], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .and_then(Iterator::collect)
        .doing(doing)?;
    places.sort_unstable_by_key(|(_, chunk, offset)| (*chunk, *offset));
    let mut chunks = Chunks::new(connection, dimension).doing(doing)?;
    let mut found = Vec::with_capacity(places.len());
    for (id, chunk, offset) in places {
        found.push((id, chunks.read(chunk, offset).doing(doing)?.to_vec()));
    }
    found.sort_unstable_by_key(|(id, _)| *id);
    Ok(found)
}

/// Parameters: space, the number after which, how many, the model's identity.
fn without_code_sql(home: &Home, columns: &str) -> String {
    let vectors = match home {
        Home::Vec0 => {
            "(SELECT rowid AS id, chunk_id, chunk_offset FROM memory_embeddings_rowids WHERE ?4 = '')"
        }
        Home::Side { .. } => "(SELECT id, vector FROM service_vectors WHERE model = ?4)",
    };
    format!(
        "SELECT {columns} FROM {vectors} AS v WHERE v.id > ?2 AND NOT EXISTS (
            SELECT 1 FROM service_codes AS c WHERE c.id = v.id AND c.space = ?1 AND c.part = 0)
            ORDER BY v.id LIMIT ?3"
    )
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
