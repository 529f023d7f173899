//! The last events, each with a number.

use std::collections::VecDeque;
use std::sync::Arc;

use axum::body::Bytes;
use model::ContentHash;

/// An event as it is sent.
#[derive(Debug)]
pub(super) struct Entry {
    /// Its bytes, the same for everybody.
    pub(super) frame: Bytes,
    /// Whom it is for.
    pub(super) audience: Audience,
    /// The memory whose text it shows, if it shows one.
    pub(super) shows: Option<ContentHash>,
}

/// Whom an event is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Audience {
    /// All who listen to the space.
    All,
    /// Those who listen to this partition, or to all of them.
    Partition(String),
    /// The principal with this id, and administrators; nobody who listens to some partitions only.
    WhoeverAsked(String),
}

/// The last events. Numbers begin at 1 and are never given twice.
pub(super) struct Ring {
    entries: VecDeque<Arc<Entry>>,
    capacity: usize,
    /// The number that comes next.
    next: u64,
}

/// What is at a place of the ring.
pub(super) enum At {
    /// This event, with the number after it.
    Entry(Arc<Entry>, u64),
    /// So many events that are forgotten, and the number of the first that is not.
    Forgotten(u64, u64),
    /// Nothing yet.
    End,
}

impl Ring {
    pub(super) fn new(capacity: usize) -> Self {
        Self { entries: VecDeque::new(), capacity: capacity.max(1), next: 1 }
    }

    /// The number that comes next.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// The number of the oldest event that is known.
    pub(super) fn first(&self) -> u64 {
        self.next - self.entries.len() as u64
    }

    /// Adds an event; the oldest makes room for it.
    pub(super) fn push(&mut self, entry: Entry) {
        if self.entries.len() == self.capacity {
            self.entries.pop_front();
        }
        self.entries.push_back(Arc::new(entry));
        self.next += 1;
    }

    /// Says something else in the place of every event that shows the text of this memory: what was deleted is not shown again.
    pub(super) fn conceal(&mut self, hash: &ContentHash, concealed: impl Fn(u64) -> Bytes) {
        let first = self.first();
        for (number, entry) in (first..).zip(&mut self.entries) {
            if entry.shows.as_ref() == Some(hash) {
                let audience = entry.audience.clone();
                *entry = Arc::new(Entry { frame: concealed(number), audience, shows: None });
            }
        }
    }

    /// Forgets all events, because some were not seen: nobody can go on from an earlier one. One number is left out, so that
    /// the last one is no exception.
    pub(super) fn break_off(&mut self) {
        self.entries.clear();
        self.next += 1;
    }

    /// What is at a place.
    pub(super) fn at(&self, number: u64) -> At {
        let first = self.first();
        if number < first {
            return At::Forgotten(first - number, first);
        }
        let entry = usize::try_from(number - first).ok().and_then(|index| self.entries.get(index));
        entry.map_or(At::End, |entry| At::Entry(Arc::clone(entry), number + 1))
    }

    /// Events from a number on.
    pub(super) fn from(&self, number: u64) -> impl Iterator<Item = &Arc<Entry>> {
        let skipped = usize::try_from(number.saturating_sub(self.first())).unwrap_or(usize::MAX);
        self.entries.iter().skip(skipped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(capacity: usize, events: usize) -> Ring {
        let mut ring = Ring::new(capacity);
        for _ in 0..events {
            ring.push(Entry { frame: Bytes::new(), audience: Audience::All, shows: None });
        }
        ring
    }

    #[test]
    fn the_last_events_are_known_and_older_ones_are_counted() {
        let ring = ring(3, 5);
        assert_eq!((ring.first(), ring.next()), (3, 6));
        assert!(matches!(ring.at(1), At::Forgotten(2, 3)));
        assert!(matches!(ring.at(3), At::Entry(_, 4)));
        assert!(matches!(ring.at(5), At::Entry(_, 6)));
        assert!(matches!(ring.at(6), At::End));
        assert_eq!((ring.from(4).count(), ring.from(0).count(), ring.from(9).count()), (2, 3, 0));
    }

    #[test]
    fn after_a_break_nobody_goes_on_from_before() {
        let mut ring = ring(3, 2);
        ring.break_off();
        assert_eq!((ring.first(), ring.next()), (4, 4));
        assert!(
            matches!(ring.at(3), At::Forgotten(1, 4)),
            "the place after the last event is no place any more"
        );
        assert!(matches!(ring.at(4), At::End));
    }
}
