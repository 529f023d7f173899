//! What happened to memories, whoever did it: the log that live events come from.

use model::{ContentHash, Partition};

/// How many characters of a text an event shows.
pub const EVENT_PREVIEW_CHARS: usize = 100;

/// A point of the log of a store. Later points are greater; what it counts is the store's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventPoint(pub i64);

/// What happened to a memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// It is there from now on: new, or brought back.
    Stored,
    /// Its text, tags or kind changed, or another took its place.
    Changed,
    /// It is gone.
    Deleted,
}

/// Something that happened to a memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryEvent {
    /// What.
    pub kind: EventKind,
    /// To which.
    pub hash: ContentHash,
    /// Where it lies.
    pub partition: Partition,
    /// What it is now; none of a deleted one.
    pub memory: Option<Glimpse>,
}

/// A little of a memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glimpse {
    /// The beginning of its text: [`EVENT_PREVIEW_CHARS`], and one more character where there is more.
    pub beginning: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its kind.
    pub memory_type: Option<String>,
}

/// A part of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPage {
    /// What happened, in the order in which it was committed.
    pub events: Vec<MemoryEvent>,
    /// Where this part ends: the next one begins after it.
    pub end: EventPoint,
    /// Whether there may be more after it.
    pub has_more: bool,
    /// Whether something that happened before this part is not known any more.
    pub is_cut: bool,
}
