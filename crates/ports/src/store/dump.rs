//! Carrying memories from store to store without loss: reading all of them as they stand, and writing them as they were.

use std::ops::ControlFlow;

use model::{Filter, ModelIdentity, Record};

/// What a dump holds, beside the live memories that meet a filter.
#[derive(Debug, Clone, PartialEq)]
pub struct DumpRequest {
    /// Only memories that meet it, deleted ones too. Of edges, those are given that lead from memory to memory (or entity)
    /// within what it includes; all edges, when it includes everything.
    pub filter: Filter,
    /// Also deleted memories, with the edges that went with them.
    pub deleted: bool,
    /// Also edges.
    pub edges: bool,
    /// The vectors of [`MemoryStore::model`](crate::MemoryStore::model), too.
    pub vectors: bool,
}

impl DumpRequest {
    /// Everything that a store can give.
    #[must_use]
    pub fn everything() -> Self {
        Self { filter: Filter::everything(), deleted: true, edges: true, vectors: true }
    }
}

/// What takes a dump, one record after the other. It is called on the thread of the store, which waits for it: slow sinks
/// keep that thread, and nothing is collected for them.
pub trait DumpSink: Send {
    /// Called once, before any record: whose the vectors are, and how many memories come, deleted ones among them.
    fn begin(&mut self, model: &ModelIdentity, memories: u64) -> ControlFlow<()>;

    /// Takes a record. [`ControlFlow::Break`] ends the dump.
    fn take(&mut self, record: Record) -> ControlFlow<()>;
}

/// How a memory or an edge stands in a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is not there.
    Absent,
    /// It is there.
    Live,
    /// It is there as a deleted one.
    Deleted,
}

/// What is done with a record that is live and whose memory was deleted here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnDeleted {
    /// What is here wins: it stays deleted.
    #[default]
    Keep,
    /// The deleted one gives way to the record.
    Replace,
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loaded {
    /// It was written as it was.
    Written,
    /// It was written as it was, and a deleted one gave way to it.
    Replaced,
    /// A live one is here; that stays as it is.
    Live,
    /// A deleted one is here; that stays as it is.
    Deleted,
}

impl Loaded {
    /// What becomes of a record, by how it stands here.
    #[must_use]
    pub fn of(record: &Record, standing: Standing, on_deleted: OnDeleted) -> Self {
        match (standing, on_deleted) {
            (Standing::Absent, _) => Self::Written,
            (Standing::Live, _) => Self::Live,
            (Standing::Deleted, OnDeleted::Replace) if !record.is_deleted() => Self::Replaced,
            (Standing::Deleted, _) => Self::Deleted,
        }
    }

    /// Whether it was written.
    #[must_use]
    pub fn is_written(self) -> bool {
        matches!(self, Self::Written | Self::Replaced)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{ContentHash, MemoryRecord, Timestamp};

    #[test]
    fn what_is_here_wins_unless_the_caller_says_that_deleted_ones_give_way() {
        let live = MemoryRecord::bare(ContentHash::stored("k"), "text".to_owned());
        let deleted = MemoryRecord { deleted_at: Some(Timestamp::from_microseconds(1)), ..live.clone() };
        let [live, deleted] = [live, deleted].map(|memory| Record::Memory(Box::new(memory)));
        for (record, standing, keep, replace) in [
            (&live, Standing::Absent, Loaded::Written, Loaded::Written),
            (&live, Standing::Live, Loaded::Live, Loaded::Live),
            (&live, Standing::Deleted, Loaded::Deleted, Loaded::Replaced),
            (&deleted, Standing::Absent, Loaded::Written, Loaded::Written),
            (&deleted, Standing::Live, Loaded::Live, Loaded::Live),
            (&deleted, Standing::Deleted, Loaded::Deleted, Loaded::Deleted),
        ] {
            assert_eq!(Loaded::of(record, standing, OnDeleted::Keep), keep);
            assert_eq!(Loaded::of(record, standing, OnDeleted::Replace), replace);
        }
    }
}
