//! What comes once a year: months, days of a month, quarters, halves, seasons and holidays.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::period::{Calendar, Period};
use super::reader::Reader;
use super::tokens::Kind;
use super::vocabulary;

/// A stretch of every year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Yearly {
    Month(i8),
    Day {
        month: i8,
        day: i8,
    },
    /// 1 to 4.
    Quarter(i8),
    /// 1 or 2.
    Half(i8),
    Spring,
    Summer,
    Autumn,
    Winter,
    Christmas,
    NewYear,
    Valentine,
    Halloween,
    Thanksgiving,
}

/// Words that show a name to be a time.
const LEADS: &[&str] = &[
    "in",
    "during",
    "since",
    "before",
    "after",
    "until",
    "till",
    "between",
    "from",
    "over",
    "around",
    "throughout",
];
/// Words that show a day or a holiday to be a time.
const DAY_LEADS: &[&str] = &["on", "at", "for"];

impl Yearly {
    /// Its first and last day in a year.
    fn days(self, year: i16) -> Option<(Date, Date)> {
        let day = |month, day| Date::new(year, month, day).ok();
        let around = |centre: Date, days: i64| {
            Some((centre.checked_sub(days.days()).ok()?, centre.checked_add(days.days()).ok()?))
        };
        let months = |first: i8, last: i8| Some((day(first, 1)?, day(last, 1)?.last_of_month()));
        match self {
            Self::Month(month) => months(month, month),
            Self::Day { month, day: of_month } => day(month, of_month).map(|date| (date, date)),
            Self::Quarter(quarter) => months(3 * quarter - 2, 3 * quarter),
            Self::Half(half) => months(6 * half - 5, 6 * half),
            Self::Spring => Some((day(3, 20)?, day(6, 20)?)),
            Self::Summer => Some((day(6, 21)?, day(9, 22)?)),
            Self::Autumn => Some((day(9, 23)?, day(12, 20)?)),
            Self::Winter => Some((day(12, 21)?, Date::new(year.checked_add(1)?, 3, 19).ok()?)),
            Self::Christmas => around(day(12, 25)?, 3),
            Self::NewYear => around(day(1, 1)?, 3),
            Self::Valentine => around(day(2, 14)?, 1),
            Self::Halloween => around(day(10, 31)?, 3),
            Self::Thanksgiving => around(day(11, 1)?.nth_weekday_of_month(4, Weekday::Thursday).ok()?, 3),
        }
    }

    pub(super) fn of_year(self, year: i16) -> Option<Period> {
        self.days(year).and_then(|(first, last)| Period::days(first, last))
    }

    /// The latest one that has begun.
    pub(super) fn latest_begun(self, calendar: Calendar<'_>) -> Option<Period> {
        self.latest(calendar, |first, _| first <= calendar.latest)
    }

    /// The latest one that is over.
    fn latest_ended(self, calendar: Calendar<'_>) -> Option<Period> {
        self.latest(calendar, |_, last| last < calendar.latest)
    }

    fn latest(self, calendar: Calendar<'_>, fits: impl Fn(Date, Date) -> bool) -> Option<Period> {
        // New year begins in the year before; 29 February can be eight years away.
        let year = calendar.latest.year();
        let days = (year - 8..=year + 1).rev().filter_map(|year| self.days(year));
        days.into_iter()
            .find(|(first, last)| fits(*first, *last))
            .and_then(|(first, last)| Period::days(first, last))
    }

    /// The current one, or else this year's; a winter that has just ended is still this winter.
    fn this(self, calendar: Calendar<'_>) -> Option<Period> {
        let today = calendar.today;
        let year = today.year();
        let is_now = |(first, last): (Date, Date)| first <= today && today <= last;
        let current = (year - 1..=year + 1).find(|year| self.days(*year).is_some_and(is_now));
        let of_march = (self == Self::Winter && today.month() <= 3).then_some(year - 1);
        self.of_year(current.or(of_march).unwrap_or(year))
    }
}

impl<'a> Reader<'a> {
    /// A name with what stands around it: `march`, `last spring`, `q1 2024`, `christmas of last year`, `june 5th`.
    pub(super) fn yearly(&mut self) -> Option<Period> {
        let start = self.at;
        if let Some((yearly, Need::Given(year))) = self.year_before_name() {
            return yearly.of_year(year);
        }
        let modifier = self.take(&["last", "this", "previous"]);
        let (yearly, need) = self.name()?;
        if modifier.is_none()
            && let Some(year) = self.year_behind()
        {
            return yearly.of_year(year);
        }
        let is_shown = match (modifier, need) {
            (_, Need::Given(_) | Need::Nothing) => true,
            (None, Need::Lead) => self.is_led_by(LEADS) || self.is_led_by(DAY_LEADS) && yearly.is_short(),
            (None, Need::Article) => {
                self.is_led_by(&["during"]) || self.lead.is_some() && self.follows_word(start, "the")
            }
            // "This may fail", "this march".
            (Some(modifier), _) => {
                !self.is_prose() || modifier != "this" || !matches!(yearly, Yearly::Month(_))
            }
        };
        if !is_shown {
            return None;
        }
        match modifier {
            Some("this") => yearly.this(self.calendar),
            Some(_) => yearly.latest_ended(self.calendar),
            None => yearly.latest_begun(self.calendar),
        }
    }

