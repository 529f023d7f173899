//! Stretches of a calendar, and what instants they are in a time zone.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};

use super::TimeRange;
use super::vocabulary::PartOfDay;
use crate::Timestamp;

/// A stretch of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Period {
    /// From one local date and time up to another.
    Civil { from: DateTime, before: DateTime },
    /// From one instant up to another, in microseconds since the epoch.
    Exact { from: i64, before: i64 },
}

/// What the clock and the calendar of the caller show.
#[derive(Debug, Clone, Copy)]
pub(super) struct Calendar<'z> {
    /// Now, in microseconds since the epoch.
    now: i64,
    /// The local date.
    pub(super) today: Date,
    /// The day up to which names without a year are looked for; today, or the end of a range whose beginning is read.
    pub(super) latest: Date,
    zone: &'z TimeZone,
}

impl Period {
    /// From the first day to the last, both included.
    pub(super) fn days(first: Date, last: Date) -> Option<Self> {
        // Years with four digits: what a timestamp and a person can write.
        let is_writable = first.year() >= 1 && first <= last;
        is_writable
            .then(|| last.tomorrow().ok())
            .flatten()
            .map(|end| Self::Civil { from: first.at(0, 0, 0, 0), before: end.at(0, 0, 0, 0) })
    }

    pub(super) fn day(date: Date) -> Option<Self> {
        Self::days(date, date)
    }

    /// Part of a day; it may reach into the next one.
    pub(super) fn part(date: Date, part: PartOfDay) -> Option<Self> {
        let from = date.at(part.from_hour, 0, 0, 0);
        let before = from.checked_add(i64::from(part.hours).hours()).ok()?;
        Some(Self::Civil { from, before })
    }

    /// The date, when it is one whole day.
    pub(super) fn as_day(self) -> Option<Date> {
        match self {
            Self::Civil { from, before } if from == from.date().at(0, 0, 0, 0) => {
                (from.date().tomorrow().ok()?.at(0, 0, 0, 0) == before).then(|| from.date())
            }
            _ => None,
        }
    }
}

impl<'z> Calendar<'z> {
    pub(super) fn new(now: Timestamp, zone: &'z TimeZone) -> Self {
        let now = now.as_microseconds();
        let instant = jiff::Timestamp::from_microsecond(now).unwrap_or(jiff::Timestamp::MAX);
        let today = zone.to_datetime(instant).date();
        Self { now, today, latest: today, zone }
    }

    /// The same calendar, where names without a year mean the latest up to the end of `period`.
    pub(super) fn up_to(self, period: Period) -> Self {
        let latest = match period {
            Period::Civil { before, .. } => before.date().yesterday().unwrap_or(Date::MIN),
            Period::Exact { before, .. } => self.date_of(before),
        };
        Self { latest, ..self }
    }

    /// From a local midnight until now.
    pub(super) fn since_day(self, first: Date) -> Option<Period> {
        let from = self.instant(first.at(0, 0, 0, 0))?;
        (first.year() >= 1).then_some(Period::Exact { from, before: self.now + 1 })
    }

    /// The last so many seconds until now.
    pub(super) fn last_seconds(self, seconds: i64) -> Period {
        Period::Exact { from: self.now - seconds * 1_000_000, before: self.now + 1 }
    }

    /// So many seconds ago, with some on either side, but not later than now.
    pub(super) fn seconds_ago(self, seconds: i64, either_side: i64) -> Period {
        let before = (seconds - either_side).max(0) * 1_000_000;
        let from = self.now - (seconds + either_side) * 1_000_000;
        Period::Exact { from, before: self.now - before + 1 }
    }

    /// This instant.
    pub(super) fn now(self) -> Period {
        Period::Exact { from: self.now, before: self.now + 1 }
    }

    /// The instants between which a period lies. An hour that a change of the clocks leaves out is empty.
    pub(super) fn range(self, period: Period) -> Option<TimeRange> {
        let (from, before) = match period {
            Period::Civil { from, before } => (self.instant(from)?, self.instant(before)?),
            Period::Exact { from, before } => (from, before),
        };
        let from = Timestamp::from_microseconds(from);
        let before = Timestamp::from_microseconds(before);
        Some(TimeRange { from: Some(from), before: Some(if before < from { from } else { before }) })
    }

    /// The instant of a local time: the first of two, and after a gap when it falls into one.
    fn instant(self, local: DateTime) -> Option<i64> {
        let instant = self.zone.to_timestamp(local).ok()?;
        Some(instant.as_microsecond())
    }

    fn date_of(self, microseconds: i64) -> Date {
        let instant = jiff::Timestamp::UNIX_EPOCH
            .checked_add(SignedDuration::from_micros(microseconds))
            .unwrap_or(jiff::Timestamp::MAX);
        self.zone.to_datetime(instant).date()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn hours(zone: &str, day: Date) -> f64 {
        let zone = TimeZone::get(zone).unwrap();
        let calendar = Calendar::new(Timestamp::from_microseconds(0), &zone);
        let range = calendar.range(Period::day(day).unwrap()).unwrap();
        (range.before.unwrap().as_seconds() - range.from.unwrap().as_seconds()) / 3600.0
    }

    #[test]
    fn days_are_as_long_as_the_zone_makes_them() {
        assert!((hours("Europe/Berlin", date(2026, 3, 29)) - 23.0).abs() < 1e-9);
        assert!((hours("Europe/Berlin", date(2026, 10, 25)) - 25.0).abs() < 1e-9);
        assert!(
            (hours("America/Sao_Paulo", date(2018, 11, 4)) - 23.0).abs() < 1e-9,
            "midnight does not exist"
        );
        assert!((hours("America/Havana", date(2026, 11, 1)) - 25.0).abs() < 1e-9, "midnight comes twice");
        assert!(hours("Pacific/Apia", date(2011, 12, 30)).abs() < 1e-9, "the day does not exist");
    }

    #[test]
    fn the_year_0_and_the_day_after_the_last_are_no_periods() {
        assert_eq!(Period::day(date(0, 12, 31)), None);
        assert!(Period::day(date(1, 1, 1)).is_some());
        assert_eq!(Period::day(date(9999, 12, 31)), None);
    }
}
