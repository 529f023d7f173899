//! An entity.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Origin;

/// An entity, its memories and its relatives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Detail {
    /// Whether there is such an entity
    pub success: bool,
    /// Why there is none
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Id, or what was asked for
    pub entity_id: String,
    /// Name
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its memories, best first
    pub chunks: Vec<EntityMemory>,
    /// Memories it has
    pub total: u64,
    /// Memories left out by max_response_chars
    pub omitted: usize,
    /// Nearest first, then those that share most
    pub related_entities: Vec<RelatedEntity>,
    /// What to know
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<String>,
}

/// A memory of an entity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EntityMemory {
    /// Key
    pub hash: String,
    /// Text
    pub content: String,
    /// Quality, 0 to 1
    pub relevance: f64,
    /// What it was put in order by, with scoring composite
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub composite_score: Option<f64>,
    /// What that is made of
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score_components: Option<ScoreComponents>,
    /// UTC
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at_iso: Option<String>,
    /// When it happened, UTC, if told
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<String>,
    /// Where it came from, stamped by the server
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// What a composite score is made of.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScoreComponents {
    /// Quality
    pub relevance: f64,
    /// Nearness to the memory of the highest quality
    pub proximity: f64,
    /// Number of edges, 1 from 20 on
    pub centrality: f64,
}

/// An entity that is related to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RelatedEntity {
    /// Id
    pub entity_id: String,
    /// Name
    pub name: String,
    /// Memories shared with the entity, or with one that is a step nearer to it
    pub shared_count: u64,
    /// Steps away
    pub hops: u32,
}

impl Detail {
    /// The answer when there is no such entity.
    pub(crate) fn unknown(entity_id: String, error: String) -> Self {
        let (chunks, related_entities, notices) = (Vec::new(), Vec::new(), Vec::new());
        let (name, total, omitted) = (None, 0, 0);
        let error = Some(error);
        Self { success: false, error, entity_id, name, chunks, total, omitted, related_entities, notices }
    }
}

impl From<engine::EntityDetail> for Detail {
    fn from(detail: engine::EntityDetail) -> Self {
        let engine::EntityDetail { id, name, memories, total, related, notices } = detail;
        Self {
            success: true,
            error: None,
            entity_id: id,
            name: Some(name),
            chunks: memories.into_iter().map(EntityMemory::from).collect(),
            total,
            omitted: 0,
            related_entities: related.into_iter().map(RelatedEntity::from).collect(),
            notices,
        }
    }
}

impl From<engine::EntityMemory> for EntityMemory {
    fn from(own: engine::EntityMemory) -> Self {
        let engine::EntityMemory { memory, relevance, composite } = own;
        Self {
            hash: memory.hash.to_string(),
            content: memory.content,
            relevance,
            composite_score: composite.map(|composite| composite.score()),
            score_components: composite.map(|parts| ScoreComponents {
                relevance: parts.relevance,
                proximity: parts.proximity,
                centrality: parts.centrality,
            }),
            created_at_iso: memory.created_at.map(|time| time.to_string()),
            occurred_at: memory.occurred_at.map(|time| time.to_string()),
            origin: memory.origin.map(Origin::from),
        }
    }
}

impl From<engine::RelatedEntity> for RelatedEntity {
    fn from(related: engine::RelatedEntity) -> Self {
        let engine::RelatedEntity { id, name, hops, shared } = related;
        Self { entity_id: id, name, shared_count: shared, hops }
    }
}