    fn name(&mut self) -> Option<(Yearly, Need)> {
        self.attempt(Self::day_of_month)
            .or_else(|| self.attempt(Self::part_of_year))
            .or_else(|| self.attempt(Self::month_name))
            .or_else(|| self.attempt(Self::season))
            .or_else(|| self.attempt(Self::holiday))
    }

    fn month_name(&mut self) -> Option<(Yearly, Need)> {
        let (month, word) = self.month()?;
        let need = if vocabulary::is_ambiguous_month(word) { Need::Lead } else { Need::Nothing };
        Some((Yearly::Month(month), need))
    }

    /// A month and how it is written; the point of `Nov. 2025` is passed.
    fn month(&mut self) -> Option<(i8, &'a str)> {
        let word = self.word()?;
        let month = self.known(vocabulary::month)?;
        if word.len() <= 4 {
            self.attempt(|reader| {
                reader.take_mark(&['.'])?;
                matches!(reader.token()?.kind, Kind::Number(_) | Kind::Ordinal(_)).then_some(())
            });
        }
        Some((month, word))
    }

    /// `june 5`, `june 5th`, `5 june`, `the 5th of june`.
    fn day_of_month(&mut self) -> Option<(Yearly, Need)> {
        let day = |reader: &mut Self| {
            reader.ordinal().or_else(|| reader.figures()).filter(|day| (1..=31).contains(day))
        };
        let before = self.attempt(|reader| day(reader));
        if before.is_some() {
            self.take(&["of"]);
        }
        let (month, word) = self.month()?;
        let day = before.or_else(|| day(self))?;
        let need = if ["may", "march", "mar"].contains(&word) { Need::Lead } else { Need::Nothing };
        Some((Yearly::Day { month, day: i8::try_from(day).ok()? }, need))
    }

    /// `2nd quarter`, `q2`, `first half`, `h1`.
    fn part_of_year(&mut self) -> Option<(Yearly, Need)> {
        if let Some(quarter) = self.known(|word| short_form(word, 'q', 4)) {
            return Some((Yearly::Quarter(quarter), Need::Lead));
        }
        if let Some(half) = self.known(|word| short_form(word, 'h', 2)) {
            return Some((Yearly::Half(half), Need::Lead));
        }
        let number = i8::try_from(self.ordinal()?).ok()?;
        match self.take(&["quarter", "half"])? {
            "quarter" if (1..=4).contains(&number) => Some((Yearly::Quarter(number), Need::Lead)),
            "half" if (1..=2).contains(&number) => Some((Yearly::Half(number), Need::Lead)),
            _ => None,
        }
    }

    /// `2024 q1`, `last year's christmas`.
    fn year_before_name(&mut self) -> Option<(Yearly, Need)> {
        self.attempt(|reader| {
            let this_year = reader.calendar.today.year();
            if let Some(year) = reader.year_in_figures() {
                let (yearly, _) = reader.part_of_year()?;
                return Some((yearly, Need::Given(year)));
            }
            let year = match reader.take(&["last", "this"])? {
                "last" => this_year - 1,
                _ => this_year,
            };
            reader.take(&["year"])?;
            let (yearly, _) = reader.name()?;
            Some((yearly, Need::Given(year)))
        })
    }

    fn season(&mut self) -> Option<(Yearly, Need)> {
        let (season, need) = match self.take(&["spring", "summer", "fall", "autumn", "winter"])? {
            // The word is also the name of a library.
            "spring" => (Yearly::Spring, Need::Article),
            "summer" => (Yearly::Summer, Need::Lead),
            "winter" => (Yearly::Winter, Need::Lead),
            _ => (Yearly::Autumn, Need::Lead),
        };
        self.take(&["break"]);
        Some((season, need))
    }

    fn holiday(&mut self) -> Option<(Yearly, Need)> {
        let holiday = match self.take(&[
            "christmas",
            "xmas",
            "valentine",
            "valentines",
            "halloween",
            "thanksgiving",
            "newyear",
            "new",
        ])? {
            "christmas" | "xmas" => Yearly::Christmas,
            "valentine" | "valentines" => Yearly::Valentine,
            "halloween" => Yearly::Halloween,
            "thanksgiving" => Yearly::Thanksgiving,
            "newyear" => Yearly::NewYear,
            _ => {
                self.take(&["year", "years"])?;
                Yearly::NewYear
            }
        };
        self.take(&["day", "eve"]);
        Some((holiday, Need::Lead))
    }
}

impl Yearly {
    fn is_short(self) -> bool {
        !matches!(self, Self::Month(_) | Self::Quarter(_) | Self::Half(_))
            && !matches!(self, Self::Spring | Self::Summer | Self::Autumn | Self::Winter)
    }
}

/// What a name needs in prose to be a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Nothing,
    /// A word before it, `last`, or a year.
    Lead,
    /// The same, but most words before it are not enough without `the`.
    Article,
    /// It came with this year.
    Given(i16),
}

/// The number of `q2` or `h1`.
fn short_form(word: &str, letter: char, most: i8) -> Option<i8> {
    let number: i8 = word.strip_prefix(letter).filter(|digits| digits.len() == 1)?.parse().ok()?;
    (1..=most).contains(&number).then_some(number)
}
