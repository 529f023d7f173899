//! How many streams are open, and whose they are.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Seats for streams: so many, and so many of one principal.
pub(crate) struct Seats {
    total: usize,
    of_one: usize,
    taken: Mutex<HashMap<String, usize>>,
}

/// A seat, until it is dropped.
pub(crate) struct Seat {
    seats: Arc<Seats>,
    principal: String,
}

impl Seats {
    /// So many seats, of which a principal may take a quarter.
    pub(crate) fn new(total: usize) -> Arc<Self> {
        Arc::new(Self { total, of_one: total.div_ceil(4), taken: Mutex::default() })
    }

    /// A seat for a principal, if there is one.
    pub(crate) fn take(self: &Arc<Self>, principal: &str) -> Option<Seat> {
        let mut taken = self.taken();
        let (all, own) = (taken.values().sum::<usize>(), taken.get(principal).copied().unwrap_or_default());
        if all >= self.total || own >= self.of_one {
            return None;
        }
        taken.insert(principal.to_owned(), own + 1);
        Some(Seat { seats: Arc::clone(self), principal: principal.to_owned() })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
        match taken.get_mut(&self.principal) {
            Some(own) if *own > 1 => *own -= 1,
            _ => {
                taken.remove(&self.principal);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_principal_gets_a_quarter_of_the_seats_and_all_of_them_together_no_more_than_there_are() {
        let seats = Seats::new(8);
        let own: Vec<_> = (0..2).map(|_| seats.take("a").unwrap()).collect();
        assert!(seats.take("a").is_none());
        let others: Vec<_> = ["b", "b", "c", "c", "d", "d"].map(|id| seats.take(id).unwrap()).into();
        assert!(seats.take("e").is_none(), "all seats are taken");
        drop(own);
        let again = seats.take("e").unwrap();
        drop((others, again));
        assert!(seats.taken().is_empty());
    }
}
