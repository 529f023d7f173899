//! A memory, as it is read and as it is written.

use crate::{
    Content, ContentHash, MemoryType, Metadata, Origin, Partition, Tags, Timestamp, UNTAGGED_TAG, Vector,
};

/// The number of a memory inside its store: for the legs of a search, never shown to callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MemoryId(pub i64);

/// A memory as it stands in the store. Rows of the original's files are read as they are: any text, any tag case, any
/// type name.
#[derive(Debug, Clone, PartialEq)]
pub struct Memory {
    /// Its number inside the store.
    pub id: MemoryId,
    /// Its key.
    pub hash: ContentHash,
    /// Its text.
    pub content: String,
    /// Its tags, in order, in the case they were stored in.
    pub tags: Vec<String>,
    /// Its kind, as it was stored.
    pub memory_type: Option<String>,
    /// Its free fields.
    pub metadata: Metadata,
    /// When it was stored first. None when the row has no readable time.
    pub created_at: Option<Timestamp>,
    /// When it was changed last.
    pub updated_at: Option<Timestamp>,
    /// When what it tells of happened, if that was said. Where there is one, filters and lists go by it.
    pub occurred_at: Option<Timestamp>,
    /// Where it came from; none when another program stored it.
    pub origin: Option<Origin>,
    /// The partition it lies in.
    pub partition: Partition,
    /// The memory that took its place, if one did.
    pub superseded_by: Option<ContentHash>,
    /// The memory whose place it took, if it did.
    pub parent: Option<ContentHash>,
    /// Its number in a chain of versions, from 1.
    pub version: u32,
    /// Whether it can be found by meaning.
    pub embedding: EmbeddingState,
}

impl Memory {
    /// The time that filters and lists go by: when it happened, or else when it was stored.
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        self.occurred_at.or(self.created_at)
    }
}

/// Whether a memory can be found by meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmbeddingState {
    /// It has a vector of the model in use.
    Done,
    /// It has none yet; it is found by its words until it has.
    Pending,
}

/// A memory to be written. The store gives it its number.
#[derive(Debug, Clone)]
pub struct NewMemory {
    /// Its key.
    pub hash: ContentHash,
    /// Its text.
    pub content: Content,
    /// Its tags.
    pub tags: Tags,
    /// Its kind.
    pub memory_type: Option<MemoryType>,
    /// Its free fields.
    pub metadata: Metadata,
    /// When it was stored: both creation and change.
    pub created_at: Timestamp,
    /// When what it tells of happened, if that was not when it was stored.
    pub occurred_at: Option<Timestamp>,
    /// Where it came from, as the server knows it. It is kept for good.
    pub origin: Option<Origin>,
    /// The partition it goes to.
    pub partition: Partition,
    /// Its vector by the store's model; none when it could not be made now.
    pub vector: Option<Vector>,
    /// The vectors of its chunks by the same model ([`chunks`](crate::chunks)), in order; none when it is short, or when
    /// they could not be made now.
    pub chunks: Vec<Vector>,
}

impl NewMemory {
    /// The memory as it stands in the store that gave it this number: what `ports::MemoryStore::get` gives.
    #[must_use]
    pub fn stored(self, id: MemoryId) -> Memory {
        Memory {
            id,
            hash: self.hash,
            content: self.content.as_str().to_owned(),
            tags: if self.tags.is_empty() {
                vec![UNTAGGED_TAG.to_owned()]
            } else {
                self.tags.iter().map(str::to_owned).collect()
            },
            memory_type: self.memory_type.map(|kind| kind.as_str().to_owned()),
            metadata: self.metadata,
            created_at: Some(self.created_at),
            updated_at: Some(self.created_at),
            occurred_at: self.occurred_at,
            origin: self.origin,
            partition: self.partition,
            superseded_by: None,
            parent: None,
            version: 1,
            embedding: if self.vector.is_some() { EmbeddingState::Done } else { EmbeddingState::Pending },
        }
    }
}
