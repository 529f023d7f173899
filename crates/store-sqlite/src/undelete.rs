//! Bringing deleted memories back, with their edges and vectors.

use model::{ContentHash, Vector};
use ports::{NotRestored, Undelete, Undeleted};
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::{Result, While};
use crate::filter::json_list;
use crate::rows;
use crate::schema::form::Form;
use crate::vectors::home::{Home, numbers_of};

/// Brings memories back. Nothing that was stored since is overwritten.
pub(crate) fn undelete(connection: &Connection, undelete: &Undelete) -> Result<Undeleted> {
    let wanted = wanted(connection, undelete).doing("looking for what was deleted")?;
    let vectors = Vectors::of(connection)?;
    let mut undeleted = Undeleted::default();
    for (hash, id) in wanted {
        match find(connection, &hash).doing("looking for what was deleted")? {
            Found::Deleted { id: found, partition } if id.is_none_or(|id| id == found) => {
                restore(connection, &hash, found).doing("bringing a memory back")?;
                vectors.restore(connection, found, &partition)?;
                undeleted.restored.push(hash);
            }
            Found::Live => undeleted.not_restored.push((hash, NotRestored::Live)),
            Found::Deleted { .. } | Found::Nothing => undeleted.not_restored.push((hash, NotRestored::Gone)),
        }
    }
    restore_edges(connection, &undeleted.restored).doing("bringing edges back")?;
    Ok(undeleted)
}

/// The keys, and for a deletion the numbers of the memories that it deleted.
fn wanted(connection: &Connection, undelete: &Undelete) -> rusqlite::Result<Vec<(ContentHash, Option<i64>)>> {
    match undelete {
        Undelete::Hashes(hashes) => Ok(hashes.iter().map(|hash| (hash.clone(), None)).collect()),
        Undelete::Deletion(deletion) => {
            let mut statement = connection
                .prepare("SELECT content_hash, id FROM service_deleted WHERE deletion = ? ORDER BY id")?;
            let rows = statement.query_map([deletion.0], |row| {
                Ok((ContentHash::stored(row.get::<_, String>(0)?), Some(row.get(1)?)))
            })?;
            rows.collect()
        }
    }
}

enum Found {
    Nothing,
    Live,
    Deleted { id: i64, partition: String },
}

fn find(connection: &Connection, hash: &ContentHash) -> rusqlite::Result<Found> {
    let found = connection
        .prepare_cached("SELECT id, deleted_at IS NOT NULL, store FROM memories WHERE content_hash = ?")?
        .query_row([hash.as_str()], |row| {
            if row.get(1)? {
                let partition = rows::partition(row.get(2)?).as_str().to_owned();
                return Ok(Found::Deleted { id: row.get(0)?, partition });
            }
            Ok(Found::Live)
        })
        .optional()?;
    Ok(found.unwrap_or(Found::Nothing))
}

fn restore(connection: &Connection, hash: &ContentHash, id: i64) -> rusqlite::Result<()> {
    // Until its vector is there, as the original counts it.
    connection.execute("UPDATE memories SET deleted_at = NULL, embedding_pending = 1 WHERE id = ?", [id])?;
    connection.execute("DELETE FROM service_deleted WHERE content_hash = ?", [hash.as_str()])?;
    Ok(())
}

/// Brings edges back whose ends are both there. An end that is no memory (an entity) always is.
fn restore_edges(connection: &Connection, restored: &[ContentHash]) -> rusqlite::Result<()> {
    let keys: Vec<&str> = restored.iter().map(ContentHash::as_str).collect();
    let keys = json_list(&keys);
    let touched = "(source_hash IN (SELECT value FROM json_each(?1)) OR target_hash IN (SELECT value FROM json_each(?1)))
        AND NOT EXISTS (SELECT 1 FROM memories AS m WHERE m.deleted_at IS NOT NULL
            AND m.content_hash IN (source_hash, target_hash))";
    connection.execute(
        &format!(
            "INSERT OR IGNORE INTO memory_graph (source_hash, target_hash, similarity, connection_types, metadata,
                    created_at, relationship_type)
                SELECT source_hash, target_hash, similarity, connection_types, metadata, created_at, relationship_type
                FROM service_deleted_edges WHERE {touched}"
        ),
        [&keys],
    )?;
    connection.execute(&format!("DELETE FROM service_deleted_edges WHERE {touched}"), [&keys])?;
    Ok(())
}

/// Where vectors go back to.
struct Vectors {
    /// The dimension of the original's table as it is now.
    dimension: Option<usize>,
}

impl Vectors {
    fn of(connection: &Connection) -> Result<Self> {
        Ok(Self { dimension: Form::detect(connection)?.vec0.map(|table| table.dimension) })
    }

    /// Puts the vectors of a memory back. One that does not fit any more is left out: the memory waits for a new one.
    fn restore(&self, connection: &Connection, id: i64, partition: &str) -> Result<()> {
        let doing = "bringing vectors back";
        connection
            .execute(
                "INSERT OR IGNORE INTO service_vectors (id, model, vector)
                    SELECT id, model, vector FROM service_deleted_vectors WHERE id = ? AND model <> ''",
                [id],
            )
            .doing(doing)?;
        let bytes: Option<Vec<u8>> = connection
            .query_row(
                "SELECT vector FROM service_deleted_vectors WHERE id = ? AND model = ''",
                [id],
                |row| row.get(0),
            )
            .optional()
            .doing(doing)?;
        let vector = bytes.and_then(|bytes| Vector::new(numbers_of(&bytes)).ok());
        if let Some(vector) = vector.filter(|vector| Some(vector.dimension()) == self.dimension) {
            Home::Vec0.add(connection, id, partition, &vector)?;
            connection
                .execute("UPDATE memories SET embedding_pending = 0 WHERE id = ?", params![id])
                .doing(doing)?;
        }
        connection.execute("DELETE FROM service_deleted_vectors WHERE id = ?", [id]).map(|_| ()).doing(doing)
    }
}
