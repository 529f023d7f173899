//! `memory.json` of the reference memory server: lines that are entities with observations, or relations.
//!
//! Each observation becomes a memory of its own, its entity's name before it, so that it can be understood alone; the
//! entity's type becomes a tag. An entity without observations becomes a memory of its name. A relation becomes a
//! memory, too ("Ada works at Engine Works"), with its parts in the metadata. Each of these memories is linked to its
//! entities by edges `has_entity`. The file has no times.

use std::collections::VecDeque;
use std::io::Read;

use model::{Content, ContentHash, Metadata};
use serde_json::{Map, Value, json};

use crate::fields::{Fields, value};
use crate::lines::Lines;
use crate::original::storable;
use crate::{EdgeRecord, ImportError, ImportRecord, MemoryRecord, Outcome, Place, Record, Refusal};

pub(crate) struct MemoryServerReader<R> {
    lines: Lines<R>,
    /// What the last line still gives.
    waiting: VecDeque<ImportRecord>,
}

/// What one line gives: memories, each with the names and types of the entities it is linked to.
struct Parsed {
    memories: Vec<Result<MemoryRecord, Refusal>>,
    entities: Vec<(String, Option<String>)>,
    lost: Vec<String>,
}

impl<R: Read> MemoryServerReader<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { lines: Lines::new(reader), waiting: VecDeque::new() }
    }

    pub(crate) fn next_record(&mut self) -> Result<Option<ImportRecord>, ImportError> {
        loop {
            if let Some(record) = self.waiting.pop_front() {
                return Ok(Some(record));
            }
            let Some(line) = self.lines.next_line()? else { return Ok(None) };
            let json = line.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line.bytes).trim_ascii();
            if json.is_empty() {
                continue;
            }
            let place = Place::Line(line.number);
            match Fields::from_json(json).and_then(parse) {
                Ok(parsed) => self.waiting = records(place, parsed),
                Err(reason) => return Ok(Some(ImportRecord::judged(place, Err(reason)))),
            }
        }
    }
}

/// The memories of a line, each followed by its edges. Lost fields are told once.
fn records(place: Place, parsed: Parsed) -> VecDeque<ImportRecord> {
    let mut records = VecDeque::new();
    let mut lost = parsed.lost;
    for memory in parsed.memories {
        let hash = memory.as_ref().ok().map(|memory| memory.hash.clone());
        let record = memory.map(|memory| (Record::Memory(Box::new(memory)), std::mem::take(&mut lost)));
        records.push_back(ImportRecord::judged(place, record));
        let edges = hash.iter().flat_map(|hash| parsed.entities.iter().map(|entity| edge(hash, entity)));
        records.extend(edges.map(|edge| ImportRecord {
            place,
            outcome: Outcome::Usable(Record::Edge(edge)),
            lost: Vec::new(),
        }));
    }
    records
}

fn parse(mut fields: Fields) -> Result<Parsed, Refusal> {
    match fields.required_text("type")?.as_str() {
        "entity" => entity(fields),
        "relation" => relation(fields),
        other => Err(value("type", other, "it is entity or relation")),
    }
}

fn entity(mut fields: Fields) -> Result<Parsed, Refusal> {
    let name = name(&mut fields, "name")?;
    let entity_type = fields.text("entityType")?.filter(|entity_type| !entity_type.trim().is_empty());
    let observations = fields.array("observations")?.unwrap_or_default();
    let mut texts: Vec<Result<String, Refusal>> = observations
        .into_iter()
        .map(|observation| match observation {
            Value::String(text) if text.trim().is_empty() => Err(Refusal::Missing { field: "observations" }),
            Value::String(text) => Ok(format!("{name}: {text}")),
            other => Err(crate::fields::shape("observations", "a list of texts", &other)),
        })
        .collect();
    if texts.is_empty() {
        texts.push(Ok(entity_type.as_ref().map_or_else(|| name.clone(), |kind| format!("{name} ({kind})"))));
    }
    let mut metadata = Map::new();
    metadata.insert("entity".to_owned(), json!(name));
    if let Some(entity_type) = &entity_type {
        metadata.insert("entity_type".to_owned(), json!(entity_type));
    }
    let tags: Vec<String> = entity_type.clone().into_iter().collect();
    let memories = texts.into_iter().map(|text| memory(text?, &tags, &metadata)).collect();
    Ok(Parsed { memories, entities: vec![(name, entity_type)], lost: fields.names() })
}

fn relation(mut fields: Fields) -> Result<Parsed, Refusal> {
    let (from, to) = (name(&mut fields, "from")?, name(&mut fields, "to")?);
    let kind = name(&mut fields, "relationType")?;
    let mut metadata = Map::new();
    metadata.insert("relation".to_owned(), json!({"from": from, "type": kind, "to": to}));
    let memory = memory(format!("{from} {kind} {to}"), &[], &metadata);
    let mut entities = vec![(from, None), (to, None)];
    entities.dedup();
    Ok(Parsed { memories: vec![memory], entities, lost: fields.names() })
}

fn name(fields: &mut Fields, field: &'static str) -> Result<String, Refusal> {
    Some(fields.required_text(field)?)
        .filter(|name| !name.trim().is_empty())
        .ok_or(Refusal::Missing { field })
}

fn memory(text: String, tags: &[String], metadata: &Map<String, Value>) -> Result<MemoryRecord, Refusal> {
    let mut memory = MemoryRecord::of_content(&Content::parse(text)?);
    memory.tags = tags.to_vec();
    memory.metadata = Metadata::stored(metadata.clone());
    storable(memory)
}

/// The edge by which the original links a memory to an entity.
fn edge(hash: &ContentHash, (name, entity_type): &(String, Option<String>)) -> EdgeRecord {
    EdgeRecord {
        source: hash.clone(),
        target: ContentHash::stored(name.as_str()),
        relationship_type: Some("has_entity".to_owned()),
        similarity: Some(1.0),
        connection_types: r#"["entity"]"#.to_owned(),
        metadata: entity_type.as_ref().map(|entity_type| json!({"entity_type": entity_type}).to_string()),
        created_at: None,
        is_deleted: false,
    }
}
