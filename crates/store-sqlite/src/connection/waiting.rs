//! Waiting for other processes that hold a lock.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ports::StoreError;

use crate::error::Result;
use crate::pool::Users;

/// The longest pause between two tries.
const LONGEST: Duration = Duration::from_millis(20);

/// How long a connection has waited in the call that it is running. SQLite asks it before each further try; so does
/// [`Waiting::retry`], because some conflicts (two connections that both want more than they have) come back at once.
pub(crate) struct Waiting {
    limit: Duration,
    users: Users,
    call: Mutex<Call>,
}

struct Call {
    begun: Instant,
    tries: u32,
}

impl Waiting {
    pub(crate) fn new(limit: Duration, users: Users) -> Self {
        Self { limit, users, call: Mutex::new(Call { begun: Instant::now(), tries: 0 }) }
    }

    /// Whoever uses the store: work for nobody is given up.
    pub(crate) fn users(&self) -> &Users {
        &self.users
    }

    /// A new call begins: the clock starts again.
    pub(crate) fn restart(&self) {
        *self.lock() = Call { begun: Instant::now(), tries: 0 };
    }

    /// Waits a little and says whether to try again: not when the limit is reached, nor when the store is being closed.
    pub(crate) fn pause(&self) -> bool {
        if self.users.are_gone() {
            return false;
        }
        let tries = {
            let mut call = self.lock();
            if call.begun.elapsed() >= self.limit {
                return false;
            }
            call.tries += 1;
            call.tries
        };
        std::thread::sleep(pause_length(tries));
        true
    }

    /// Does something until it is not prevented by a lock, or the limit is reached.
    ///
    /// # Errors
    /// [`StoreError::Busy`] with the time waited, [`StoreError::Closed`] when the store was closed meanwhile, and whatever the action fails with.
    pub(crate) fn retry<T>(&self, mut action: impl FnMut() -> Result<T>) -> Result<T> {
        loop {
            match action() {
                Err(StoreError::Busy { .. }) if self.pause() => {}
                Err(StoreError::Busy { .. }) if self.users.are_gone() => return Err(StoreError::Closed),
                Err(StoreError::Busy { .. }) => {
                    let waited = self.lock().begun.elapsed().as_millis();
                    return Err(StoreError::Busy { waited_ms: u64::try_from(waited).unwrap_or(u64::MAX) });
                }
                done => return done,
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Call> {
        self.call.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Grows from about a millisecond to [`LONGEST`], between half and the whole of it by chance, so that processes that
/// wait for each other do not keep step.
fn pause_length(tries: u32) -> Duration {
    let whole = Duration::from_millis(1).saturating_mul(1 << tries.min(6)).min(LONGEST);
    let chance = RandomState::new().build_hasher().finish() % 1000;
    whole / 2 + whole / 2 * u32::try_from(chance).unwrap_or(0) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_stay_within_their_bounds() {
        for tries in 0..100 {
            let pause = pause_length(tries);
            assert!(pause <= LONGEST && pause >= Duration::from_micros(500), "{tries}: {pause:?}");
        }
    }

    #[test]
    fn the_limit_ends_the_waiting_with_the_time_waited() {
        let waiting = Waiting::new(Duration::from_millis(5), Users::one());
        let error = waiting.retry::<()>(|| Err(StoreError::Busy { waited_ms: 0 })).unwrap_err();
        assert!(matches!(error, StoreError::Busy { waited_ms } if waited_ms >= 5), "{error:?}");
    }

    #[test]
    fn nothing_is_waited_for_when_the_store_is_closed() {
        let waiting = Waiting::new(Duration::from_secs(60), Users::default());
        assert!(!waiting.pause());
        let error = waiting.retry::<()>(|| Err(StoreError::Busy { waited_ms: 0 })).unwrap_err();
        assert!(matches!(error, StoreError::Closed), "{error:?}");
    }

    #[test]
    fn other_errors_are_not_retried() {
        let waiting = Waiting::new(Duration::from_secs(60), Users::one());
        let mut calls = 0;
        let error = waiting.retry::<()>(|| {
            calls += 1;
            Err(StoreError::Closed)
        });
        assert!(matches!(error, Err(StoreError::Closed)));
        assert_eq!(calls, 1);
    }
}
