//! What an export carries.

use model::{
    Content, ContentHash, Memory, MemoryType, Metadata, NewMemory, Origin, Partition, Tags, Timestamp, Vector,
};

use crate::Refusal;

/// One thing that an export carries.
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
    /// The metadata as it stands in the database, where that is not a JSON object.
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
    /// The original's column `confidence`.
    pub confidence: Option<f64>,
    /// The original's column `last_accessed`, in seconds since the epoch.
    pub last_accessed: Option<i64>,
    /// Its vector, by the model that the header of the file names.
    pub vector: Option<Vector>,
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
    /// 0 to 1; none when the number in the database is not finite.
    pub similarity: Option<f64>,
    /// JSON text, as it stands in the database.
    pub connection_types: String,
    /// JSON text, as it stands in the database.
    pub metadata: Option<String>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
}

impl MemoryRecord {
    /// A record of which only the text is known; its key is that of the text.
    #[must_use]
    pub fn of_content(content: &Content) -> Self {
        Self::bare(ContentHash::of(content), content.as_str().to_owned())
    }

    pub(crate) fn bare(hash: ContentHash, content: String) -> Self {
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
            origin: None,
            partition: Partition::default(),
            parent: None,
            version: 1,
            superseded_by: None,
            confidence: None,
            last_accessed: None,
            vector: None,
        }
    }

    /// What this memory becomes when it is stored as a new one: its version, deletion and successor are left behind.
    /// `stored_at` stands in where it has no time. Metadata that is no JSON object is left behind, too.
    ///
    /// # Errors
    /// [`Refusal`] says which field a new memory cannot have.
    pub fn to_new_memory(&self, stored_at: Timestamp) -> Result<NewMemory, Refusal> {
        Ok(NewMemory {
            hash: self.hash.clone(),
            content: Content::parse(self.content.as_str())?,
            tags: Tags::from_list(&self.tags)?,
            memory_type: self.memory_type.as_deref().map(MemoryType::parse).transpose()?.flatten(),
            metadata: Metadata::parse(self.metadata.fields().clone())?,
            created_at: self.created_at.or(self.updated_at).unwrap_or(stored_at),
            occurred_at: self.occurred_at,
            origin: self.origin.clone(),
            partition: Partition::parse(self.partition.as_str())?,
            vector: self.vector.clone(),
            chunks: Vec::new(),
        })
    }
}

impl From<Memory> for MemoryRecord {
    fn from(memory: Memory) -> Self {
        Self {
            tags: memory.tags,
            memory_type: memory.memory_type,
            metadata: memory.metadata,
            created_at: memory.created_at,
            updated_at: memory.updated_at,
            occurred_at: memory.occurred_at,
            origin: memory.origin,
            partition: memory.partition,
            parent: memory.parent,
            version: memory.version,
            superseded_by: memory.superseded_by,
            ..Self::bare(memory.hash, memory.content)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_without_a_time_is_stored_with_the_time_of_the_import() {
        let now = Timestamp::from_microseconds(5_000_000);
        let record = MemoryRecord::of_content(&Content::parse("tea").unwrap());
        assert_eq!(record.to_new_memory(now).unwrap().created_at, now);
        let dated = MemoryRecord { updated_at: Some(Timestamp::from_microseconds(1)), ..record };
        assert_eq!(dated.to_new_memory(now).unwrap().created_at, Timestamp::from_microseconds(1));
    }

    #[test]
    fn a_record_that_cannot_be_a_new_memory_says_which_field_prevents_it() {
        let now = Timestamp::from_microseconds(0);
        let record = MemoryRecord::bare(ContentHash::stored("k"), " ".to_owned());
        assert!(matches!(record.to_new_memory(now), Err(Refusal::Content(_))));
        let record = MemoryRecord { content: "x".to_owned(), partition: Partition::stored("all"), ..record };
        assert!(matches!(record.to_new_memory(now), Err(Refusal::Partition(_))));
    }
}
