//! What the memories are like.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::StoreCount;

/// What the memories are like.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Stats {
    /// Memories counted
    pub total_memories: u64,
    /// Of them replaced by newer versions
    pub superseded: u64,
    /// By type, most frequent first
    pub by_type: Vec<TypeCount>,
    /// By named store
    pub by_store: Vec<StoreCount>,
    /// By tag, most frequent first
    pub tags: Vec<TagCount>,
    /// Different tags, also those not listed
    pub total_tags: u64,
    /// By age
    pub by_age: AgeCounts,
    /// Stored in each of the last weeks, oldest first
    pub by_week: Vec<WeekCount>,
    /// Words
    pub words: u64,
    /// Characters
    pub characters: u64,
    /// Characters of the longest
    pub longest_characters: u64,
    /// Where they are kept
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend_info: Option<BackendInfo>,
}

/// How many memories are of a type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TypeCount {
    /// Type; none for memories without one
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_type: Option<String>,
    /// Memories
    pub memories: u64,
}

/// How many memories have a tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TagCount {
    /// Tag
    pub tag: String,
    /// Memories
    pub memories: u64,
}

/// How many memories are how old; each is counted once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AgeCounts {
    /// Less than a day
    pub day: u64,
    /// Less than 7 days
    pub week: u64,
    /// Less than 30 days
    pub month: u64,
    /// Less than 90 days
    pub quarter: u64,
    /// Less than 365 days
    pub year: u64,
    /// Older
    pub older: u64,
    /// Without a readable time
    pub unknown: u64,
}

/// How many memories were stored in a week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WeekCount {
    /// Its begin, UTC
    pub from: String,
    /// Memories
    pub memories: u64,
}

/// Where the memories are kept, under the original's names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BackendInfo {
    /// Kind of store
    pub storage_backend: String,
    /// Path, for its owner only
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sqlite_path: Option<String>,
    /// Embedding model
    pub embedding_model: String,
}

impl Stats {
    pub(crate) fn new(
        survey: ports::Survey,
        tags: ports::TagCounts,
        backend_info: Option<BackendInfo>,
    ) -> Self {
        let ports::Ages { day, week, month, quarter, year, older, unknown } = survey.ages;
        let stores = survey.partitions.into_iter();
        Self {
            total_memories: survey.memories,
            superseded: survey.superseded,
            by_type: survey.types.into_iter().map(TypeCount::from).collect(),
            by_store: stores
                .map(|(store, memories)| StoreCount { store: store.to_string(), memories })
                .collect(),
            total_tags: tags.total,
            tags: tags.tags.into_iter().map(TagCount::from).collect(),
            by_age: AgeCounts { day, week, month, quarter, year, older, unknown },
            by_week: survey.weeks.into_iter().map(WeekCount::from).collect(),
            words: survey.words,
            characters: survey.characters,
            longest_characters: survey.longest_characters,
            backend_info,
        }
    }
}

impl From<ports::TypeCount> for TypeCount {
    fn from(count: ports::TypeCount) -> Self {
        Self { memory_type: count.memory_type, memories: count.memories }
    }
}

impl From<ports::TagCount> for TagCount {
    fn from(count: ports::TagCount) -> Self {
        Self { tag: count.tag, memories: count.memories }
    }
}

impl From<ports::WeekCount> for WeekCount {
    fn from(count: ports::WeekCount) -> Self {
        Self { from: count.from.to_string(), memories: count.memories }
    }
}
