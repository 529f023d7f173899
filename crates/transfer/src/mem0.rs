//! mem0's export: a list of records, or an object that has one under `records`, `results`, `memories` or `data`.
//!
//! Read as the original's converter reads it: owner, agent and run become the tags `user:`, `agent:` and
//! `sys:mem0-run:`; a record that has one of them gets a key of its own, so that the same sentence of two users is two
//! memories. Fields that the converter drops are kept as metadata `mem0_<name>`, so nothing is lost. Other than there,
//! a record without a kind gets none.

use std::io::Read;

use model::{Content, ContentHash, Metadata};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::document::{Document, Item};
use crate::fields::Fields;
use crate::original::{storable, tags};
use crate::{ImportError, ImportRecord, MemoryRecord, Place, Record, Refusal, time};

/// Lists of records.
pub(crate) const LISTS: &[&str] = &["records", "results", "memories", "data"];
/// Objects that may hold such a list.
pub(crate) const CONTAINERS: &[&str] = &["data"];
/// Fields that say whose a record is, and the tag of each.
const OWNERS: [(&str, &str); 3] = [("user_id", "user:"), ("agent_id", "agent:"), ("run_id", "sys:mem0-run:")];

pub(crate) struct Mem0Reader<R> {
    document: Document<'static, R>,
    records: u64,
    /// When the export was made, if that stands before the records.
    exported_at: Option<Value>,
}

impl<R: Read> Mem0Reader<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { document: Document::new(reader, LISTS, CONTAINERS), records: 0, exported_at: None }
    }

    pub(crate) fn next_record(&mut self) -> Result<Option<ImportRecord>, ImportError> {
        while let Some(item) = self.document.next_item()? {
            match item {
                Item::Field { name, value } if name == "exported_at" => self.exported_at = value.ok(),
                Item::Field { .. } => {}
                Item::Element { value, .. } => {
                    self.records += 1;
                    let fields = value.and_then(Fields::of);
                    let memory = fields.and_then(|fields| convert(fields, self.exported_at.as_ref()));
                    let record = memory.map(|memory| (Record::Memory(Box::new(memory)), Vec::new()));
                    return Ok(Some(ImportRecord::judged(Place::Record(self.records), record)));
                }
            }
        }
        Ok(None)
    }
}

fn convert(mut fields: Fields, exported_at: Option<&Value>) -> Result<MemoryRecord, Refusal> {
    let payload = fields.object("source_payload")?;
    let content = Content::parse(content(&mut fields, payload.as_ref())?)?;
    let mut metadata = fields.object("metadata")?.unwrap_or_default();
    let mut tags = fields.take("tags").map(tags).transpose()?.unwrap_or_default();
    let mut owners = Map::new();
    for (name, prefix) in OWNERS {
        let owner = fields.take(name).or_else(|| payload.as_ref()?.get(name).cloned());
        let owner = id(owner.unwrap_or(Value::Null))?;
        if let Some(owner) = &owner {
            tags.push(format!("{prefix}{owner}"));
        }
        owners.insert(name.to_owned(), json!(owner));
    }
    let mut memory = MemoryRecord::of_content(&content);
    memory.hash = key(&content, &owners, &tags);
    memory.memory_type = fields.text("memory_type")?;
    let mut record = Map::new();
    if let Some(payload) = payload {
        record.insert("source_payload".to_owned(), payload.into());
    }
    if let Some(id) = fields.take("id") {
        record.insert("record_id".to_owned(), id);
    }
    record.extend(
        owners
            .iter()
            .filter(|(_, owner)| !owner.is_null())
            .map(|(name, owner)| (name.clone(), owner.clone())),
    );
    record.extend(times(&mut memory, &mut fields, exported_at)?);
    record.extend(fields.rest().into_iter().filter(|(_, value)| !value.is_null()));
    metadata.extend(record.into_iter().map(|(name, value)| (format!("mem0_{name}"), value)));
    if let Some(agent) = owners.remove("agent_id").filter(|agent| !agent.is_null()) {
        metadata.insert("agent_id".to_owned(), agent);
    }
    memory.metadata = Metadata::stored(metadata);
    memory.tags = tags;
    storable(memory)
}

/// The first of the three places of the text that has one.
fn content(fields: &mut Fields, payload: Option<&Map<String, Value>>) -> Result<String, Refusal> {
    for name in ["memory", "content"] {
        if let Some(text) = fields.text(name)?.filter(|text| !text.trim().is_empty()) {
            return Ok(text);
        }
    }
    let data = payload.and_then(|payload| payload.get("data")).and_then(Value::as_str);
    data.map(str::to_owned).ok_or(Refusal::Missing { field: "memory" })
}

/// An id as text; an empty one is none.
fn id(value: Value) -> Result<Option<String>, Refusal> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text).filter(|text| !text.is_empty())),
        Value::Number(number) => Ok(Some(number.to_string())),
        other => Err(crate::fields::shape("an id", "a text or a number", &other)),
    }
}

/// Sets the times; says which one stood in when there is no `created_at`.
fn times(
    memory: &mut MemoryRecord,
    fields: &mut Fields,
    exported_at: Option<&Value>,
) -> Result<Option<(String, Value)>, Refusal> {
    let mut time =
        |name: &'static str| fields.take(name).map(|value| time::lenient(name, &value)).transpose();
    let (created, updated) = (time("created_at")?, time("updated_at")?);
    let exported = exported_at.and_then(|value| time::lenient("exported_at", value).ok());
    let (created_at, source) = match (created, updated, exported) {
        (Some(created), _, _) => (Some(created), None),
        (None, Some(updated), _) => (Some(updated), Some("updated_at")),
        (None, None, Some(exported)) => (Some(exported), Some("exported_at")),
        (None, None, None) => (None, Some("conversion_time")),
    };
    memory.created_at = created_at;
    memory.updated_at = updated.or(created_at);
    Ok(source.map(|source| ("timestamp_source".to_owned(), source.into())))
}

/// The key of a text; of a text with an owner, the original's key over text and owner.
fn key(content: &Content, owners: &Map<String, Value>, tags: &[String]) -> ContentHash {
    if owners.values().all(Value::is_null) {
        return ContentHash::of(content);
    }
    let mut tags = tags.to_vec();
    tags.sort();
    // The names are in order: the original hashes sorted JSON.
    let identity = json!({
        "content": content.as_str().trim_matches(is_python_space).to_lowercase(),
        "identity": {
            "agent_id": owners["agent_id"], "run_id": owners["run_id"], "tags": tags, "user_id": owners["user_id"],
        },
        "kind": "mem0_identity_scoped",
    });
    let digest = Sha256::digest(identity.to_string().as_bytes());
    ContentHash::stored(digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// What Python's `strip` takes off.
fn is_python_space(character: char) -> bool {
    character.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&character)
}
