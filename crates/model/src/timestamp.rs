//! Points in time, as the database holds them.

use std::fmt;

/// A point in time: seconds since the Unix epoch, UTC, with a fraction. Always finite.
///
/// The database holds a floating-point number, and that number is the authority: it is carried unchanged.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Timestamp(f64);

impl Timestamp {
    /// The latest second that has a four-digit year (9999-12-31T23:59:59Z).
    const MAX_SECONDS: f64 = 253_402_300_799.0;

    /// A time from seconds since the epoch; none when the number is not finite or lies outside the years 0 to 9999.
    #[must_use]
    pub fn from_seconds(seconds: f64) -> Option<Self> {
        (-62_167_219_200.0..=Self::MAX_SECONDS).contains(&seconds).then_some(Self(seconds))
    }

    /// A time from microseconds since the epoch.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "microseconds of any real date are below 2^53")]
    pub fn from_microseconds(microseconds: i64) -> Self {
        Self((microseconds as f64 / 1e6).clamp(-62_167_219_200.0, Self::MAX_SECONDS))
    }

    /// A time from ISO 8601 text as it stands in database rows: with `Z`, an offset, or neither (then UTC).
    #[must_use]
    pub fn from_stored_iso(text: &str) -> Option<Self> {
        let text = text.trim();
        let instant: jiff::Timestamp = match text.parse() {
            Ok(instant) => instant,
            Err(_) => jiff::tz::TimeZone::UTC.to_timestamp(text.parse().ok()?).ok()?,
        };
        Some(Self::from_microseconds(instant.as_microsecond()))
    }

    /// Seconds since the epoch.
    #[must_use]
    pub fn as_seconds(self) -> f64 {
        self.0
    }

    /// Microseconds since the epoch, rounded.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked on construction")]
    pub fn as_microseconds(self) -> i64 {
        (self.0 * 1e6).round() as i64
    }

    /// The time this many seconds later (earlier, when negative).
    #[must_use]
    pub fn plus_seconds(self, seconds: f64) -> Self {
        Self((self.0 + seconds).clamp(-62_167_219_200.0, Self::MAX_SECONDS))
    }
}

/// ISO 8601 in UTC with `Z`, microseconds only when there are some: `2026-11-22T08:23:05.738571Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.as_microseconds();
        let precision = if micros.rem_euclid(1_000_000) == 0 { 0 } else { 6 };
        // A civil time: an instant of jiff's ends a day before the year 9999 does.
        let epoch = jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0);
        match epoch.checked_add(jiff::SignedDuration::from_micros(micros)) {
            Ok(utc) => write!(f, "{utc:.precision$}Z"),
            Err(_) => write!(f, "{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_the_original_writes_them() {
        assert_eq!(
            Timestamp::from_seconds(1_795_335_785.738_571_2).unwrap().to_string(),
            "2026-11-22T08:23:05.738571Z"
        );
        assert_eq!(Timestamp::from_seconds(1_795_332_222.0).unwrap().to_string(), "2026-11-22T07:23:42Z");
    }

    #[test]
    fn stored_texts_with_and_without_offset_are_read() {
        let expected = Some(Timestamp::from_microseconds(1_795_332_222_000_000));
        for text in [
            "2026-11-22T07:23:42Z",
            "2026-11-22T07:23:42",
            "2026-11-22T08:23:42+01:00",
            "2026-11-22 07:23:42",
        ] {
            assert_eq!(Timestamp::from_stored_iso(text), expected, "{text}");
        }
        assert_eq!(Timestamp::from_stored_iso("yesterday"), None);
    }

    #[test]
    fn the_first_and_the_last_second_are_written_as_any_other() {
        assert_eq!(Timestamp::from_microseconds(i64::MIN).to_string(), "0000-01-01T00:00:00Z");
        assert_eq!(Timestamp::from_microseconds(i64::MAX).to_string(), "9999-12-31T23:59:59Z");
    }

    #[test]
    fn numbers_that_are_no_time_are_refused() {
        for seconds in [f64::NAN, f64::INFINITY, 1e18, -1e18] {
            assert_eq!(Timestamp::from_seconds(seconds), None);
        }
    }
}
