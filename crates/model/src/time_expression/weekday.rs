//! Days of the week: `monday`, `on tuesday`, `last friday`, `monday of last week`.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::period::Period;
use super::reader::Reader;
use super::relative::monday_of;
use super::vocabulary;

/// Words before a day of the week that show it to be one day.
const LEADS: &[&str] = &["on", "since", "before", "after", "until", "till", "between", "from"];

impl Reader<'_> {
    /// Without more it is the latest such day, today included; `last` leaves today out, `this` is the current week's.
    pub(super) fn weekday(&mut self) -> Option<Period> {
        let modifier = self.take(&["last", "this", "previous"]);
        let (weekday, is_written_out) = self.known(vocabulary::weekday)?;
        if self.is_prose() && (!is_written_out || modifier.is_none() && !self.is_led_by(LEADS)) {
            return None;
        }
        if modifier.is_none()
            && let Some(week) = self.attempt(Self::week_behind)
        {
            return Period::day(in_week(week, weekday)?);
        }
        let latest = self.calendar.latest;
        let date = match modifier {
            Some("this") => in_week(monday_of(self.calendar.today)?, weekday)?,
            Some(_) => latest_weekday(latest.yesterday().ok()?, weekday)?,
            None => latest_weekday(latest, weekday)?,
        };
        Period::day(date)
    }

    /// The Monday of `[of] last week` or `[of] 2 weeks ago`.
    fn week_behind(&mut self) -> Option<Date> {
        self.take(&["of"]);
        let period = self.attempt(Self::unit_word).or_else(|| self.attempt(Self::ago))?;
        match period {
            Period::Civil { from, before } if from.date().checked_add(7.days()).ok()? == before.date() => {
                Some(from.date())
            }
            _ => None,
        }
    }
}

/// The latest such day of the week that is not after `day`.
fn latest_weekday(day: Date, weekday: Weekday) -> Option<Date> {
    day.checked_sub(i64::from(day.weekday().since(weekday)).days()).ok()
}

fn in_week(monday: Date, weekday: Weekday) -> Option<Date> {
    monday.checked_add(i64::from(weekday.to_monday_zero_offset()).days()).ok()
}
