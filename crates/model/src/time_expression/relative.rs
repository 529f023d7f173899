//! Times counted from now: `yesterday`, `3 days ago`, `last week`, `this month`, `recently`.

use jiff::ToSpan;
use jiff::civil::Date;

use super::period::Period;
use super::reader::Reader;
use super::vocabulary::{self, Unit, WHOLE_NIGHT};

impl Reader<'_> {
    /// `today`, `yesterday`, `tonight`, `this morning`, `last night`, `the day before yesterday`, `now`.
    pub(super) fn day_word(&mut self) -> Option<Period> {
        let today = self.calendar.today;
        if self.take(&["today"]).is_some() {
            return Period::day(today);
        }
        if self.take(&["yesterday"]).is_some() {
            return Period::day(today.yesterday().ok()?);
        }
        if self.take(&["tonight"]).is_some() {
            return Period::part(today, WHOLE_NIGHT);
        }
        if self.take_all(&["last", "night"]).is_some() {
            return Period::part(today.yesterday().ok()?, WHOLE_NIGHT);
        }
        if self.take_all(&["day", "before", "yesterday"]).is_some() {
            return Period::day(today.checked_sub(2.days()).ok()?);
        }
        if !self.is_prose() && self.take(&["now"]).is_some() {
            return Some(self.calendar.now());
        }
        self.take(&["this"])?;
        let part = self.known(vocabulary::part_of_day).filter(|part| part.from_hour > 0)?;
        Period::part(today, part)
    }

    /// `3 days ago`, `a week ago`, `half an hour ago`.
    pub(super) fn ago(&mut self) -> Option<Period> {
        if self.take_all(&["half", "an", "hour", "ago"]).is_some() {
            return Some(self.calendar.seconds_ago(30 * 60, 5 * 60));
        }
        let (amount, unit) = self.amount_of_units()?;
        self.take(&["ago", "back"])?;
        self.units_ago(amount, unit)
    }

    /// The unit that lies so many back; an hour and a minute have some time on either side.
    pub(super) fn units_ago(&self, amount: u16, unit: Unit) -> Option<Period> {
        let amount = i64::from(amount);
        match unit {
            Unit::Minute => Some(self.calendar.seconds_ago(amount * 60, 5 * 60)),
            Unit::Hour => Some(self.calendar.seconds_ago(amount * 3600, 30 * 60)),
            _ => unit_around(go_back(self.calendar.today, amount, unit)?, unit),
        }
    }

    /// `last 3 days`, `past week`, `last few hours`: until now.
    pub(super) fn last_units(&mut self) -> Option<Period> {
        if !self.is_prose() && self.at_bare_unit() {
            // The original's dashboard sends `week` and `month` alone.
            let unit = self.known(vocabulary::unit)?;
            return self.until_now(1, unit);
        }
        if !self.is_prose() && self.take(&["within"]).is_some() {
            let (amount, unit) = self.amount_of_units()?;
            return self.until_now(i64::from(amount), unit);
        }
        let word = self.take(&["last", "past", "previous"])?;
        let few = self.take(&["few"]).map(|_| 5);
        if let Some(amount) = few.or_else(|| self.amount()) {
            let unit = self.known(vocabulary::unit)?;
            return self.until_now(i64::from(amount), unit);
        }
        let unit = self.known(vocabulary::unit)?;
        let is_running = word == "past" || matches!(unit, Unit::Hour | Unit::Minute);
        // "A last minute change" is no time.
        let is_figure_of_speech = self.is_prose() && unit == Unit::Minute;
        if is_running && !is_figure_of_speech { self.until_now(1, unit) } else { None }
    }

    /// `last week`, `this month`, `last weekend`: whole units of the calendar.
    pub(super) fn unit_word(&mut self) -> Option<Period> {
        let back = match self.take(&["last", "previous", "this", "current"])? {
            "last" | "previous" => 1,
            _ => 0,
        };
        let today = self.calendar.today;
        if self.take(&["weekend"]).is_some() {
            // The one of last week, also on a Saturday: as with the other units.
            let monday = monday_of(go_back(today, back, Unit::Week)?)?;
            return Period::days(monday.checked_add(5.days()).ok()?, monday.checked_add(6.days()).ok()?);
        }
        let unit = self.known(vocabulary::unit).filter(|unit| !matches!(unit, Unit::Minute | Unit::Hour))?;
        // "The last day of the project" counts from elsewhere.
        if self.is_prose() && self.sees(&["of"]) {
            return None;
        }
        unit_around(go_back(today, back, unit)?, unit)
    }

    /// `recently`, `lately`.
    pub(super) fn recently(&mut self) -> Option<Period> {
        self.take(&["recently", "recent", "lately"])?;
        // "In recent years" is longer.
        if self.word().is_some_and(|word| vocabulary::unit(word).is_some()) {
            return None;
        }
        Some(self.calendar.last_seconds(7 * 24 * 3600))
    }

    /// `3 days`, `a week`.
    pub(super) fn amount_of_units(&mut self) -> Option<(u16, Unit)> {
        let amount = match self.amount() {
            Some(amount) => amount,
            None => self.take(&["a", "an"]).map(|_| 1)?,
        };
        Some((amount, self.known(vocabulary::unit)?))
    }

    fn at_bare_unit(&self) -> bool {
        self.sees(&["day", "week", "month", "quarter", "year"])
    }

    fn until_now(&self, amount: i64, unit: Unit) -> Option<Period> {
        let calendar = self.calendar;
        match unit {
            Unit::Minute => Some(calendar.last_seconds(amount * 60)),
            Unit::Hour => Some(calendar.last_seconds(amount * 3600)),
            _ => calendar.since_day(first_day(go_back(calendar.today, amount, unit)?, unit)?),
        }
    }
}

/// The day that lies so many units back; in months and years it is the first day of a month.
fn go_back(day: Date, amount: i64, unit: Unit) -> Option<Date> {
    let span = match unit {
        Unit::Minute | Unit::Hour => return None,
        Unit::Day => amount.days(),
        Unit::Week => amount.weeks(),
        Unit::Month => amount.months(),
        Unit::Quarter => (3 * amount).months(),
        Unit::Year => amount.years(),
    };
    let start = if matches!(unit, Unit::Day | Unit::Week) { day } else { day.first_of_month() };
    start.checked_sub(span).ok()
}

/// The whole unit that contains a day.
fn unit_around(day: Date, unit: Unit) -> Option<Period> {
    let first = first_day(day, unit)?;
    let last = match unit {
        Unit::Minute | Unit::Hour => return None,
        Unit::Day => first,
        Unit::Week => first.checked_add(6.days()).ok()?,
        Unit::Month => first.last_of_month(),
        Unit::Quarter => first.checked_add(2.months()).ok()?.last_of_month(),
        Unit::Year => first.last_of_year(),
    };
    Period::days(first, last)
}

fn first_day(day: Date, unit: Unit) -> Option<Date> {
    match unit {
        Unit::Minute | Unit::Hour => None,
        Unit::Day => Some(day),
        Unit::Week => monday_of(day),
        Unit::Month => Some(day.first_of_month()),
        Unit::Quarter => {
            let months = i64::from((day.month() - 1) % 3);
            day.first_of_month().checked_sub(months.months()).ok()
        }
        Unit::Year => Some(day.first_of_year()),
    }
}

/// The Monday of a day's week.
pub(super) fn monday_of(day: Date) -> Option<Date> {
    day.checked_sub(i64::from(day.weekday().to_monday_zero_offset()).days()).ok()
}
