//! How many streams are open, whose, and since when.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::Space;
use tokio::time::Instant;

/// Which share of all streams may be of the same principal: one in so many.
const SHARE: usize = 4;
/// How many bytes of the name of a client are kept.
const USER_AGENT_BYTES: usize = 120;

/// Who opens a stream.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    /// The principal.
    pub(crate) principal: String,
    /// The space to which it listens.
    pub(crate) space: Space,
    /// Where it asks from.
    pub(crate) address: Option<String>,
    /// The program, as it calls itself.
    pub(crate) user_agent: String,
}

/// Why there is no seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Full {
    /// The principal has as many streams as it may have.
    ForOne,
    /// There are as many streams as there may be.
    ForAll,
}

/// Who sits where.
pub(crate) struct Seats {
    max: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    next: u64,
    seated: HashMap<u64, Arc<Seated>>,
    of_principal: HashMap<String, usize>,
    of_space: HashMap<Space, usize>,
}

/// An open stream.
#[derive(Debug)]
pub(crate) struct Seated {
    /// Its name.
    pub(crate) id: String,
    /// Who opened it.
    pub(crate) visitor: Visitor,
    since: Instant,
    /// When it gave a sign of life last, in milliseconds since then.
    heartbeat_ms: AtomicU64,
}

/// The right to a stream, until it is dropped.
pub(crate) struct Seat {
    seats: Arc<Seats>,
    number: u64,
    seated: Arc<Seated>,
}

impl Seats {
    pub(super) fn new(max: usize) -> Arc<Self> {
        Arc::new(Self { max, taken: Mutex::default() })
    }

    pub(super) fn sit(self: &Arc<Self>, id: String, mut visitor: Visitor) -> Result<Seat, Full> {
        shorten(&mut visitor.user_agent);
        let mut taken = self.taken();
        if taken.seated.len() >= self.max {
            return Err(Full::ForAll);
        }
        let own = taken.of_principal.entry(visitor.principal.clone()).or_default();
        if *own >= (self.max / SHARE).max(1) {
            return Err(Full::ForOne);
        }
        *own += 1;
        *taken.of_space.entry(visitor.space.clone()).or_default() += 1;
        taken.next += 1;
        let number = taken.next;
        let seated = Seated { id, visitor, since: Instant::now(), heartbeat_ms: AtomicU64::new(0) };
        let seated = Arc::new(seated);
        taken.seated.insert(number, Arc::clone(&seated));
        Ok(Seat { seats: Arc::clone(self), number, seated })
    }

    /// How many streams are open.
    pub(crate) fn count(&self) -> usize {
        self.taken().seated.len()
    }

    /// How many streams of a space are open.
    pub(crate) fn count_of(&self, space: &Space) -> usize {
        self.taken().of_space.get(space).copied().unwrap_or_default()
    }

    /// The open streams, the oldest first, at most so many, of those that are meant.
    pub(crate) fn list(&self, limit: usize, is_meant: impl Fn(&Visitor) -> bool) -> Vec<Arc<Seated>> {
        let taken = self.taken();
        let mut meant: Vec<_> = taken.seated.iter().filter(|(_, seated)| is_meant(&seated.visitor)).collect();
        meant.sort_unstable_by_key(|(number, _)| **number);
        meant.into_iter().take(limit).map(|(_, seated)| Arc::clone(seated)).collect()
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Cuts a name between two characters.
fn shorten(name: &mut String) {
    let mut end = USER_AGENT_BYTES.min(name.len());
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.truncate(end);
    name.shrink_to_fit();
}

impl Seated {
    /// How long it has been open.
    pub(crate) fn open_for(&self) -> Duration {
        self.since.elapsed()
    }

    /// How long ago it gave a sign of life.
    pub(crate) fn silent_for(&self) -> Duration {
        self.open_for().saturating_sub(Duration::from_millis(self.heartbeat_ms.load(Ordering::Relaxed)))
    }

    /// It gives one now.
    pub(super) fn beat(&self) {
        let ms = u64::try_from(self.open_for().as_millis()).unwrap_or(u64::MAX);
        self.heartbeat_ms.store(ms, Ordering::Relaxed);
    }
}

impl Seat {
    /// Who sits on it.
    pub(crate) fn seated(&self) -> &Seated {
        &self.seated
    }

    /// How many streams of its space are open.
    pub(super) fn taken(&self) -> usize {
        self.seats.count_of(&self.seated.visitor.space)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
        taken.seated.remove(&self.number);
        let Visitor { principal, space, .. } = &self.seated.visitor;
        leave(&mut taken.of_principal, principal);
        leave(&mut taken.of_space, space);
    }
}

/// Counts one less; of who has none, nothing is kept.
fn leave<K: Eq + Hash>(counts: &mut HashMap<K, usize>, of: &K) {
    if let Some(count) = counts.get_mut(of) {
        *count -= 1;
        if *count == 0 {
            counts.remove(of);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visitor(principal: &str) -> Visitor {
        let space = Space::Default;
        Visitor { principal: principal.to_owned(), space, address: None, user_agent: "é".repeat(100) }
    }

    #[test]
    fn nobody_takes_more_than_a_quarter_and_all_together_no_more_than_there_are() {
        let seats = Seats::new(8);
        let sit = |principal: &str| seats.sit("id".to_owned(), visitor(principal));
        let (first, second) = (sit("a").unwrap(), sit("a").unwrap());
        assert_eq!(sit("a").err(), Some(Full::ForOne));
        drop(first);
        let again = sit("a").unwrap();
        let others: Vec<Seat> = ["b", "b", "c", "c", "d", "d"].map(|of| sit(of).unwrap()).into();
        assert_eq!(sit("e").err(), Some(Full::ForAll));
        assert_eq!(seats.count(), 8);
        drop((second, again, others));
        assert_eq!(seats.count(), 0);
        assert!(seats.taken().of_principal.is_empty(), "nothing is kept of who left");
    }

    #[test]
    fn streams_are_counted_for_each_space_alone() {
        let seats = Seats::new(20);
        let crew = Space::Named(model::SpaceId::from_bytes([1; 10]));
        let sit = |space: &Space| {
            seats.sit("id".to_owned(), Visitor { space: space.clone(), ..visitor("a") }).unwrap()
        };
        let (own, others) = (sit(&crew), [sit(&Space::Default), sit(&Space::Default)]);
        assert_eq!((own.taken(), others[0].taken(), seats.count()), (1, 2, 3));
        drop(own);
        assert_eq!((seats.count_of(&crew), seats.count_of(&Space::Default)), (0, 2));
        assert_eq!(seats.taken().of_space.len(), 1, "nothing is kept of who left");
    }

    #[test]
    fn the_name_of_a_client_is_cut_between_characters() {
        let seats = Seats::new(4);
        let seat = seats.sit("id".to_owned(), visitor("a")).unwrap();
        assert_eq!(seat.seated().visitor.user_agent, "é".repeat(60));
    }
}
