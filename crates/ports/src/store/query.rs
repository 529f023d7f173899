//! Questions to a store, and its answers.

use model::{ContentHash, Memory, MemoryId, Partition, Timestamp, Vector};

/// What became of an insertion.
#[derive(Debug, Clone, PartialEq)]
pub enum Inserted {
    /// It was stored and is durable.
    Created {
        /// Its number.
        id: MemoryId,
        /// When the memory of the same key was deleted whose place it took, if there was one.
        restored_from: Option<Timestamp>,
    },
    /// A live memory has the same key; nothing was written.
    Duplicate {
        /// The partition that memory lies in.
        partition: Partition,
    },
}

/// A memory that a search by meaning found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// Its number.
    pub id: MemoryId,
    /// The cosine between it and the query, -1 to 1.
    pub score: f64,
}

/// A memory that a search by words found.
#[derive(Debug, Clone, PartialEq)]
pub struct WordCandidate {
    /// Its number.
    pub id: MemoryId,
    /// How much of the query it covers, 0 or more: the weight of the query's words that it has, rare ones weighing more,
    /// over the weight of all of them, also of those that no memory has. About 1 when it has each of them once; more
    /// when it is short or repeats them.
    pub coverage: f64,
    /// Whether it has the whole query in its text, character for character but for case, and for the blanks and signs
    /// between its words where the query has several.
    pub is_verbatim: bool,
    /// What each word of the query adds to the coverage; of as many words, in the same order, for every candidate of one
    /// answer. Empty when that is not known.
    pub terms: Vec<f32>,
}

/// How many memories are in a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LanguageCount {
    /// Its code in ISO 639-3; `und` where nothing told it.
    pub code: &'static str,
    /// Its English name.
    pub name: &'static str,
    /// How many live memories are mostly in it.
    pub memories: u64,
}

/// A query for words: any text that a person or a model wrote. The store takes the words out of it; nothing in it is
/// syntax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordQuery(pub String);

/// A text as texts are compared without regard to case: small letters, the one small sigma for both.
#[must_use]
pub fn fold_case(text: &str) -> String {
    let mut folded = text.to_lowercase();
    if folded.contains('ς') {
        folded = folded.replace('ς', "σ");
    }
    folded
}

/// Whether deleted memories are meant, as long as something is left of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tombstones {
    /// They are not.
    #[default]
    LeftOut,
    /// They are.
    Included,
}

/// A part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many memories to pass over.
    pub offset: u64,
    /// How many to give at most.
    pub limit: u32,
}

/// A part of a list, and how long the list is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listing {
    /// The memories of the page.
    pub memories: Vec<Memory>,
    /// How many memories meet the filter.
    pub total: u64,
}

/// A live memory without a vector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unembedded {
    /// Its number.
    pub id: MemoryId,
    /// Its key, so that a vector never lands on another memory.
    pub hash: ContentHash,
    /// Its text.
    pub content: String,
}

/// Whose vectors a database held when it was first opened.
#[derive(Debug, Clone, PartialEq)]
pub enum VectorSpace {
    /// It held none, or they are known to be of the store's model.
    Ours,
    /// Not known yet: embed the samples' texts, compare, and call
    /// [`settle_vector_space`](crate::MemoryStore::settle_vector_space).
    Unverified {
        /// Some short memories with their vectors.
        samples: Vec<VectorSample>,
    },
    /// They are of another model, or of none: they are kept and not searched.
    Foreign,
}

/// A text with the vector that was stored for it.
#[derive(Debug, Clone, PartialEq)]
pub struct VectorSample {
    /// The text.
    pub content: String,
    /// Its vector.
    pub vector: Vector,
}

/// Counts and facts about a store.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    /// The adapter: `sqlite-vec`, ...
    pub backend: &'static str,
    /// Where it is, for its owner.
    pub location: String,
    /// Live memories, superseded ones included, in all partitions.
    pub memories: u64,
    /// Live memories that another one took the place of.
    pub superseded: u64,
    /// Deleted memories whose tombstone is kept.
    pub tombstones: u64,
    /// Live memories that have a vector of the model in use.
    pub embedded: u64,
    /// Live memories that wait for one.
    pub pending: u64,
    /// Live memories that words do not find yet, because the index of words is being built anew.
    pub unindexed: u64,
    /// Different tags of live memories.
    pub tags: u64,
    /// Live memories of each partition, by name.
    pub partitions: Vec<(Partition, u64)>,
    /// Bytes on disk, write-ahead log included.
    pub bytes: u64,
    /// The form of the database: `12.4`, `10.59`, `8.44`, ...
    pub format: String,
    /// The adapter's own schema number.
    pub schema: i64,
    /// When the oldest and the newest live memory were stored.
    pub span: Option<(Timestamp, Timestamp)>,
}
