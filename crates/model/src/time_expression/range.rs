//! Ranges of two times, and those with one end: `between A and B`, `since A`.

use super::TimeRange;
use super::period::Period;
use super::reader::Reader;

impl<'a> Reader<'a> {
    /// A range, or a period as the range it is.
    pub(super) fn range(&mut self) -> Option<TimeRange> {
        self.attempt(Self::between)
            .or_else(|| self.attempt(Self::one_sided))
            .or_else(|| self.attempt(Self::older_than))
            .or_else(|| self.attempt(Self::pair))
            .or_else(|| {
                let period = self.attempt(Self::period)?;
                self.calendar.range(period)
            })
    }

    fn between(&mut self) -> Option<TimeRange> {
        self.take(&["between"])?;
        self.led("between", |reader| reader.two_periods(|reader| reader.takes_and()))
    }

    /// `from A to B`, `A to B`, `A - B`, `from A on`.
    fn pair(&mut self) -> Option<TimeRange> {
        let from = self.take(&["from"]);
        let lead = from.or(self.lead);
        let mut first = self.clone();
        first.lead = lead;
        if let Some(range) = first.attempt(|reader| reader.two_periods(Self::takes_to)) {
            *self = first;
            return Some(range);
        }
        from?;
        let period = self.led("from", Self::period)?;
        self.take(&["on", "onward", "onwards", "forward"])?;
        Some(TimeRange { before: None, ..self.calendar.range(period)? })
    }

    /// `since A`, `after A`, `before A`, `until A`, and a beginning with an end.
    fn one_sided(&mut self) -> Option<TimeRange> {
        let first = self.side()?;
        let mut reader = self.clone();
        reader.take(&["and", "but"]);
        if let (Some(from), Some(second)) = (first.from, reader.attempt(Self::side))
            && let Some(before) = second.before.filter(|before| from < *before)
        {
            *self = reader;
            return Some(TimeRange { from: Some(from), before: Some(before) });
        }
        Some(first)
    }

    fn side(&mut self) -> Option<TimeRange> {
        let word =
            match self.take(&["since", "after", "before", "until", "till", "through", "prior", "up"])? {
                "prior" => self.take(&["to"]).map(|_| "before")?,
                "up" => self.take(&["to", "until"]).map(|_| "until")?,
                word => word,
            };
        self.take(&["the"]);
        let period = self.led(word, Self::period)?;
        let range = self.calendar.range(period)?;
        Some(match word {
            "since" => TimeRange { from: range.from, before: None },
            "after" => TimeRange { from: range.before, before: None },
            "before" => TimeRange { from: None, before: range.from },
            _ => TimeRange { from: None, before: range.before },
        })
    }

    /// `older than 3 weeks`, `more than 3 weeks ago`, `newer than 3 weeks`: up to or from that day, week, month or year.
    fn older_than(&mut self) -> Option<TimeRange> {
        let word = self.take(&["older", "newer", "more", "less", "over"])?;
        if word != "over" {
            self.take(&["than"])?;
        }
        let period = match self.attempt(Self::ago) {
            Some(period) => period,
            None if matches!(word, "older" | "newer") => {
                let (amount, unit) = self.amount_of_units()?;
                self.units_ago(amount, unit)?
            }
            None => return None,
        };
        let start = self.calendar.range(period)?.from;
        Some(match word {
            "newer" | "less" => TimeRange { from: start, before: None },
            _ => TimeRange { from: None, before: start },
        })
    }

    /// From the start of one period to the end of another. The first is read as the last one before the second; when
    /// there is none, they change places.
    fn two_periods(&mut self, joint: fn(&mut Reader<'a>) -> Option<()>) -> Option<TimeRange> {
        self.take(&["the"]);
        let start = self.clone();
        let mut first = self.period_range()?;
        joint(self)?;
        self.take(&["the"]);
        let second: Period = self.period()?;
        let second_range = self.calendar.range(second)?;
        if first.from >= second_range.before {
            let mut again = start;
            again.calendar = again.calendar.up_to(second);
            let calendar = self.calendar;
            first = again.period().and_then(|period| calendar.range(period)).unwrap_or(first);
        }
        let earlier = |a, b| if a < b { a } else { b };
        let later = |a, b| if a < b { b } else { a };
        Some(TimeRange {
            from: earlier(first.from, second_range.from),
            before: later(first.before, second_range.before),
        })
    }

    fn period_range(&mut self) -> Option<TimeRange> {
        let period = self.period()?;
        self.calendar.range(period)
    }

    fn takes_and(&mut self) -> Option<()> {
        self.take(&["and", "to"]).map(|_| ()).or_else(|| self.take_mark(&['&']).map(|_| ()))
    }

    fn takes_to(&mut self) -> Option<()> {
        if self.take(&["to", "until", "till", "through", "thru"]).is_some() {
            return Some(());
        }
        // `2024-01-01 - 2024-01-31`, `2024-01-01..2024-01-31`, the interval of ISO 8601 with `/`.
        if self.take_mark(&['-', '\u{2013}', '\u{2014}', '/', '\u{2026}']).is_some() {
            return Some(());
        }
        if self.take_mark(&['.']).is_some() {
            return self.take_mark(&['.']).map(|_| ());
        }
        // `january-march`
        self.is_hyphenated().then_some(())
    }

    /// Runs a rule whose words stand behind `lead`.
    fn led<T>(&mut self, lead: &'a str, rule: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let outer = self.lead.replace(lead);
        let found = rule(self);
        self.lead = outer;
        found
    }
}
