//! A model and memories for the tests inside this crate.

use model::{Content, ContentHash, Metadata, ModelIdentity, NewMemory, Partition, Tags, Timestamp};

/// A model of eight numbers.
pub(crate) fn model() -> ModelIdentity {
    ModelIdentity { name: "test".to_owned(), revision: "1".to_owned(), dimension: 8 }
}

/// A memory that waits for its vector.
pub(crate) fn memory(text: &str) -> NewMemory {
    let content = Content::parse(text).unwrap();
    NewMemory {
        hash: ContentHash::of(&content),
        content,
        tags: Tags::none(),
        memory_type: None,
        metadata: Metadata::default(),
        created_at: Timestamp::from_microseconds(1),
        occurred_at: None,
        origin: None,
        partition: Partition::default(),
        vector: None,
        chunks: Vec::new(),
    }
}
