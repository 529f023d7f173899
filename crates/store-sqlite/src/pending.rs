//! Memories without a vector of the model in use, and their vectors when they come.

use model::{ContentHash, MemoryId, ModelIdentity, Vector};
use ports::Unembedded;
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::{Result, While};
use crate::filter::rows_limit;
use crate::rows;
use crate::vectors::derived::{self, IS_LONG, has_chunks};
use crate::vectors::home::Home;

/// Live memories without a vector, by number.
pub(crate) fn unembedded(
    connection: &Connection,
    model: &ModelIdentity,
    after: Option<MemoryId>,
    limit: usize,
) -> Result<Vec<Unembedded>> {
    let home = Home::read(connection, model)?;
    waiting(connection, &format!("m.deleted_at IS NULL AND NOT {}", home.has_vector()), after, limit)
}

/// Live memories that are long and have a vector, but none of chunks, by number.
pub(crate) fn unchunked(
    connection: &Connection,
    model: &ModelIdentity,
    after: Option<MemoryId>,
    limit: usize,
) -> Result<Vec<Unembedded>> {
    waiting(connection, &is_unchunked(connection, model)?, after, limit)
}

fn is_unchunked(connection: &Connection, model: &ModelIdentity) -> Result<String> {
    let has_vector = Home::read(connection, model)?.has_vector();
    // The plus keeps SQLite from the index of the deleted, by which it would read every text to see how long it is.
    Ok(format!("+m.deleted_at IS NULL AND {IS_LONG} AND {has_vector} AND NOT {}", has_chunks(model)))
}

/// Live memories that meet a condition, by number.
fn waiting(
    connection: &Connection,
    condition: &str,
    after: Option<MemoryId>,
    limit: usize,
) -> Result<Vec<Unembedded>> {
    let after = after.map_or(i64::MIN, |id| id.0);
    connection
        .prepare_cached(&sql(condition))
        .and_then(|mut statement| {
            let found = statement.query_map(params![after, rows_limit(limit)], |row| {
                Ok(Unembedded {
                    id: MemoryId(row.get(0)?),
                    hash: ContentHash::stored(rows::text(row, 1)?.unwrap_or_default()),
                    content: rows::text(row, 2)?.unwrap_or_default(),
                })
            })?;
            found.collect()
        })
        .doing("looking for memories without a vector")
}

fn sql(condition: &str) -> String {
    format!(
        "SELECT m.id, m.content_hash, m.content FROM memories AS m
            WHERE m.id > ? AND {condition} ORDER BY m.id LIMIT ?"
    )
}

/// Writes vectors for memories that are still live, still the same and still without one. Says how many were written.
pub(crate) fn add_vectors(
    connection: &Connection,
    model: &ModelIdentity,
    vectors: &[(Unembedded, Vector)],
) -> Result<usize> {
    let home = Home::read(connection, model)?;
    let sql = format!(
        "SELECT m.store FROM memories AS m
            WHERE m.id = ? AND m.content_hash = ? AND m.deleted_at IS NULL AND NOT {}",
        home.has_vector()
    );
    let mut waiting = connection.prepare_cached(&sql).doing("adding vectors")?;
    let mut written = 0;
    for (memory, vector) in vectors {
        let id = memory.id.0;
        let store: Option<Option<String>> = waiting
            .query_row(params![id, memory.hash.as_str()], |row| rows::text(row, 0))
            .optional()
            .doing("adding vectors")?;
        let Some(store) = store else { continue };
        home.add(connection, id, rows::partition(store).as_str(), vector)?;
        if home == Home::Vec0 {
            connection
                .execute(
                    "UPDATE memories SET embedding_pending = 0 WHERE id = ? AND embedding_pending <> 0",
                    [id],
                )
                .doing("adding vectors")?;
        }
        written += 1;
    }
    Ok(written)
}

/// Writes the vectors of chunks of memories that are still live, still the same and have a vector, but none of chunks. Says
/// of how many they were written.
pub(crate) fn add_chunks(
    connection: &Connection,
    model: &ModelIdentity,
    chunks: &[(Unembedded, Vec<Vector>)],
) -> Result<usize> {
    let sql = format!(
        "SELECT 1 FROM memories AS m WHERE m.id = ? AND m.content_hash = ? AND {}",
        is_unchunked(connection, model)?
    );
    let mut written = 0;
    for (memory, vectors) in chunks.iter().filter(|(_, vectors)| !vectors.is_empty()) {
        let is_waiting = connection
            .prepare_cached(&sql)
            .and_then(|mut statement| statement.exists(params![memory.id.0, memory.hash.as_str()]))
            .doing("adding vectors of chunks")?;
        if is_waiting {
            derived::write_chunks(connection, model, memory.id.0, vectors)?;
            written += 1;
        }
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::model;
    use crate::{Options, SqliteStore};

    /// The looks are made by every idle server, and what they read stays in its memory.
    #[tokio::test]
    async fn what_waits_is_looked_for_without_reading_every_text() {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(Options::new(directory.path().join("m.db"), model())).await.unwrap();
        let plan = |connection: &Connection, model: &ModelIdentity| {
            let sql = format!("EXPLAIN QUERY PLAN {}", sql(&is_unchunked(connection, model)?));
            let mut statement = connection.prepare(&sql).unwrap();
            let steps = statement.query_map((0, 1), |row| row.get::<_, String>(3)).unwrap();
            Ok(steps.collect::<rusqlite::Result<Vec<_>>>().unwrap())
        };
        let steps = store.read(plan).await.unwrap();
        assert!(steps[0].starts_with("SEARCH m USING INDEX service_long"), "{steps:?}");
    }
}
