//! How long one has to wait after so many attempts that failed.

use crate::Timestamp;

/// How attempts are slowed down: some are free, and after each further one it takes twice as long until the next one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backoff {
    /// How many may fail without a wait.
    pub free: u32,
    /// The first wait, in seconds.
    pub first_s: f64,
    /// The longest one, in seconds.
    pub longest_s: f64,
    /// After so many seconds without an attempt all is forgotten.
    pub forget_s: f64,
}

/// The attempts that count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Attempts {
    /// How many.
    pub count: u32,
    /// When the last one was.
    pub last_at: Timestamp,
}

impl Backoff {
    /// From when on the next attempt may be made.
    #[must_use]
    pub fn next_at(&self, attempts: &Attempts) -> Timestamp {
        match attempts.count.checked_sub(self.free) {
            None => attempts.last_at,
            // 2^64 seconds are longer than any wait.
            Some(beyond) => {
                let wait_s = self.first_s * 2_f64.powi(beyond.min(64).cast_signed());
                attempts.last_at.plus_seconds(wait_s.min(self.longest_s))
            }
        }
    }

    /// Those attempts that still count.
    #[must_use]
    pub fn counting(&self, attempts: Option<Attempts>, now: Timestamp) -> Option<Attempts> {
        attempts.filter(|attempts| now < attempts.last_at.plus_seconds(self.forget_s))
    }

    /// One attempt more, which counts until it is forgiven.
    ///
    /// # Errors
    /// From when on it may be made, when it is too early.
    pub fn attempt(&self, attempts: Option<Attempts>, now: Timestamp) -> Result<Attempts, Timestamp> {
        let before = self.counting(attempts, now);
        // Of attempts made at the same time the clocks may have been read in another order: free ones are free all the same.
        let slowed = before.filter(|before| before.count >= self.free);
        if let Some(next_at) = slowed.map(|slowed| self.next_at(&slowed)).filter(|next_at| now < *next_at) {
            return Err(next_at);
        }
        let last_at = before.map(|before| before.last_at).filter(|last_at| *last_at > now).unwrap_or(now);
        Ok(Attempts { count: before.map_or(0, |before| before.count).saturating_add(1), last_at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BACKOFF: Backoff = Backoff { free: 3, first_s: 2.0, longest_s: 10.0, forget_s: 100.0 };

    fn at(seconds: f64) -> Timestamp {
        Timestamp::from_seconds(seconds).unwrap()
    }

    #[test]
    fn some_attempts_are_free_and_then_each_wait_is_twice_as_long() {
        let waits = [1, 2, 3, 4, 5, 6, 7, u32::MAX]
            .map(|count| BACKOFF.next_at(&Attempts { count, last_at: at(50.0) }));
        assert_eq!(waits, [50.0, 50.0, 52.0, 54.0, 58.0, 60.0, 60.0, 60.0].map(at));
    }

    #[test]
    fn an_attempt_is_refused_until_the_moment_in_which_the_wait_is_over() {
        let before = Some(Attempts { count: 3, last_at: at(50.0) });
        assert_eq!(BACKOFF.attempt(before, at(51.9)), Err(at(52.0)));
        assert_eq!(BACKOFF.attempt(before, at(52.0)), Ok(Attempts { count: 4, last_at: at(52.0) }));
        assert_eq!(BACKOFF.attempt(None, at(52.0)), Ok(Attempts { count: 1, last_at: at(52.0) }));
    }

    #[test]
    fn attempts_at_the_same_time_are_free_in_whatever_order_they_are_counted() {
        let before = Some(Attempts { count: 1, last_at: at(50.001) });
        assert_eq!(BACKOFF.attempt(before, at(50.0)), Ok(Attempts { count: 2, last_at: at(50.001) }));
        let slowed = Some(Attempts { count: 3, last_at: at(50.001) });
        assert_eq!(BACKOFF.attempt(slowed, at(50.0)), Err(at(52.001)));
    }

    #[test]
    fn what_is_long_ago_is_forgotten() {
        let before = Some(Attempts { count: 30, last_at: at(50.0) });
        assert_eq!(BACKOFF.attempt(before, at(149.0)).unwrap().count, 31);
        assert_eq!(BACKOFF.attempt(before, at(150.0)).unwrap().count, 1);
    }

    proptest! {
        #[test]
        fn nobody_gets_more_attempts_than_the_waits_allow(
            pauses in prop::collection::vec(0.0_f64..20.0, 1..200),
        ) {
            let (mut now, mut attempts, mut made) = (at(0.0), None, 0);
            for pause in pauses {
                now = now.plus_seconds(pause);
                if let Ok(next) = BACKOFF.attempt(attempts, now) {
                    (attempts, made) = (Some(next), made + 1);
                }
            }
            // The free ones, those of the growing waits (2, 4, 8), and then one in ten seconds.
            prop_assert!(f64::from(made) <= 6.0 + now.as_seconds() / 10.0 + 1.0, "{made} in {now:?}");
        }
    }
}
