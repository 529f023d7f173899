//! Storing a memory: row, words and vector in one transaction.

use model::{ContentHash, MemoryId, ModelIdentity, NewMemory, Tags, Timestamp, UNTAGGED_TAG};
use ports::Inserted;
use rusqlite::{Connection, OptionalExtension, params};

use crate::aside;
use crate::error::{Result, While};
use crate::rows::{self, python_json};
use crate::vectors::derived;
use crate::vectors::home::Home;

/// Stores a memory. Words get into both indexes by the triggers of the table.
pub(crate) fn insert(connection: &Connection, model: &ModelIdentity, new: &NewMemory) -> Result<Inserted> {
    let home = Home::read(connection, model)?;
    let restored_from = match same_key(connection, new).doing("looking for a duplicate")? {
        SameKey::Live(name) => {
            return Ok(Inserted::Duplicate { partition: rows::partition(name) });
        }
        SameKey::Deleted { id, at } => {
            remove_row(connection, &home, id)?;
            Timestamp::from_seconds(at)
        }
        SameKey::None => None,
    };
    let in_vec0 = new.vector.is_some() && home == Home::Vec0;
    let id = insert_row(connection, new, !in_vec0).doing("storing a memory")?;
    aside::add(connection, id, new.occurred_at, new.origin.as_ref())
        .doing("storing where a memory came from")?;
    if let Some(vector) = &new.vector {
        home.add(connection, id, new.partition.as_str(), vector)?;
        derived::write_chunks(connection, model, id, &new.chunks)?;
    }
    Ok(Inserted::Created { id: MemoryId(id), restored_from })
}

enum SameKey {
    None,
    Live(Option<String>),
    Deleted { id: i64, at: f64 },
}

fn same_key(connection: &Connection, new: &NewMemory) -> rusqlite::Result<SameKey> {
    let mut statement =
        connection.prepare_cached("SELECT id, store, deleted_at FROM memories WHERE content_hash = ?")?;
    let found = statement.query_row([new.hash.as_str()], |row| {
        Ok(match row.get::<_, Option<f64>>(2)? {
            Some(at) => SameKey::Deleted { id: row.get(0)?, at },
            None => SameKey::Live(row.get(1)?),
        })
    });
    Ok(found.optional()?.unwrap_or(SameKey::None))
}

/// Removes a deleted memory that gives way to another one of its key.
pub(crate) fn remove_tombstone(connection: &Connection, home: &Home, hash: &ContentHash) -> Result<()> {
    let id = connection
        .prepare_cached("SELECT id FROM memories WHERE content_hash = ? AND deleted_at IS NOT NULL")
        .and_then(|mut statement| statement.query_row([hash.as_str()], |row| row.get(0)).optional())
        .doing("looking for a tombstone")?;
    id.map_or(Ok(()), |id| remove_row(connection, home, id))
}

fn remove_row(connection: &Connection, home: &Home, id: i64) -> Result<()> {
    // A vector cannot be left of it by our own deletions, but by those of other programs.
    home.remove_everywhere(connection, id)?;
    connection.execute("DELETE FROM memories WHERE id = ?", [id]).map(|_| ()).doing("replacing a tombstone")
}

/// Tags as their column holds them.
pub(crate) fn tags_column(tags: &Tags) -> String {
    if tags.is_empty() { UNTAGGED_TAG.to_owned() } else { tags.iter().collect::<Vec<_>>().join(",") }
}

/// `embedding_pending` is the original's: whether the row has no vector in *its* table.
fn insert_row(connection: &Connection, new: &NewMemory, embedding_pending: bool) -> rusqlite::Result<i64> {
    let tags = tags_column(&new.tags);
    let (seconds, iso) = (new.created_at.as_seconds(), new.created_at.to_string());
    connection
        .prepare_cached(
            "INSERT INTO memories (content_hash, content, tags, memory_type, metadata, created_at, updated_at,
                    created_at_iso, updated_at_iso, store, embedding_pending)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?7, ?8, ?9) RETURNING id",
        )?
        .query_row(
            params![
                new.hash.as_str(),
                new.content.as_str(),
                tags,
                new.memory_type.as_ref().map(model::MemoryType::as_str),
                python_json::object(new.metadata.fields()),
                seconds,
                iso,
                new.partition.as_str(),
                embedding_pending,
            ],
            |row| row.get(0),
        )
}
