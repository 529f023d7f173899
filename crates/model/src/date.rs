//! Dates as callers write them.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use thiserror::Error;

use crate::Timestamp;

/// Why a text is not a date.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{given:?} is not a date: write YYYY-MM-DD or a date and time such as 2026-03-11T15:30:00Z")]
pub struct InvalidDate {
    /// What was given.
    pub given: String,
}

/// Reads a date or a date and time (RFC 3339). A bare date is midnight in the caller's `zone`; a date and time without
/// offset is UTC (release 12's rule).
///
/// # Errors
/// [`InvalidDate`] for anything else.
pub fn parse_date(text: &str, zone: &TimeZone) -> Result<Timestamp, InvalidDate> {
    let trimmed = text.trim();
    let instant = if let Ok(instant) = trimmed.parse::<jiff::Timestamp>() {
        Some(instant)
    } else if is_bare_date(trimmed) {
        trimmed.parse::<Date>().ok().and_then(|date| zone.to_timestamp(date.at(0, 0, 0, 0)).ok())
    } else {
        trimmed.parse::<DateTime>().ok().and_then(|date| TimeZone::UTC.to_timestamp(date).ok())
    };
    instant
        .map(|instant| Timestamp::from_microseconds(instant.as_microsecond()))
        .ok_or_else(|| InvalidDate { given: text.chars().take(100).collect() })
}

fn is_bare_date(text: &str) -> bool {
    text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, InvalidDate> {
        parse_date(text, &TimeZone::fixed(jiff::tz::offset(2))).map(|time| time.to_string())
    }

    #[test]
    fn a_bare_date_is_local_midnight_and_a_time_without_offset_is_utc() {
        assert_eq!(read("2026-03-11").unwrap(), "2026-03-10T22:00:00Z");
        assert_eq!(read(" 2026-03-11T15:30:00 ").unwrap(), "2026-03-11T15:30:00Z");
        assert_eq!(read("2026-03-11T15:30:00+02:00").unwrap(), "2026-03-11T13:30:00Z");
    }

    #[test]
    fn anything_else_is_refused_and_named() {
        for text in
            ["", "2026-13-01", "2026-02-30", "11.3.2026", "yesterday", "2026-03-11'; DROP TABLE memories; --"]
        {
            let error = read(text).unwrap_err();
            assert_eq!(error.given, text);
        }
    }
}
