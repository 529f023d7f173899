//! A clock that moves only when it is told to.

use std::sync::Mutex;

use model::Timestamp;
use ports::Clock;

/// A clock that stands at 2026-03-11T15:30:00Z (as the recorded time vectors do) until it is moved. Its zone is UTC.
#[derive(Debug)]
pub struct FakeClock(Mutex<Timestamp>);

impl Default for FakeClock {
    fn default() -> Self {
        Self(Mutex::new(Timestamp::from_microseconds(1_773_243_000_000_000)))
    }
}

impl FakeClock {
    /// Moves the clock.
    ///
    /// # Panics
    /// When another test thread panicked while it moved the clock.
    #[expect(clippy::unwrap_used, reason = "test support")]
    pub fn advance(&self, seconds: f64) {
        let mut now = self.0.lock().unwrap();
        *now = now.plus_seconds(seconds);
    }
}

impl Clock for FakeClock {
    #[expect(clippy::unwrap_used, reason = "test support")]
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    fn zone(&self) -> jiff::tz::TimeZone {
        jiff::tz::TimeZone::UTC
    }
}
