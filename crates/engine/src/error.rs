//! Why a use case failed.

use model::{ContentHash, HashPrefix};
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
    /// A deletion without a condition would delete everything.
    #[error("at least one filter is required (content_hash, tags, memory_type, after or before)")]
    NoFilter,
    /// A search for nothing in particular.
    #[error("at least one filter is required (query, tags, memory_type, after or before)")]
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
        after: model::Timestamp,
        /// Where it ends.
        before: model::Timestamp,
    },
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
            Self::NotFound { .. } => ErrorCode::NotFound,
            Self::Ambiguous { .. } => ErrorCode::AmbiguousHash,
            Self::NoFilter
            | Self::NothingToSearch
            | Self::QueryTooLong { .. }
            | Self::OutOfRange { .. }
            | Self::EmptyRange { .. } => ErrorCode::InvalidInput,
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

fn join(hashes: &[ContentHash]) -> String {
    hashes.iter().map(ContentHash::as_str).collect::<Vec<_>>().join(", ")
}
