//! How much one may ask: a bucket for each, that fills evenly.
//!
//! Memory is bounded: buckets that are full again are forgotten, and when there are too many others, whoever comes new
//! shares one. Who has a bucket keeps it.

use std::collections::HashMap;
use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::state::keyed::ShrinkableKeyedStateStore;
use governor::{Quota, RateLimiter};
use tokio::time::Instant;

/// How many buckets there are at most.
const MAX_BUCKETS: usize = 16 * 1024;
/// How often full buckets are looked for, in seconds; every second when there is no room.
const SWEEP_INTERVAL_S: u64 = 60;

/// Time as the runtime has it, so that tests can stop it.
#[derive(Debug, Clone, Copy)]
struct RuntimeClock(Instant);

impl Clock for RuntimeClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

/// A bucket for each key while there is room, and one for all that have none of their own.
struct Store<K> {
    of_each: Mutex<HashMap<Option<K>, Nanos>>,
    max_buckets: usize,
}

impl<K> Store<K> {
    fn of_each(&self) -> MutexGuard<'_, HashMap<Option<K>, Nanos>> {
        self.of_each.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Hash + Eq + Clone> StateStore for Store<K> {
    type Key = Option<K>;

    fn measure_and_replace<T, F, E>(&self, key: &Self::Key, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut buckets = self.of_each();
        let has_own = buckets.len() < self.max_buckets || buckets.contains_key(key);
        let key = key.clone().filter(|_| has_own);
        let (taken, level) = measure(buckets.get(&key).copied())?;
        buckets.insert(key, level);
        Ok(taken)
    }
}

impl<K: Hash + Eq + Clone> ShrinkableKeyedStateStore<Option<K>> for Store<K> {
    fn retain_recent(&self, drop_below: Nanos) {
        self.of_each().retain(|_, level| *level > drop_below);
    }

    fn shrink_to_fit(&self) {
        self.of_each().shrink_to_fit();
    }

    fn len(&self) -> usize {
        self.of_each().len()
    }

    fn is_empty(&self) -> bool {
        self.of_each().is_empty()
    }
}

type Buckets<K> = RateLimiter<Option<K>, Store<K>, RuntimeClock, NoOpMiddleware<Duration>>;

/// Counts what each asks.
pub(crate) struct Limit<K: Hash + Eq + Clone> {
    buckets: Option<Buckets<K>>,
    clock: RuntimeClock,
    max_buckets: usize,
    /// When full buckets were looked for last, in seconds of the clock.
    swept: AtomicU64,
}

impl<K: Hash + Eq + Clone> Limit<K> {
    /// So many a minute, all of them at once if need be; 0 is any number.
    pub(crate) fn per_minute(number: u32) -> Self {
        Self::with_buckets(number, MAX_BUCKETS)
    }

    fn with_buckets(number: u32, max_buckets: usize) -> Self {
        let clock = RuntimeClock(Instant::now());
        let buckets = NonZeroU32::new(number).map(|number| {
            let store = Store { of_each: Mutex::default(), max_buckets };
            RateLimiter::new(Quota::per_minute(number), store, clock)
        });
        Self { buckets, clock, max_buckets, swept: AtomicU64::new(0) }
    }

    /// Takes one from somebody's bucket.
    ///
    /// # Errors
    /// After how many seconds there will be one.
    pub(crate) fn take(&self, key: &K) -> Result<(), u64> {
        let Some(buckets) = &self.buckets else { return Ok(()) };
        let now_s = self.clock.now().as_secs();
        let since_s = now_s.saturating_sub(self.swept.load(Ordering::Relaxed));
        if since_s >= SWEEP_INTERVAL_S || (since_s > 0 && buckets.len() >= self.max_buckets) {
            self.swept.store(now_s, Ordering::Relaxed);
            buckets.retain_recent();
            buckets.shrink_to_fit();
        }
        let taken = buckets.check_key(&Some(key.clone()));
        taken.map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_bucket_is_emptied_and_fills_again_while_others_are_full() {
        let limit = Limit::per_minute(60);
        for _ in 0..60 {
            limit.take(&"one").unwrap();
        }
        assert_eq!(limit.take(&"one"), Err(1));
        limit.take(&"other").unwrap();
        tokio::time::advance(Duration::from_millis(1001)).await;
        limit.take(&"one").unwrap();
        assert!(limit.take(&"one").is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn buckets_are_bounded_and_full_ones_are_forgotten() {
        let limit = Limit::with_buckets(2, 10);
        let taken = (0..1000).filter(|number| limit.take(number).is_ok()).count();
        // Ten have a bucket of their own (one request each), all others share one with room for two.
        assert_eq!(taken, 12);
        assert!(limit.buckets.as_ref().unwrap().len() <= 11);
        tokio::time::advance(Duration::from_secs(120)).await;
        limit.take(&5000).unwrap();
        assert_eq!(limit.buckets.as_ref().unwrap().len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_a_bucket_keeps_it_when_there_is_no_room_for_others() {
        let limit = Limit::with_buckets(3, 10);
        for number in 0..10 {
            limit.take(&number).unwrap();
        }
        // Newcomers empty the bucket that they share, and no other.
        assert_eq!((10..1000).filter(|number| limit.take(number).is_ok()).count(), 3);
        for number in 0..10 {
            assert_eq!((limit.take(&number), limit.take(&number)), (Ok(()), Ok(())));
            assert!(limit.take(&number).is_err());
        }
    }

    #[test]
    fn zero_is_without_limit() {
        let limit = Limit::per_minute(0);
        assert!((0..100_000).all(|_| limit.take(&"one").is_ok()));
    }
}
