//! A memory or an edge as its store holds it, for carrying it to another store without loss.

use crate::{Content, ContentHash, Metadata, NewMemory, Origin, Partition, Timestamp, UNTAGGED_TAG, Vector};

/// One thing that is carried from store to store.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// A memory, live or deleted.
    Memory(Box<MemoryRecord>),
    /// A relation of a memory to another one, or to an entity.
    Edge(EdgeRecord),
}

/// A memory with everything that its store knows about it. Fields hold what stood in the database, readable or not.
#[derive(Debug, Clone, PartialEq)]
pub struct MemoryRecord {
    /// Its key.
    pub hash: ContentHash,
    /// Its text.
    pub content: String,
    /// Its tags, in order, in the case they were stored in.
    pub tags: Vec<String>,
    /// The tags as they stand in the database, where that is not [`MemoryRecord::tags`] joined by commas.
    pub tags_text: Option<String>,
    /// Its kind, as it was stored.
    pub memory_type: Option<String>,
    /// Its free fields, in order.
    pub metadata: Metadata,
    /// The metadata as they stand in the database, where that is not [`MemoryRecord::metadata`] as this program writes
    /// them.
    pub metadata_text: Option<String>,
    /// When it was stored first.
    pub created_at: Option<Timestamp>,
    /// The same as text, as it stands in the database.
    pub created_at_iso: Option<String>,
    /// When it was changed last.
    pub updated_at: Option<Timestamp>,
    /// The same as text, as it stands in the database.
    pub updated_at_iso: Option<String>,
    /// When what it tells of happened.
    pub occurred_at: Option<Timestamp>,
    /// When it was deleted; none when it is live.
    pub deleted_at: Option<Timestamp>,
    /// The number of the deletion by which it can be taken back, with others that were deleted with it.
    pub deletion: Option<u32>,
    /// Where it came from.
    pub origin: Option<Origin>,
    /// The partition it lies in.
    pub partition: Partition,
    /// The memory whose place it took.
    pub parent: Option<ContentHash>,
    /// Its number in a chain of versions, from 1.
    pub version: u32,
    /// The memory that took its place.
    pub superseded_by: Option<ContentHash>,
    /// The original's column `confidence`; none is its default, 1.
    pub confidence: Option<f64>,
    /// The original's column `last_accessed`, in seconds since the epoch.
    pub last_accessed: Option<i64>,
    /// What this program counted of its use.
    pub usage: Option<UsageRecord>,
    /// Its vector, by the model in use.
    pub vector: Option<Vector>,
}

/// How often a memory was used, as this program counted it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UsageRecord {
    /// How often.
    pub count: u64,
    /// When last.
    pub last: Timestamp,
}

/// A relation, as the original's table `memory_graph` holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct EdgeRecord {
    /// The memory it starts at.
    pub source: ContentHash,
    /// The memory it leads to, or the name of an entity.
    pub target: ContentHash,
    /// `related`, `causes`, `has_entity`, ...
    pub relationship_type: Option<String>,
    /// 0 to 1; none when nobody said so.
    pub similarity: Option<f64>,
    /// JSON text, as it stands in the database.
    pub connection_types: String,
    /// JSON text, as it stands in the database.
    pub metadata: Option<String>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// Whether it went with a deleted memory, and comes back with it.
    pub is_deleted: bool,
}

impl Record {
    /// Whether it is of a deleted memory, or an edge that went with one.
    #[must_use]
    pub fn is_deleted(&self) -> bool {
        match self {
            Self::Memory(memory) => memory.deleted_at.is_some(),
            Self::Edge(edge) => edge.is_deleted,
        }
    }
}

impl MemoryRecord {
    /// A record of which only the key and the text are known.
    #[must_use]
    pub fn bare(hash: ContentHash, content: String) -> Self {
        Self {
            hash,
            content,
            tags: Vec::new(),
            tags_text: None,
            memory_type: None,
            metadata: Metadata::default(),
            metadata_text: None,
            created_at: None,
            created_at_iso: None,
            updated_at: None,
            updated_at_iso: None,
            occurred_at: None,
            deleted_at: None,
            deletion: None,
            origin: None,
            partition: Partition::default(),
            parent: None,
            version: 1,
            superseded_by: None,
            confidence: None,
            last_accessed: None,
            usage: None,
            vector: None,
        }
    }

    /// A record of which only the text is known; its key is that of the text.
    #[must_use]
    pub fn of_content(content: &Content) -> Self {
        Self::bare(ContentHash::of(content), content.as_str().to_owned())
    }
}

/// The record of a memory that was just stored.
impl From<NewMemory> for MemoryRecord {
    fn from(new: NewMemory) -> Self {
        let tags: Vec<String> = match new.tags.is_empty() {
            true => vec![UNTAGGED_TAG.to_owned()],
            false => new.tags.iter().map(str::to_owned).collect(),
        };
        let iso = Some(new.created_at.to_string());
        Self {
            tags,
            memory_type: new.memory_type.map(|kind| kind.as_str().to_owned()),
            metadata: new.metadata,
            created_at: Some(new.created_at),
            created_at_iso: iso.clone(),
            updated_at: Some(new.created_at),
            updated_at_iso: iso,
            occurred_at: new.occurred_at,
            origin: new.origin,
            partition: new.partition,
            vector: new.vector,
            ..Self::bare(new.hash, new.content.as_str().to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tags;

    fn new(tags: &str) -> NewMemory {
        let content = Content::parse("tea").unwrap();
        NewMemory {
            hash: ContentHash::of(&content),
            content,
            tags: Tags::parse(tags).unwrap(),
            memory_type: None,
            metadata: Metadata::default(),
            created_at: Timestamp::from_microseconds(1_500_000),
            occurred_at: None,
            origin: None,
            partition: Partition::default(),
            vector: None,
            chunks: Vec::new(),
        }
    }

    #[test]
    fn a_new_memory_has_both_times_and_is_untagged_when_it_has_no_tag() {
        let record = MemoryRecord::from(new(""));
        assert_eq!((record.tags, record.version), (vec!["untagged".to_owned()], 1));
        assert_eq!(record.created_at_iso.as_deref(), Some("1970-01-01T00:00:01.500000Z"));
        assert_eq!((record.created_at, record.created_at_iso), (record.updated_at, record.updated_at_iso));
        assert_eq!(MemoryRecord::from(new("a,b")).tags, ["a", "b"]);
    }
}
