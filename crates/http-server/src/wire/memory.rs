//! One memory.

use engine::{EngineError, Reader};
use model::PartitionScope;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::error::Failure;

/// One memory.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Memory {
    /// Its text.
    pub content: String,
    /// Its key: the SHA-256 of its text, in hexadecimal, or what the original made up.
    pub content_hash: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its kind.
    pub memory_type: Option<String>,
    /// Free fields.
    #[schema(value_type = Object)]
    pub metadata: Map<String, Value>,
    /// When it was stored, in Unix seconds.
    pub created_at: Option<f64>,
    /// The same, RFC 3339.
    pub created_at_iso: Option<String>,
    /// When it was changed last, in Unix seconds.
    pub updated_at: Option<f64>,
    /// The same, RFC 3339.
    pub updated_at_iso: Option<String>,
    /// The named store it lies in.
    pub store: String,
    /// The key of the memory that took its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<String>,
}

impl From<model::Memory> for Memory {
    fn from(memory: model::Memory) -> Self {
        Self {
            content: memory.content,
            content_hash: memory.hash.to_string(),
            tags: memory.tags,
            memory_type: memory.memory_type,
            metadata: memory.metadata.fields().clone(),
            created_at: memory.created_at.map(model::Timestamp::as_seconds),
            created_at_iso: memory.created_at.map(|time| time.to_string()),
            updated_at: memory.updated_at.map(model::Timestamp::as_seconds),
            updated_at_iso: memory.updated_at.map(|time| time.to_string()),
            store: memory.partition.to_string(),
            superseded_by: memory.superseded_by.map(|hash| hash.to_string()),
        }
    }
}

impl From<mcp::wire::Memory> for Memory {
    fn from(memory: mcp::wire::Memory) -> Self {
        Self {
            content: memory.content,
            content_hash: memory.content_hash,
            tags: memory.tags,
            memory_type: memory.memory_type,
            metadata: memory.metadata,
            created_at: memory.created_at,
            created_at_iso: memory.created_at_iso,
            updated_at: memory.updated_at,
            updated_at_iso: memory.updated_at_iso,
            store: memory.store,
            superseded_by: memory.superseded_by,
        }
    }
}

impl Memory {
    /// The live memory with this key in a named store (`all` for any), if there is one. A part of a key is no key here.
    ///
    /// # Errors
    /// 422 for a name that no store can have; what the store fails with.
    pub(crate) async fn find(
        reader: &Reader,
        hash: &str,
        store: Option<&str>,
    ) -> Result<Option<Self>, Failure> {
        let scope = store.map_or(Ok(PartitionScope::default()), PartitionScope::parse);
        let scope = scope.map_err(|error| {
            Failure::problem("value_error", vec!["query".into(), "store".into()], error.to_string())
        })?;
        let Ok(prefix) = model::HashPrefix::parse(hash) else { return Ok(None) };
        match reader.get(&prefix).await {
            Ok(memory) => {
                let is_it = memory.hash.as_str() == hash && scope.includes(&memory.partition);
                Ok(Some(memory).filter(|_| is_it).map(Self::from))
            }
            Err(EngineError::NotFound { .. } | EngineError::Ambiguous { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
