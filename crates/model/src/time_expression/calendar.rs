//! Dates and years in figures: `2024-06-15`, `6/15/2024`, `2024-06`, `2024`, RFC 3339.

use jiff::ToSpan;
use jiff::civil::Date;

use super::period::Period;
use super::reader::Reader;
use super::tokens::{Kind, Token};
use super::vocabulary::Unit;
use super::yearly::Yearly;

/// Words before a year or a month in figures that show it to be one.
const YEAR_LEADS: &[&str] =
    &["in", "during", "since", "before", "after", "until", "till", "between", "from", "throughout"];
/// Words before a date such as `3/4` that show it to be one.
const DAY_LEADS: &[&str] = &["on", "since", "before", "after", "until", "till"];

impl Reader<'_> {
    /// A date, a month or a second in figures. A date without a year is the latest one that has begun.
    pub(super) fn written_date(&mut self) -> Option<Period> {
        let token = self.token()?;
        if let Kind::Moment(from) = token.kind {
            self.at += 1;
            return Some(Period::Exact { from, before: from + 1_000_000 });
        }
        let Kind::Written(written) = token.kind else { return None };
        self.at += 1;
        let leads = if written.day.is_some() { DAY_LEADS } else { YEAR_LEADS };
        let is_certain =
            written.is_certain || self.is_led_by(leads) && !(self.is_prose() && self.sees(&["of"]));
        if !is_certain {
            return None;
        }
        match (written.year, written.day) {
            (Some(year), Some(day)) => Period::day(Date::new(year, written.month, day).ok()?),
            (Some(year), None) => Yearly::Month(written.month).of_year(year),
            (None, Some(day)) => Yearly::Day { month: written.month, day }.latest_begun(self.calendar),
            (None, None) => None,
        }
    }

    /// `2024`, `the year 2024`.
    pub(super) fn year_alone(&mut self) -> Option<Period> {
        self.take(&["year"]);
        let year = self.year_in_figures()?;
        if self.is_prose() {
            // "In 2000 lines" and "in 2048 bytes" are no years.
            let is_likely = (2000..=self.calendar.today.year() + 1).contains(&year);
            let goes_on = self.token().is_some_and(|next| !next.joined && matches!(next.kind, Kind::Word(_)))
                && year % 100 == 0;
            if !self.is_led_by(YEAR_LEADS) || !is_likely || goes_on {
                return None;
            }
        }
        year_of(year)
    }

    /// The year behind a name: `march 2024`, `march of 2024`, `march 5, 2024`, `march of last year`, `q1-2024`.
    pub(super) fn year_behind(&mut self) -> Option<i16> {
        self.attempt(|reader| {
            if reader.take_mark(&[',', '/']).is_none() {
                reader.take(&["of", "in"]);
            }
            if let Some(year) = reader.year_in_figures() {
                return Some(year);
            }
            let this_year = reader.calendar.today.year();
            if reader.take_all(&["last", "year"]).is_some() {
                return Some(this_year - 1);
            }
            if reader.take_all(&["this", "year"]).is_some() {
                return Some(this_year);
            }
            let (years, _) = reader.amount_of_units().filter(|(_, unit)| *unit == Unit::Year)?;
            reader.take(&["ago"])?;
            let day = reader.calendar.today.first_of_year();
            Some(day.checked_sub(i64::from(years).years()).ok()?.year())
        })
    }

    /// Four digits.
    pub(super) fn year_in_figures(&mut self) -> Option<i16> {
        let Token { kind: Kind::Number(1000..), .. } = self.token()? else { return None };
        let is_after_slash = self.at > 0 && self.follows_mark('/');
        let year = if is_after_slash { self.bare_figures() } else { self.figures() };
        i16::try_from(year?).ok()
    }
}

fn year_of(year: i16) -> Option<Period> {
    let first = Date::new(year, 1, 1).ok()?;
    Period::days(first, first.last_of_year())
}
