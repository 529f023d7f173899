//! Deleting memories: a tombstone stays, vectors and edges go.

use model::{ContentHash, Filter, ModelIdentity, Timestamp};
use rusqlite::{Connection, params, params_from_iter};

use crate::error::{Result, While};
use crate::filter::{Condition, json_list};
use crate::vectors::home::Home;

/// What was deleted.
pub(crate) struct Deletion {
    pub(crate) hashes: Vec<ContentHash>,
    pub(crate) ids: Vec<i64>,
}

/// Deletes the live memories that meet a filter. Vectors in our own table go by its triggers.
pub(crate) fn delete(
    connection: &Connection,
    model: &ModelIdentity,
    filter: &Filter,
    deleted_at: Timestamp,
) -> Result<Deletion> {
    let deletion = select(connection, filter).doing("selecting memories to delete")?;
    if deletion.ids.is_empty() {
        return Ok(deletion);
    }
    mark(connection, &deletion, deleted_at).doing("deleting memories")?;
    let home = Home::read(connection, model)?;
    for id in &deletion.ids {
        home.remove_everywhere(connection, *id)?;
    }
    Ok(deletion)
}

fn select(connection: &Connection, filter: &Filter) -> rusqlite::Result<Deletion> {
    let condition = Condition::of(filter);
    let sql =
        format!("SELECT m.id, m.content_hash FROM memories AS m WHERE {} ORDER BY m.id", condition.sql());
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query(params_from_iter(condition.values()))?;
    let mut deletion = Deletion { hashes: Vec::new(), ids: Vec::new() };
    while let Some(row) = rows.next()? {
        deletion.ids.push(row.get(0)?);
        deletion.hashes.push(ContentHash::stored(row.get::<_, String>(1)?));
    }
    Ok(deletion)
}

fn mark(connection: &Connection, deletion: &Deletion, deleted_at: Timestamp) -> rusqlite::Result<()> {
    let keys: Vec<&str> = deletion.hashes.iter().map(ContentHash::as_str).collect();
    let keys = json_list(&keys);
    connection.execute(
        "UPDATE memories SET deleted_at = ? WHERE id IN (SELECT value FROM json_each(?))",
        params![deleted_at.as_seconds(), json_list(&deletion.ids)],
    )?;
    for end in ["source_hash", "target_hash"] {
        let edges = format!("DELETE FROM memory_graph WHERE {end} IN (SELECT value FROM json_each(?))");
        connection.execute(&edges, [&keys])?;
    }
    Ok(())
}
