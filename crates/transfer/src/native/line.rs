//! A record as a line: keys in one order, values without loss.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Origin, Timestamp, Vector};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{EdgeRecord, MemoryRecord};

#[derive(Serialize)]
pub(super) struct MemoryLine<'a> {
    record: &'static str,
    hash: &'a str,
    content: &'a str,
    tags: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    tags_text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory_type: Option<&'a str>,
    metadata: &'a Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata_text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at_iso: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at_iso: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    occurred_at: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted_at: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deletion: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<OriginLine<'a>>,
    partition: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<&'a str>,
    version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    superseded_by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_accessed: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<UsageLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vector: Option<String>,
}

#[derive(Serialize)]
struct UsageLine {
    count: u64,
    last: f64,
}

/// Where a memory came from; the original's format carries it the same way.
#[derive(Serialize)]
pub(crate) struct OriginLine<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct EdgeLine<'a> {
    record: &'static str,
    source: &'a str,
    target: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    relationship_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    similarity: Option<f64>,
    connection_types: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<f64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    deleted: bool,
}

impl<'a> MemoryLine<'a> {
    pub(super) fn of(memory: &'a MemoryRecord) -> Self {
        Self {
            record: "memory",
            hash: memory.hash.as_str(),
            content: &memory.content,
            tags: &memory.tags,
            tags_text: memory.tags_text.as_deref(),
            memory_type: memory.memory_type.as_deref(),
            metadata: memory.metadata.fields(),
            metadata_text: memory.metadata_text.as_deref(),
            created_at: memory.created_at.map(Timestamp::as_seconds),
            created_at_iso: memory.created_at_iso.as_deref(),
            updated_at: memory.updated_at.map(Timestamp::as_seconds),
            updated_at_iso: memory.updated_at_iso.as_deref(),
            occurred_at: memory.occurred_at.map(Timestamp::as_seconds),
            deleted_at: memory.deleted_at.map(Timestamp::as_seconds),
            deletion: memory.deletion,
            origin: memory.origin.as_ref().map(OriginLine::of),
            partition: memory.partition.as_str(),
            parent: memory.parent.as_ref().map(|hash| hash.as_str()),
            version: memory.version,
            superseded_by: memory.superseded_by.as_ref().map(|hash| hash.as_str()),
            confidence: memory.confidence.filter(|number| number.is_finite()),
            last_accessed: memory.last_accessed,
            usage: memory.usage.map(|usage| UsageLine { count: usage.count, last: usage.last.as_seconds() }),
            vector: memory.vector.as_ref().map(vector_text),
        }
    }
}

impl<'a> OriginLine<'a> {
    pub(crate) fn of(origin: &'a Origin) -> Self {
        Self {
            kind: origin.kind.name(),
            client: origin.client.as_deref(),
            conversation: origin.conversation.as_deref(),
            agent: origin.agent.as_deref(),
        }
    }
}

impl<'a> EdgeLine<'a> {
    pub(super) fn of(edge: &'a EdgeRecord) -> Self {
        Self {
            record: "edge",
            source: edge.source.as_str(),
            target: edge.target.as_str(),
            relationship_type: edge.relationship_type.as_deref(),
            similarity: edge.similarity.filter(|number| number.is_finite()),
            connection_types: &edge.connection_types,
            metadata: edge.metadata.as_deref(),
            created_at: edge.created_at.map(Timestamp::as_seconds),
            deleted: edge.is_deleted,
        }
    }
}

/// The numbers as little-endian 32-bit floats in base64.
fn vector_text(vector: &Vector) -> String {
    let bytes: Vec<u8> = vector.as_slice().iter().flat_map(|number| number.to_le_bytes()).collect();
    STANDARD.encode(bytes)
}
