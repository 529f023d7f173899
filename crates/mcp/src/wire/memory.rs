//! One memory.

use model::EmbeddingState;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One memory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Memory {
    /// Text
    pub content: String,
    /// Key
    pub content_hash: String,
    /// Tags
    pub tags: Vec<String>,
    /// Kind
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_type: Option<String>,
    /// Free fields
    pub metadata: Map<String, Value>,
    /// Unix seconds
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<f64>,
    /// Unix seconds
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<f64>,
    /// UTC
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at_iso: Option<String>,
    /// UTC
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at_iso: Option<String>,
    /// When it happened, UTC, if told
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<String>,
    /// Where it came from, stamped by the server
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// Named store it lies in
    pub store: String,
    /// Key of the memory that replaced it
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<String>,
    /// Number in its chain of versions
    pub version: u32,
    /// Key of the version before
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Author
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    /// done or pending; pending is found by words only
    pub embedding: String,
}

/// Where a memory came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Origin {
    /// user, agent, tool, document or import
    pub kind: String,
    /// Program
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// Conversation
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
    /// Agent
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
}

impl From<model::Origin> for Origin {
    fn from(origin: model::Origin) -> Self {
        let model::Origin { kind, client, conversation, agent } = origin;
        Self { kind: kind.name().to_owned(), client, conversation, agent }
    }
}

impl From<model::Memory> for Memory {
    fn from(memory: model::Memory) -> Self {
        let metadata = memory.metadata.fields().clone();
        let agent_id = metadata.get("agent_id").and_then(Value::as_str).map(str::to_owned);
        Self {
            content: memory.content,
            content_hash: memory.hash.to_string(),
            tags: memory.tags,
            memory_type: memory.memory_type,
            metadata,
            created_at: memory.created_at.map(model::Timestamp::as_seconds),
            updated_at: memory.updated_at.map(model::Timestamp::as_seconds),
            created_at_iso: memory.created_at.map(|time| time.to_string()),
            updated_at_iso: memory.updated_at.map(|time| time.to_string()),
            occurred_at: memory.occurred_at.map(|time| time.to_string()),
            origin: memory.origin.map(Origin::from),
            store: memory.partition.to_string(),
            superseded_by: memory.superseded_by.map(|hash| hash.to_string()),
            version: memory.version,
            parent: memory.parent.map(|hash| hash.to_string()),
            agent_id,
            embedding: embedding_name(memory.embedding).to_owned(),
        }
    }
}

/// The state of an embedding on the wire.
pub(crate) fn embedding_name(state: EmbeddingState) -> &'static str {
    match state {
        EmbeddingState::Done => "done",
        EmbeddingState::Pending => "pending",
    }
}
