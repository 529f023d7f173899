//! A line as a record.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{ContentHash, Metadata, ModelIdentity, Origin, OriginKind, Partition, UsageRecord, Vector};

use crate::fields::{Fields, value};
use crate::{EdgeRecord, MemoryRecord, Refusal};

pub(super) fn memory(fields: &mut Fields, model: Option<&ModelIdentity>) -> Result<MemoryRecord, Refusal> {
    let (hash, content) = (hash(fields, "hash")?, fields.required_text("content")?);
    Ok(MemoryRecord {
        tags: fields.texts("tags")?.unwrap_or_default(),
        tags_text: fields.text("tags_text")?,
        memory_type: fields.text("memory_type")?,
        metadata: Metadata::stored(fields.object("metadata")?.unwrap_or_default()),
        metadata_text: fields.text("metadata_text")?,
        created_at: fields.seconds("created_at")?,
        created_at_iso: fields.text("created_at_iso")?,
        updated_at: fields.seconds("updated_at")?,
        updated_at_iso: fields.text("updated_at_iso")?,
        occurred_at: fields.seconds("occurred_at")?,
        deleted_at: fields.seconds("deleted_at")?,
        deletion: deletion(fields)?,
        origin: origin(fields)?,
        partition: fields.text("partition")?.map_or_else(Partition::default, Partition::stored),
        parent: fields.text("parent")?.map(ContentHash::stored),
        version: fields.version("version")?,
        superseded_by: fields.text("superseded_by")?.map(ContentHash::stored),
        confidence: fields.number("confidence")?,
        last_accessed: fields.integer("last_accessed")?,
        usage: usage(fields)?,
        vector: fields.text("vector")?.map(|text| vector(&text, model)).transpose()?,
        ..MemoryRecord::bare(hash, content)
    })
}

pub(super) fn edge(fields: &mut Fields) -> Result<EdgeRecord, Refusal> {
    Ok(EdgeRecord {
        source: hash(fields, "source")?,
        target: hash(fields, "target")?,
        relationship_type: fields.text("relationship_type")?,
        similarity: fields.number("similarity")?,
        connection_types: fields.required_text("connection_types")?,
        metadata: fields.text("metadata")?,
        created_at: fields.seconds("created_at")?,
        is_deleted: fields.boolean("deleted")?,
    })
}

/// The field `origin`; the original's format carries it the same way.
pub(crate) fn origin(fields: &mut Fields) -> Result<Option<Origin>, Refusal> {
    let Some(object) = fields.object("origin")? else { return Ok(None) };
    let mut origin = Fields::of(object.into())?;
    let kind = origin.required_text("kind")?;
    let expected = "the origin of a memory is user, agent, tool, document or import";
    Ok(Some(Origin {
        kind: OriginKind::named(&kind).ok_or_else(|| value("origin", &kind, expected))?,
        client: origin.text("client")?,
        conversation: origin.text("conversation")?,
        agent: origin.text("agent")?,
    }))
}

/// The number of a deletion. Numbers count up from 1: one that is very great would leave none for later deletions.
fn deletion(fields: &mut Fields) -> Result<Option<u32>, Refusal> {
    let Some(number) = fields.integer("deletion")? else { return Ok(None) };
    let small = u32::try_from(number).ok().filter(|number| *number > 0);
    let expected = "it is a whole number from 1 to 4294967295";
    small.map(Some).ok_or_else(|| value("deletion", &number.to_string(), expected))
}

fn usage(fields: &mut Fields) -> Result<Option<UsageRecord>, Refusal> {
    let Some(object) = fields.object("usage")? else { return Ok(None) };
    let mut usage = Fields::of(object.into())?;
    let last = usage.seconds("last")?.ok_or(Refusal::Missing { field: "usage" })?;
    Ok(Some(UsageRecord { count: usage.count("count")?, last }))
}

fn hash(fields: &mut Fields, name: &'static str) -> Result<ContentHash, Refusal> {
    match fields.required_text(name)? {
        text if text.is_empty() => Err(Refusal::Missing { field: name }),
        text => Ok(ContentHash::stored(text)),
    }
}

fn vector(text: &str, model: Option<&ModelIdentity>) -> Result<Vector, Refusal> {
    let wrong =
        |expected| Refusal::Value { field: "vector", given: crate::fields::shortened(text), expected };
    let bytes = STANDARD.decode(text).map_err(|_| wrong("a vector is 32-bit numbers in base64"))?;
    let (numbers, []) = bytes.as_chunks::<4>() else {
        return Err(wrong("a vector is 32-bit numbers in base64"));
    };
    let vector = Vector::new(numbers.iter().map(|number| f32::from_le_bytes(*number)).collect())?;
    match model {
        Some(model) if model.dimension == vector.dimension() => Ok(vector),
        Some(_) => Err(wrong("it has another length than those of the model in the header")),
        None => Err(wrong("the header names no model that made it")),
    }
}
