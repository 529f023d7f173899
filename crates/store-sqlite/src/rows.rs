//! Rows as memories, and memories as rows.
//!
//! Rows come from every release of the original and from importers, so nothing is taken for granted: any text field may
//! be NULL, metadata may be no JSON, times may be missing or disagree. The number is the authority for a time; the text
//! is read when there is no number. Nothing is rewritten on reading.

pub(crate) mod python_json;

use model::{ContentHash, EmbeddingState, Memory, MemoryId, Metadata, Partition, Timestamp};
use rusqlite::{Result, Row};

use crate::aside;
use crate::filter::METADATA_SUPERSEDED_BY;
use crate::vectors::home::Home;

/// The columns that [`memory`] reads, for a SELECT over `memories AS m`.
pub(crate) fn columns(home: &Home) -> String {
    format!(
        "m.id, m.content_hash, m.content, m.tags, m.memory_type, m.metadata, m.created_at, m.created_at_iso,
            m.updated_at, m.updated_at_iso, m.store, coalesce(nullif(m.superseded_by, ''), {METADATA_SUPERSEDED_BY}),
            m.parent_id, m.version, {}, {}",
        home.has_vector(),
        aside::columns()
    )
}

/// Reads a memory from a row of [`columns`].
pub(crate) fn memory(row: &Row<'_>) -> Result<Memory> {
    let created_at = time(row, 6, 7)?;
    let updated_at = time(row, 8, 9)?.or(created_at);
    let is_embedded: bool = row.get(14)?;
    let (occurred_at, origin) = aside::origin(row, 15)?;
    Ok(Memory {
        id: MemoryId(row.get(0)?),
        hash: ContentHash::stored(text(row, 1)?.unwrap_or_default()),
        content: text(row, 2)?.unwrap_or_default(),
        tags: tags(&text(row, 3)?.unwrap_or_default()),
        memory_type: text(row, 4)?.filter(|kind| !kind.is_empty()),
        metadata: metadata(&text(row, 5)?.unwrap_or_default()),
        created_at: created_at.or(updated_at),
        updated_at,
        occurred_at,
        origin,
        partition: partition(text(row, 10)?),
        superseded_by: key(text(row, 11)?),
        parent: key(text(row, 12)?),
        version: row.get::<_, Option<u32>>(13).ok().flatten().unwrap_or(1),
        embedding: if is_embedded { EmbeddingState::Done } else { EmbeddingState::Pending },
    })
}

/// The partition that a stored name means.
pub(crate) fn partition(name: Option<String>) -> Partition {
    name.filter(|name| !name.is_empty()).map(Partition::stored).unwrap_or_default()
}

/// The tags of a stored list, in order.
pub(crate) fn tags(list: &str) -> Vec<String> {
    list.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
}

/// A text column, whatever SQLite finds in it.
pub(crate) fn text(row: &Row<'_>, column: usize) -> Result<Option<String>> {
    use rusqlite::types::ValueRef;
    Ok(match row.get_ref(column)? {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
    })
}

/// A time column, with the text that is read when there is no number.
pub(crate) fn time(row: &Row<'_>, number: usize, iso: usize) -> Result<Option<Timestamp>> {
    use rusqlite::types::ValueRef;
    #[expect(clippy::cast_precision_loss, reason = "whole seconds are far below 2^53")]
    let seconds = match row.get_ref(number)? {
        ValueRef::Real(seconds) => Some(seconds),
        ValueRef::Integer(seconds) => Some(seconds as f64),
        _ => None,
    };
    if let Some(time) = seconds.and_then(Timestamp::from_seconds) {
        return Ok(Some(time));
    }
    Ok(text(row, iso)?.and_then(|iso| Timestamp::from_stored_iso(&iso)))
}

/// The key that a column names.
pub(crate) fn key(text: Option<String>) -> Option<ContentHash> {
    text.filter(|key| !key.is_empty()).map(ContentHash::stored)
}

fn metadata(text: &str) -> Metadata {
    Metadata::stored(serde_json::from_str(text).unwrap_or_default())
}
