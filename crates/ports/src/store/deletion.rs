//! Deleting memories, taking it back, and removing them for good.

use std::fmt;

use model::{ContentHash, Timestamp};

/// The number of a deletion, by which it can be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeletionId(pub i64);

impl fmt::Display for DeletionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What was deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deletion {
    /// By which it can be taken back; none when nothing was deleted.
    pub id: Option<DeletionId>,
    /// The keys, in the order in which the memories were stored.
    pub hashes: Vec<ContentHash>,
}

/// Which deleted memories to bring back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undelete {
    /// Those of one deletion that nobody brought back yet.
    Deletion(DeletionId),
    /// These, whoever deleted them.
    Hashes(Vec<ContentHash>),
}

/// What was brought back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Undeleted {
    /// The keys of the memories that are live again.
    pub restored: Vec<ContentHash>,
    /// Those that are not, and why. Nothing was overwritten.
    pub not_restored: Vec<(ContentHash, NotRestored)>,
}

/// Why a memory was not brought back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotRestored {
    /// A live memory has the key: it was stored anew, or never deleted.
    Live,
    /// It is not there any more (purged, or stored anew and deleted again), or never was.
    Gone,
}

/// Which deleted memories to remove for good.
#[derive(Debug, Clone, PartialEq)]
pub enum Purge {
    /// Those deleted before this time.
    DeletedBefore(Timestamp),
    /// These. Live ones are kept: delete them first.
    Hashes(Vec<ContentHash>),
}

/// What was removed for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purged {
    /// The keys of the memories of which nothing is left.
    pub hashes: Vec<ContentHash>,
    /// Keys that were asked for and are of live memories: those were kept.
    pub live: Vec<ContentHash>,
    /// Whether the log of recent writes was emptied too.
    pub log: LogState,
}

/// Whether a store's log of recent writes still holds what was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogState {
    /// It does not: it is empty, or there was nothing to remove.
    Emptied,
    /// Others are reading: it is emptied when they have finished and somebody purges again or closes the store last.
    InUse,
}
