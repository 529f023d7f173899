//! Deleting memories: a tombstone stays. What a deletion takes away goes aside, so that it can be taken back
//! ([`crate::undelete`]).

use model::{ContentHash, Filter, ModelIdentity, Timestamp};
use ports::DeletionId;
use rusqlite::{Connection, params, params_from_iter};

use crate::error::{Result, While};
use crate::filter::{Condition, json_list};
use crate::vectors::home::{self, Home};
use crate::vectors::stored;

/// Which memories are meant.
struct Doomed {
    ids: Vec<i64>,
    hashes: Vec<ContentHash>,
}

/// Deletes the live memories that meet a filter. Vectors in our own table go by its triggers.
pub(crate) fn delete(
    connection: &Connection,
    model: &ModelIdentity,
    filter: &Filter,
    deleted_at: Timestamp,
) -> Result<ports::Deletion> {
    let doomed = select(connection, filter).doing("selecting memories to delete")?;
    if doomed.ids.is_empty() {
        return Ok(ports::Deletion::default());
    }
    let id = keep(connection, &doomed, deleted_at).doing("keeping what is deleted")?;
    keep_vectors(connection, &doomed)?;
    mark(connection, &doomed, deleted_at).doing("deleting memories")?;
    let home = Home::read(connection, model)?;
    for id in &doomed.ids {
        home.remove_everywhere(connection, *id)?;
    }
    Ok(ports::Deletion { id: Some(id), hashes: doomed.hashes })
}

/// When the original recorded last that a memory of this key was deleted.
pub(crate) fn recorded(connection: &Connection, hash: &ContentHash) -> Result<Option<Timestamp>> {
    let last: Option<f64> = connection
        .prepare_cached("SELECT max(created_at) FROM sync_events WHERE op = 'delete' AND content_hash = ?")
        .and_then(|mut statement| statement.query_row([hash.as_str()], |row| row.get(0)))
        .doing("looking for recorded deletions")?;
    Ok(last.and_then(Timestamp::from_seconds))
}

fn select(connection: &Connection, filter: &Filter) -> rusqlite::Result<Doomed> {
    let condition = Condition::of(filter);
    let sql =
        format!("SELECT m.id, m.content_hash FROM memories AS m WHERE {} ORDER BY m.id", condition.sql());
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query(params_from_iter(condition.values()))?;
    let mut doomed = Doomed { hashes: Vec::new(), ids: Vec::new() };
    while let Some(row) = rows.next()? {
        doomed.ids.push(row.get(0)?);
        doomed.hashes.push(ContentHash::stored(row.get::<_, String>(1)?));
    }
    Ok(doomed)
}

/// Writes the deletion down, and puts the edges aside.
fn keep(connection: &Connection, doomed: &Doomed, deleted_at: Timestamp) -> rusqlite::Result<DeletionId> {
    let deletion: i64 = connection.query_row(
        "INSERT INTO service_deletions (deleted_at) VALUES (?) RETURNING id",
        [deleted_at.as_seconds()],
        |row| row.get(0),
    )?;
    connection.execute(
        "INSERT INTO service_deleted (deletion, content_hash, id)
            SELECT ?, m.content_hash, m.id FROM memories AS m WHERE m.id IN (SELECT value FROM json_each(?))",
        params![deletion, json_list(&doomed.ids)],
    )?;
    connection.execute(
        "INSERT OR REPLACE INTO service_deleted_edges (source_hash, target_hash, similarity, connection_types,
                metadata, created_at, relationship_type)
            SELECT source_hash, target_hash, similarity, connection_types, metadata, created_at, relationship_type
            FROM memory_graph WHERE source_hash IN (SELECT value FROM json_each(?1))
                OR target_hash IN (SELECT value FROM json_each(?1))",
        [keys(doomed)],
    )?;
    Ok(DeletionId(deletion))
}

/// Puts the vectors of every model aside.
fn keep_vectors(connection: &Connection, doomed: &Doomed) -> Result<()> {
    let doing = "keeping vectors";
    connection
        .execute(
            "INSERT OR REPLACE INTO service_deleted_vectors (id, model, vector)
                SELECT id, model, vector FROM service_vectors WHERE id IN (SELECT value FROM json_each(?))",
            [json_list(&doomed.ids)],
        )
        .doing(doing)?;
    let mut keep = connection
        .prepare_cached(
            "INSERT OR REPLACE INTO service_deleted_vectors (id, model, vector) VALUES (?, '', ?)",
        )
        .doing(doing)?;
    for id in &doomed.ids {
        if let Some(numbers) = stored::one(connection, &Home::Vec0, *id)? {
            keep.execute(params![id, home::bytes_of(&numbers)]).doing(doing)?;
        }
    }
    Ok(())
}

fn mark(connection: &Connection, doomed: &Doomed, deleted_at: Timestamp) -> rusqlite::Result<()> {
    connection.execute(
        "UPDATE memories SET deleted_at = ? WHERE id IN (SELECT value FROM json_each(?))",
        params![deleted_at.as_seconds(), json_list(&doomed.ids)],
    )?;
    for end in ["source_hash", "target_hash"] {
        let edges = format!("DELETE FROM memory_graph WHERE {end} IN (SELECT value FROM json_each(?))");
        connection.execute(&edges, [keys(doomed)])?;
    }
    Ok(())
}

fn keys(doomed: &Doomed) -> rusqlite::types::Value {
    let keys: Vec<&str> = doomed.hashes.iter().map(ContentHash::as_str).collect();
    json_list(&keys)
}
