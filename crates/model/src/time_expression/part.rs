//! Parts of periods: `yesterday morning`, `early march`, `the week of june 5`.

use jiff::ToSpan;

use super::period::Period;
use super::reader::Reader;
use super::relative::monday_of;
use super::vocabulary::{self, PartOfDay};

impl Reader<'_> {
    /// `morning of yesterday`, `noon on monday`.
    pub(super) fn part_of_a_day(&mut self) -> Option<Period> {
        let part = self.known(vocabulary::part_of_day)?;
        self.lead = self.lead.or(self.take(&["of", "on"]));
        self.take(&["the"]);
        let day = self.bare_period()?.as_day()?;
        Period::part(day, part)
    }

    /// The part of a day that stands behind the day, as in `yesterday morning` and `yesterday in the morning`.
    pub(super) fn narrowed(&mut self, period: Period) -> Period {
        let Some(day) = period.as_day() else { return period };
        let part: Option<PartOfDay> = self.attempt(|reader| {
            reader.take_mark(&[',']);
            if reader.take(&["in", "at", "during"]).is_some() {
                reader.take(&["the"]);
            }
            reader.known(vocabulary::part_of_day)
        });
        part.and_then(|part| Period::part(day, part)).unwrap_or(period)
    }

    /// `early march`, `the end of 2024`, `mid-june`: the first, second or last third, in whole days.
    pub(super) fn third(&mut self) -> Option<Period> {
        let word = self.take(&["early", "mid", "late", "beginning", "start", "middle", "end"])?;
        if !matches!(word, "early" | "mid" | "late") {
            self.take(&["of"])?;
        }
        self.take(&["the"]);
        // It shows that a time follows, as `in` does.
        self.lead = self.lead.or(Some("during"));
        let Period::Civil { from, before } = self.bare_period()? else { return None };
        let (first, end) = (from.date(), before.date());
        let days = (end - first).get_days();
        let third = days / 3;
        // Parts of a day and of a week have other names.
        if days <= 7 {
            return None;
        }
        let (skipped, kept) = match word {
            "early" | "beginning" | "start" => (0, third),
            "mid" | "middle" => (third, third),
            _ => (2 * third, days - 2 * third),
        };
        let first = first.checked_add(skipped.days()).ok()?;
        Period::days(first, first.checked_add((kept - 1).days()).ok()?)
    }

    /// `the week of june 5`: from Monday to Sunday.
    pub(super) fn week_of(&mut self) -> Option<Period> {
        self.take_all(&["week", "of"])?;
        self.take(&["the"]);
        let monday = monday_of(self.bare_period()?.as_day()?)?;
        Period::days(monday, monday.checked_add(6.days()).ok()?)
    }
}
