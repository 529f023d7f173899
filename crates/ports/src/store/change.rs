//! Changing a memory: in place, or by a new version of it.

use model::{ContentHash, MemoryId, MemoryType, Metadata, Partition, Tags, Timestamp};

/// What to change in a memory. The default changes nothing. Its text never changes: a new text is a new memory
/// ([`supersede`](crate::MemoryStore::supersede)).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Change {
    /// Its tags from now on. An empty list leaves it `untagged`.
    pub tags: Option<Tags>,
    /// Its kind.
    pub memory_type: Patch<MemoryType>,
    /// Fields to set, by key; null removes a field, the others stay.
    pub metadata: Metadata,
    /// Which memory took its place. [`Patch::Clear`] makes it current again, whatever said that it is not.
    pub superseded_by: Patch<ContentHash>,
    /// When it was stored first.
    pub created_at: Option<Timestamp>,
    /// When it was changed last. Without one that time stays.
    pub updated_at: Option<Timestamp>,
}

/// What to do with a field that may be empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Leave it.
    #[default]
    Keep,
    /// Empty it.
    Clear,
    /// Set it.
    Set(T),
}

/// What became of a new version.
#[derive(Debug, Clone, PartialEq)]
pub enum Superseded {
    /// It was stored and took the place of the old one.
    Done {
        /// Its number.
        id: MemoryId,
        /// Its place in the chain of versions.
        version: u32,
        /// When the memory of the same key was deleted whose place it took, if there was one.
        restored_from: Option<Timestamp>,
    },
    /// No live memory has the old key; nothing was written.
    NotFound,
    /// Another memory took the place of the old one already; nothing was written, so that the chain does not fork.
    SupersededAlready {
        /// That memory.
        by: ContentHash,
    },
    /// A live memory has the new key (the old one itself, when the text did not change); nothing was written.
    Duplicate {
        /// The partition that memory lies in.
        partition: Partition,
    },
}

/// One memory of a chain of versions.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// Its key.
    pub hash: ContentHash,
    /// Its place in the chain, from 1.
    pub version: u32,
    /// The memory whose place it took.
    pub parent: Option<ContentHash>,
    /// The memory that took its place; none for the current one.
    pub superseded_by: Option<ContentHash>,
    /// Why it was replaced, if somebody said so.
    pub reason: Option<String>,
    /// When it was stored first.
    pub created_at: Option<Timestamp>,
    /// When it was deleted, if it was.
    pub deleted_at: Option<Timestamp>,
    /// Its text; none when it was deleted.
    pub content: Option<String>,
}
