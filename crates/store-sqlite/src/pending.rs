//! Memories without a vector of the model in use, and their vectors when they come.

use model::{ContentHash, MemoryId, ModelIdentity, Vector};
use ports::Unembedded;
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::{Result, While};
use crate::filter::rows_limit;
use crate::rows;
use crate::vectors::home::Home;

/// Live memories without a vector, by number.
pub(crate) fn unembedded(
    connection: &Connection,
    model: &ModelIdentity,
    after: Option<MemoryId>,
    limit: usize,
) -> Result<Vec<Unembedded>> {
    let home = Home::read(connection, model)?;
    let sql = format!(
        "SELECT m.id, m.content_hash, m.content FROM memories AS m
            WHERE m.id > ? AND m.deleted_at IS NULL AND NOT {} ORDER BY m.id LIMIT ?",
        home.has_vector()
    );
    let after = after.map_or(i64::MIN, |id| id.0);
    connection
        .prepare_cached(&sql)
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
