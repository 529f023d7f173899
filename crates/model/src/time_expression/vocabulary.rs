//! The English words of the grammar.

use jiff::civil::Weekday;

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// A part of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PartOfDay {
    /// Its first hour.
    pub(super) from_hour: i8,
    /// How many hours it has.
    pub(super) hours: i8,
}

/// From the early evening on: what `tonight` and `last night` mean.
pub(super) const WHOLE_NIGHT: PartOfDay = PartOfDay { from_hour: 18, hours: 11 };

/// Words that stand before a time and go with it: `in the last week`.
pub(super) const LEADS: &[&str] = &[
    "in",
    "on",
    "at",
    "during",
    "over",
    "within",
    "from",
    "around",
    "about",
    "for",
    "of",
    "throughout",
    "earlier",
    "sometime",
];

/// Words that turn a phrase into another time than it names alone.
pub(super) const TURNING_WORDS: &[&str] = &[
    "not",
    "between",
    "no",
    "except",
    "excluding",
    "without",
    "outside",
    "before",
    "after",
    "since",
    "until",
    "till",
    "prior",
    "than",
    "ago",
    "next",
    "tomorrow",
    "upcoming",
    "every",
    "each",
    "older",
    "newer",
    "following",
    "preceding",
    "other",
    "or",
];

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

const NUMBERS: [&str; 13] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
];

/// Whether a month's name is also a verb, a given name or an abbreviation of something else.
pub(super) fn is_ambiguous_month(word: &str) -> bool {
    word.len() <= 4 || ["march", "april", "august"].contains(&word)
}

/// The number of a month: `march`, `mar`, `sept`.
pub(super) fn month(word: &str) -> Option<i8> {
    let is_name = |name: &str| name == word || word.len() == 3 && name.starts_with(word);
    let position = MONTHS.iter().position(|name| is_name(name)).or((word == "sept").then_some(8))?;
    i8::try_from(position + 1).ok()
}

/// `monday`, `mondays` or `mon`; whether it is written out.
pub(super) fn weekday(word: &str) -> Option<(Weekday, bool)> {
    const SHORT: [&str; 10] = ["mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun"];
    let is_short = SHORT.contains(&word);
    let found = WEEKDAYS.iter().find(|(name, _)| *name == word || is_short && name.starts_with(word))?;
    Some((found.1, !is_short))
}

/// `two`; not `a` and `an`, which are numbers only before a unit.
pub(super) fn number(word: &str) -> Option<u16> {
    NUMBERS.iter().position(|name| *name == word).and_then(|value| u16::try_from(value).ok())
}

/// `first` to `fourth`.
pub(super) fn ordinal(word: &str) -> Option<u16> {
    ["first", "second", "third", "fourth"].iter().position(|name| *name == word).map(|n| [1, 2, 3, 4][n])
}

/// `days`, `hr`, `week`.
pub(super) fn unit(word: &str) -> Option<Unit> {
    Some(match word {
        "minute" | "minutes" | "min" | "mins" => Unit::Minute,
        "hour" | "hours" | "hr" | "hrs" | "h" => Unit::Hour,
        "day" | "days" | "d" => Unit::Day,
        "week" | "weeks" | "wk" | "wks" | "w" => Unit::Week,
        "month" | "months" => Unit::Month,
        "quarter" | "quarters" => Unit::Quarter,
        "year" | "years" | "yr" | "yrs" => Unit::Year,
        _ => return None,
    })
}

/// `morning` and the like.
pub(super) fn part_of_day(word: &str) -> Option<PartOfDay> {
    let (from_hour, hours) = match word {
        "morning" => (5, 7),
        "noon" => (12, 1),
        "afternoon" => (13, 5),
        "evening" => (18, 4),
        "night" => (22, 7),
        "midnight" => (0, 1),
        _ => return None,
    };
    Some(PartOfDay { from_hour, hours })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_their_abbreviations_are_known() {
        assert_eq!(
            [month("january"), month("may"), month("sept"), month("dec")],
            [Some(1), Some(5), Some(9), Some(12)]
        );
        assert_eq!([month("ma"), month("marc"), month("smarch")], [None; 3]);
        assert_eq!(weekday("thurs"), Some((Weekday::Thursday, false)));
        assert_eq!(weekday("sunday"), Some((Weekday::Sunday, true)));
        assert_eq!(weekday("mo"), None);
    }

    #[test]
    fn months_that_are_other_words_too_are_known() {
        let certain: Vec<&str> = MONTHS.into_iter().filter(|name| !is_ambiguous_month(name)).collect();
        assert_eq!(certain, ["january", "february", "september", "october", "november", "december"]);
    }
}
