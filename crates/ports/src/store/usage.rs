//! How often memories were used.

use model::{MemoryId, Metadata, Timestamp};
use serde_json::Value;

/// How often a memory was used, and when last.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Usage {
    /// The memory.
    pub id: MemoryId,
    /// How often.
    pub count: u64,
    /// When last; none when never.
    pub last: Option<Timestamp>,
}

/// Where the original counts in the metadata of a memory.
const COUNT: &str = "access_count";
/// When it was used last, by the original's metadata, in seconds.
pub const LAST: &str = "last_accessed_at";

impl Usage {
    /// The usage of a memory: what this program counted (how often, when last) and what the original did in its
    /// metadata. Each counts its own uses, so both are added up.
    #[must_use]
    pub fn of(id: MemoryId, metadata: &Metadata, own: Option<(u64, Timestamp)>) -> Self {
        let fields = metadata.fields();
        let theirs = fields.get(COUNT).and_then(Value::as_u64).unwrap_or(0);
        let last = fields.get(LAST).and_then(Value::as_f64).and_then(Timestamp::from_seconds);
        let (count, own_last) = own.map_or((0, None), |(count, last)| (count, Some(last)));
        Self { id, count: count.saturating_add(theirs), last: later(last, own_last) }
    }
}

/// The later of two times.
#[must_use]
pub fn later(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if one >= other { one } else { other }),
        (one, other) => one.or(other),
    }
}
