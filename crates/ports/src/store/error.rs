//! Why a store did not do what it was asked.

use thiserror::Error;

/// The adapter's own error, kept for the log.
type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why a store did not do what it was asked. Nothing was written then.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Other processes kept the store locked for longer than the time limit. Trying again helps.
    #[error("the memory store is busy: other processes kept it locked for {waited_ms} ms; try again")]
    Busy {
        /// How long it was waited, in milliseconds.
        waited_ms: u64,
    },
    /// No space left to write. What was stored before can be read.
    #[error(
        "the disk that holds the memory store is full: free some space, nothing was written and nothing is lost"
    )]
    Full {
        /// The adapter's error.
        #[source]
        source: Source,
    },
    /// The disk answered with an error. What was acknowledged before is stored.
    #[error(
        "the disk that holds the memory store failed while {doing}: look at the system's log, check the disk, then try again"
    )]
    Disk {
        /// What it was doing.
        doing: &'static str,
        /// The adapter's error.
        #[source]
        source: Source,
    },
    /// The store can be read but not written (file modes, a read-only disk).
    #[error("the memory store cannot be written: {reason}")]
    ReadOnly {
        /// What prevents it.
        reason: String,
    },
    /// The store is damaged. Nothing is deleted or replaced on its own.
    #[error("the memory store is damaged: {reason}; run `memory doctor`")]
    Corrupt {
        /// What was found.
        reason: String,
        /// The adapter's error.
        #[source]
        source: Option<Source>,
    },
    /// A newer release has written it.
    #[error(
        "the memory store was written by a newer release (schema {found}, this one knows up to {known}): upgrade"
    )]
    TooNew {
        /// The schema number found.
        found: i64,
        /// The newest schema number this release knows.
        known: i64,
    },
    /// It cannot be opened at all.
    #[error("the memory store cannot be opened: {reason}")]
    Open {
        /// What prevents it, and what to do.
        reason: String,
        /// The adapter's error.
        #[source]
        source: Option<Source>,
    },
    /// A backup could not be made: one that was asked for, or the one that must precede a change of the schema. Nothing
    /// was changed.
    #[error("no verified backup of the memory store could be made: {reason}; nothing was changed")]
    Backup {
        /// What prevents it.
        reason: String,
        /// The adapter's error.
        #[source]
        source: Option<Source>,
    },
    /// A vector is not of the model's dimension.
    #[error("a vector has {found} numbers, the model has {expected}")]
    Dimension {
        /// The vector's.
        found: usize,
        /// The model's.
        expected: usize,
    },
    /// The store cannot do this.
    #[error("{reason}")]
    Unsupported {
        /// What it cannot do, and what to do instead.
        reason: String,
    },
    /// It was closed.
    #[error("the memory store was closed")]
    Closed,
    /// Anything else that went wrong below.
    #[error("the memory store failed while {doing}")]
    Other {
        /// What it was doing.
        doing: &'static str,
        /// The adapter's error.
        #[source]
        source: Source,
    },
}
