//! Times for people.

use jiff::tz::TimeZone;
use model::Timestamp;
use ports::Clock;

/// The present and the place from which times are told.
#[derive(Debug, Clone)]
pub struct Now {
    time: Timestamp,
    zone: TimeZone,
}

impl Now {
    /// The present as a clock has it.
    #[must_use]
    pub fn of(clock: &dyn Clock) -> Self {
        Self { time: clock.now(), zone: clock.zone() }
    }

    /// A time in full: `3 days ago (2026-11-21 18:20)`.
    #[must_use]
    pub fn in_full(&self, time: Timestamp) -> String {
        format!("{} ({})", self.ago(time), self.absolute(time))
    }

    /// How long ago: `just now`, `5 minutes ago`, `3 days ago`.
    #[must_use]
    pub fn ago(&self, time: Timestamp) -> String {
        let seconds = self.time.as_seconds() - time.as_seconds();
        if seconds < -60.0 {
            return "in the future".to_owned();
        }
        const UNITS: [(f64, &str); 6] = [
            (31_556_952.0, "year"),
            (2_629_746.0, "month"),
            (604_800.0, "week"),
            (86_400.0, "day"),
            (3600.0, "hour"),
            (60.0, "minute"),
        ];
        let Some((length, unit)) = UNITS.iter().find(|(length, _)| seconds >= *length) else {
            return "just now".to_owned();
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "positive, and years at most"
        )]
        let number = (seconds / length) as u64;
        format!("{number} {unit}{} ago", if number == 1 { "" } else { "s" })
    }

    /// The time of the clock here: `2026-11-21 18:20`.
    #[must_use]
    pub fn absolute(&self, time: Timestamp) -> String {
        match jiff::Timestamp::from_microsecond(time.as_microseconds()) {
            Ok(instant) => {
                instant.to_zoned_datetime(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
            }
            Err(_) => time.to_string(),
        }
    }
}

/// A present for tests: 2026-11-24 12:00 two hours east of Greenwich.
#[cfg(test)]
pub(crate) fn noon() -> Now {
    let time = Timestamp::from_stored_iso("2026-11-24T10:00:00Z").unwrap();
    Now { time, zone: TimeZone::fixed(jiff::tz::offset(2)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_the_largest_unit_that_fits() {
        let now = noon();
        for (seconds, text) in [
            (-120.0, "in the future"),
            (-5.0, "just now"),
            (59.0, "just now"),
            (60.0, "1 minute ago"),
            (3599.0, "59 minutes ago"),
            (86_399.0, "23 hours ago"),
            (86_400.0 * 6.9, "6 days ago"),
            (604_800.0, "1 week ago"),
            (86_400.0 * 31.0, "1 month ago"),
            (86_400.0 * 800.0, "2 years ago"),
        ] {
            assert_eq!(now.ago(now.time.plus_seconds(-seconds)), text);
        }
    }

    #[test]
    fn absolute_times_are_those_of_the_clock_on_the_wall() {
        let time = Timestamp::from_stored_iso("2026-11-21T22:30:00Z").unwrap();
        assert_eq!(noon().in_full(time), "2 days ago (2026-11-22 00:30)");
    }
}
