//! Changing a memory in place. Triggers keep the words right.

use model::{ContentHash, Memory, ModelIdentity, Timestamp};
use ports::{Change, Patch};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params_from_iter};
use serde_json::Map;

use crate::error::{Result, While};
use crate::rows::python_json;
use crate::{insert, read};

/// Where the original copies into the metadata of a memory what took its place, and why.
pub(crate) const SUPERSEDED_BY: &str = "superseded_by";
pub(crate) const EVOLUTION_REASON: &str = "evolution_reason";
/// Where metadata that is no JSON object is put when fields are set beside it, so that it is not lost.
const UNREADABLE: &str = "unreadable_metadata";

/// Changes a live memory and gives it as it is then.
pub(crate) fn update(
    connection: &Connection,
    model: &ModelIdentity,
    hash: &ContentHash,
    change: &Change,
) -> Result<Option<Memory>> {
    let found: Option<(i64, Option<String>)> = connection
        .query_row(
            "SELECT id, CAST(metadata AS TEXT) FROM memories WHERE content_hash = ? AND deleted_at IS NULL",
            [hash.as_str()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()
        .doing("looking for a memory to change")?;
    let Some((id, metadata)) = found else { return Ok(None) };
    let assignments = assignments(change, &metadata.unwrap_or_default());
    if !assignments.is_empty() {
        let columns: Vec<String> = assignments.iter().map(|(column, _)| format!("{column} = ?")).collect();
        let sql = format!("UPDATE memories SET {} WHERE id = ?", columns.join(", "));
        let values = assignments.into_iter().map(|(_, value)| value).chain([Value::from(id)]);
        connection.execute(&sql, params_from_iter(values)).doing("changing a memory")?;
    }
    read::get(connection, model, hash)
}

/// Which columns get which values. Only what is named is written.
fn assignments(change: &Change, metadata: &str) -> Vec<(&'static str, Value)> {
    let mut assignments: Vec<(&'static str, Value)> = Vec::new();
    if let Some(tags) = &change.tags {
        assignments.push(("tags", insert::tags_column(tags).into()));
    }
    match &change.memory_type {
        Patch::Keep => {}
        Patch::Clear => assignments.push(("memory_type", Value::Null)),
        Patch::Set(kind) => assignments.push(("memory_type", kind.as_str().to_owned().into())),
    }
    match &change.superseded_by {
        Patch::Keep => {}
        Patch::Clear => assignments.push(("superseded_by", Value::Null)),
        Patch::Set(by) => assignments.push(("superseded_by", by.as_str().to_owned().into())),
    }
    if let Some(merged) = merged(change, metadata) {
        assignments.push(("metadata", python_json::object(&merged).into()));
    }
    for (time, number, iso) in [
        (change.created_at, "created_at", "created_at_iso"),
        (change.updated_at, "updated_at", "updated_at_iso"),
    ] {
        assignments.extend(time.into_iter().flat_map(|time: Timestamp| {
            [(number, Value::from(time.as_seconds())), (iso, Value::from(time.to_string()))]
        }));
    }
    assignments
}

/// The metadata afterwards; none when they stay as they are.
fn merged(change: &Change, metadata: &str) -> Option<Map<String, serde_json::Value>> {
    let mut fields = fields(metadata);
    let before = fields.clone();
    for (key, value) in change.metadata.fields() {
        if value.is_null() {
            fields.shift_remove(key);
        } else {
            fields.insert(key.clone(), value.clone());
        }
    }
    match &change.superseded_by {
        Patch::Keep => {}
        Patch::Clear => {
            fields.shift_remove(SUPERSEDED_BY);
            fields.shift_remove(EVOLUTION_REASON);
        }
        Patch::Set(by) => {
            if let Some(copy) = fields.get_mut(SUPERSEDED_BY) {
                *copy = by.as_str().into();
            }
        }
    }
    (fields != before).then_some(fields)
}

/// The fields of stored metadata.
pub(crate) fn fields(metadata: &str) -> Map<String, serde_json::Value> {
    match serde_json::from_str(metadata) {
        Ok(fields) => fields,
        Err(_) if metadata.trim().is_empty() => Map::new(),
        Err(_) => Map::from_iter([(UNREADABLE.to_owned(), metadata.into())]),
    }
}
