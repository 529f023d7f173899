//! Why a use case failed.

use model::{
    ContentHash, HashPrefix, InvalidContent, InvalidMetadata, InvalidTags, InvalidTimeExpression, Partition,
    Timestamp,
};
use ports::{EmbedError, StoreError};
use thiserror::Error;

use crate::ErrorCode;

/// Why a use case failed. Nothing was written then. The text is for the caller: it says what was wrong, which value,
/// and what to do; causes from below are the sources, for the log.
#[derive(Debug, Error)]
pub enum EngineError {
    /// No live memory has this key.
    #[error("no memory with hash {hash}: look it up with a search or a list first")]
    NotFound {
        /// What was asked for.
        hash: HashPrefix,
    },
    /// Several memories' keys begin like this.
    #[error("hash {prefix} is the beginning of several hashes ({}): give more characters", join(.matches))]
    Ambiguous {
        /// What was asked for.
        prefix: HashPrefix,
        /// Some of the keys that begin with it.
        matches: Vec<ContentHash>,
    },
    /// No memory is linked to this entity.
    #[error("Unknown entity_id: {entity}. {}", there_are(.known))]
    UnknownEntity {
        /// What was asked for.
        entity: String,
        /// The ids of some that there are.
        known: Vec<String>,
    },
    /// A deletion without a condition would delete everything.
    #[error(
        "at least one filter is required (content_hash, tags, memory_type, after, before, a time expression, entity, agent, conversation or staleness)"
    )]
    NoFilter,
    /// Memories cannot be carried to where they are.
    #[error("the memories are in this space already: name another one")]
    SameSpace,
    /// A search for nothing in particular.
    #[error(
        "at least one filter is required (query, tags, memory_type, after, before, a time expression, entity, agent, conversation or staleness)"
    )]
    NothingToSearch,
    /// The query is too long.
    #[error("the query is {bytes} bytes long, the limit is {limit}: shorten it")]
    QueryTooLong {
        /// Its length in bytes of UTF-8.
        bytes: usize,
        /// The limit, in bytes.
        limit: usize,
    },
    /// A number outside its range.
    #[error("{name} is {given}, it must be from {lowest} to {highest}")]
    OutOfRange {
        /// What the number is.
        name: &'static str,
        /// What was given.
        given: u64,
        /// The lowest number allowed.
        lowest: u64,
        /// The highest number allowed.
        highest: u64,
    },
    /// A range of time that ends before it begins.
    #[error("the range of time is empty: `after` ({after}) is not earlier than `before` ({before})")]
    EmptyRange {
        /// Where it begins.
        after: Timestamp,
        /// Where it ends.
        before: Timestamp,
    },
    /// A change of nothing.
    #[error(
        "nothing to update: give tags, memory_type, metadata, superseded_by, or times with preserve_timestamps=false"
    )]
    NothingToUpdate,
    /// A memory cannot take its own place.
    #[error("memory {hash} cannot be superseded by itself: give the hash of another memory")]
    SupersededByItself {
        /// The memory.
        hash: ContentHash,
    },
    /// A memory that another one took the place of gets no second new version: the chain would fork.
    #[error("memory {hash} was superseded by {by} already: make the new version from that one")]
    SupersededAlready {
        /// The memory.
        hash: ContentHash,
        /// The memory that took its place.
        by: ContentHash,
    },
    /// The text of a new version is stored already.
    #[error(
        "the new text is stored already, as memory {hash} in store '{partition}': change the text, or set superseded_by to that memory"
    )]
    TextExists {
        /// The memory that has it.
        hash: ContentHash,
        /// Where it lies.
        partition: Partition,
    },
    /// The original recorded that the text was deleted, and storing it anew was not asked for.
    #[error(
        "not stored: this content was deleted on {deleted_at}; pass restore_deleted=true to bring it back"
    )]
    DeletedBefore {
        /// The key of the text.
        hash: ContentHash,
        /// When it was deleted.
        deleted_at: Timestamp,
    },
    /// The text of a new version is longer than a memory may be: it cannot be split, because one memory takes the place of
    /// one.
    #[error(
        "the new text is {chars} characters long, longer than one memory may be (MCP_SQLITEVEC_MAX_CONTENT_LENGTH): shorten it, or store it as memories of its own"
    )]
    VersionTooLong {
        /// Its length in characters.
        chars: usize,
    },
    /// A session without turns.
    #[error("turns is required and must be non-empty")]
    NoTurns,
    /// A session whose turns say nothing.
    #[error("all turns have empty content")]
    BlankTurns,
    /// A text that cannot be stored.
    #[error(transparent)]
    Content(#[from] InvalidContent),
    /// Tags that cannot be stored together.
    #[error(transparent)]
    Tags(#[from] InvalidTags),
    /// Fields that cannot be stored together.
    #[error(transparent)]
    Metadata(#[from] InvalidMetadata),
    /// A time expression that is none.
    #[error(transparent)]
    Time(#[from] InvalidTimeExpression),
    /// A search of this kind needs a query.
    #[error("query required for {what}")]
    QueryRequired {
        /// What needs it.
        what: &'static str,
    },
    /// A weight, share or threshold outside its range.
    #[error("{name} is {given}, it must be a number from {lowest} to {highest}")]
    NotAShare {
        /// What the number is.
        name: &'static str,
        /// What was given.
        given: f64,
        /// The lowest number allowed.
        lowest: f64,
        /// The highest number allowed.
        highest: f64,
    },
    /// The machine gave no randomness.
    #[error("no random number could be had from the operating system")]
    Randomness(#[source] std::io::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No vectors could be made, and the use case needs them.
    #[error(transparent)]
    Embed(#[from] EmbedError),
}

impl EngineError {
    /// Its row in the catalogue of error codes.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::NotFound { .. } | Self::UnknownEntity { .. } => ErrorCode::NotFound,
            Self::Ambiguous { .. } => ErrorCode::AmbiguousHash,
            Self::NoFilter
            | Self::SameSpace
            | Self::NothingToSearch
            | Self::QueryTooLong { .. }
            | Self::OutOfRange { .. }
            | Self::EmptyRange { .. }
            | Self::NothingToUpdate
            | Self::SupersededByItself { .. }
            | Self::VersionTooLong { .. }
            | Self::NoTurns
            | Self::BlankTurns
            | Self::Content(_)
            | Self::Tags(_)
            | Self::Metadata(_)
            | Self::Time(_)
            | Self::QueryRequired { .. }
            | Self::NotAShare { .. } => ErrorCode::InvalidInput,
            Self::SupersededAlready { .. } | Self::TextExists { .. } | Self::DeletedBefore { .. } => {
                ErrorCode::Conflict
            }
            Self::Randomness(_) => ErrorCode::Internal,
            Self::Store(error) => store_code(error),
            Self::Embed(_) => ErrorCode::EmbeddingUnavailable,
        }
    }
}

fn store_code(error: &StoreError) -> ErrorCode {
    match error {
        StoreError::Busy { .. } => ErrorCode::StorageBusy,
        StoreError::Full { .. } => ErrorCode::StorageFull,
        StoreError::ReadOnly { .. } => ErrorCode::StorageReadOnly,
        StoreError::Corrupt { .. } => ErrorCode::StorageDamaged,
        StoreError::TooNew { .. } => ErrorCode::StorageTooNew,
        StoreError::Unsupported { .. } => ErrorCode::Unsupported,
        StoreError::Disk { .. }
        | StoreError::Open { .. }
        | StoreError::Backup { .. }
        | StoreError::Closed => ErrorCode::StorageUnavailable,
        StoreError::Dimension { .. } | StoreError::Other { .. } => ErrorCode::Internal,
    }
}

fn there_are(entities: &[String]) -> String {
    if entities.is_empty() {
        return "no entities are linked to memories here".to_owned();
    }
    format!("There are {}", entities.join(", "))
}

fn join(hashes: &[ContentHash]) -> String {
    hashes.iter().map(ContentHash::as_str).collect::<Vec<_>>().join(", ")
}
