//! A record of the original's file as ours.

use model::{Content, ContentHash, Metadata, Partition, Timestamp};
use serde_json::{Map, Value};

use super::flat;
use crate::fields::{Fields, shape};
use crate::native::origin;
use crate::{EdgeRecord, MemoryRecord, Refusal, time};

/// A memory, and the names of the fields that were left behind.
pub(super) fn memory(mut fields: Fields) -> Result<(MemoryRecord, Vec<String>), Refusal> {
    if flat::is_flat(&fields) {
        return flat::memory(fields);
    }
    let mut memory = text_and_key(&mut fields)?;
    memory.tags = fields.take("tags").map(tags).transpose()?.unwrap_or_default();
    memory.tags_text = fields.text("tags_text")?;
    memory.memory_type = match fields.text("memory_type")? {
        None => fields.text("type")?,
        given => given,
    };
    memory.metadata_text = fields.text("metadata_text")?;
    match fields.take("metadata") {
        None => {}
        Some(Value::String(text)) => match serde_json::from_str::<Map<String, Value>>(&text) {
            Ok(object) => memory.metadata = Metadata::stored(object),
            Err(_) => memory.metadata_text = Some(text),
        },
        Some(Value::Object(object)) => memory.metadata = Metadata::stored(object),
        Some(other) => return Err(shape("metadata", "an object", &other)),
    }
    times(&mut memory, &mut fields)?;
    memory.occurred_at = fields.seconds("occurred_at")?;
    memory.deleted_at = fields.seconds("deleted_at")?;
    memory.origin = origin(&mut fields)?;
    memory.partition = fields.text("store")?.map_or_else(Partition::default, Partition::stored);
    memory.parent = fields.text("parent_id")?.map(ContentHash::stored);
    memory.version = fields.version("version")?;
    memory.superseded_by = fields.text("superseded_by")?.map(ContentHash::stored);
    memory.confidence = fields.number("confidence")?;
    memory.last_accessed = fields.integer("last_accessed")?;
    let lost = fields.names();
    storable(memory).map(|memory| (memory, lost))
}

pub(super) fn edge(fields: &mut Fields) -> Result<EdgeRecord, Refusal> {
    Ok(EdgeRecord {
        source: ContentHash::stored(fields.required_text("source_hash")?),
        target: ContentHash::stored(fields.required_text("target_hash")?),
        relationship_type: fields.text("relationship_type")?,
        similarity: fields.number("similarity")?,
        connection_types: fields.take("connection_types").map_or_else(|| "[]".to_owned(), json_text),
        metadata: fields.take("metadata").map(json_text),
        created_at: fields.seconds("created_at")?,
        is_deleted: fields.boolean("deleted")?,
    })
}

/// The text with its key; a record without a key has that of its text.
pub(super) fn text_and_key(fields: &mut Fields) -> Result<MemoryRecord, Refusal> {
    let content = fields.required_text("content")?;
    match fields.text("content_hash")?.filter(|key| !key.is_empty()) {
        Some(key) => Ok(MemoryRecord::bare(ContentHash::stored(key), content)),
        None => Ok(MemoryRecord::of_content(&Content::parse(content)?)),
    }
}

/// Both times: the number counts, and the text where there is no number.
pub(super) fn times(memory: &mut MemoryRecord, fields: &mut Fields) -> Result<(), Refusal> {
    memory.created_at = time(fields, "created_at")?;
    memory.created_at_iso = fields.text("created_at_iso")?;
    memory.updated_at = time(fields, "updated_at")?;
    memory.updated_at_iso = fields.text("updated_at_iso")?;
    let read = |text: &Option<String>| text.as_deref().and_then(Timestamp::from_stored_iso);
    memory.created_at = memory.created_at.or_else(|| read(&memory.created_at_iso));
    memory.updated_at = memory.updated_at.or_else(|| read(&memory.updated_at_iso));
    Ok(())
}

pub(super) fn time(fields: &mut Fields, name: &'static str) -> Result<Option<Timestamp>, Refusal> {
    fields.take(name).map(|value| time::lenient(name, &value)).transpose()
}

/// Tags as a list, or as one text with commas. Numbers in a list are kept as text.
pub(crate) fn tags(value: Value) -> Result<Vec<String>, Refusal> {
    match value {
        Value::String(text) => Ok(split(&text)),
        Value::Array(items) => {
            let items = items.into_iter().filter(|item| !item.is_null());
            items.map(tag).collect()
        }
        other => Err(shape("tags", "a list of texts or one text", &other)),
    }
}

pub(super) fn split(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
}

fn tag(item: Value) -> Result<String, Refusal> {
    match item {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        other => Err(shape("tags", "a list of texts", &other)),
    }
}

fn json_text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// A live memory must be one that can be stored anew.
pub(crate) fn storable(memory: MemoryRecord) -> Result<MemoryRecord, Refusal> {
    if memory.deleted_at.is_none() {
        crate::to_new_memory(&memory, Timestamp::from_microseconds(0))?;
    }
    Ok(memory)
}
