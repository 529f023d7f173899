//! Words, numbers and dates of a text, with their places.

use jiff::civil::Date;
use jiff::tz::TimeZone;

/// One piece of a text.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Where it begins, in bytes.
    pub(super) start: usize,
    /// Where it ends, in bytes.
    pub(super) end: usize,
    /// No white space stands between it and the token before.
    pub(super) joined: bool,
}

/// What a piece of text is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// Letters and digits in small letters, without a possessive `'s`.
    Word(String),
    /// Up to four digits.
    Number(u16),
    /// `1st` to `31st`.
    Ordinal(u16),
    /// A date in figures; none of its parts is checked.
    Written(Written),
    /// A date and time, in microseconds since the epoch.
    Moment(i64),
    /// Any other character.
    Mark(char),
}

/// The longest time of day with fraction and offset, in bytes.
const MAX_TIME_BYTES: usize = 32;

/// A date in figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) year: Option<i16>,
    pub(super) month: i8,
    /// None for `2024-06`.
    pub(super) day: Option<i8>,
    /// It cannot be a fraction, a score or a version.
    pub(super) is_certain: bool,
}

impl Token {
    pub(super) fn is_word(&self, words: &[&str]) -> bool {
        matches!(&self.kind, Kind::Word(word) if words.contains(&word.as_str()))
    }

    pub(super) fn is_mark(&self) -> bool {
        matches!(self.kind, Kind::Mark(_))
    }

    pub(super) fn is_impossible_date(&self) -> bool {
        // In a leap year, so that 29 February without a year is possible.
        matches!(self.kind, Kind::Written(date)
            if Date::new(date.year.unwrap_or(2024), date.month, date.day.unwrap_or(1)).is_err())
    }
}

/// The tokens of a text, in order.
pub(super) fn read(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    let mut joined = false;
    while let Some(first) = text[at..].chars().next() {
        let after = at + first.len_utf8();
        if first.is_whitespace() {
            (at, joined) = (after, false);
            continue;
        }
        let between_words =
            matches!(first, '-' | '_') && joined && text[after..].starts_with(char::is_alphanumeric);
        if between_words && tokens.last().is_some_and(|token| !token.is_mark()) {
            at = after;
            continue;
        }
        let (kind, length) = piece(&text[at..], first, !joined || date_may_follow(&tokens));
        let end = at + length;
        tokens.push(Token { kind, start: at, end, joined });
        (at, joined) = (end, true);
    }
    tokens
}

/// Whether a date may stand right after the last token: `(2024-01-01`, and the end of `2024-01-01/2024-01-31`.
fn date_may_follow(tokens: &[Token]) -> bool {
    let Some(Kind::Mark(mark)) = tokens.last().map(|token| &token.kind) else {
        return false;
    };
    let before = tokens.iter().rev().find(|token| !token.is_mark()).map(|token| &token.kind);
    "([{\"'\u{201c}\u{2018}:=,;".contains(*mark) || matches!(before, Some(Kind::Written(_) | Kind::Moment(_)))
}

/// The token at the beginning of a text, and its length in bytes.
fn piece(text: &str, first: char, may_be_date: bool) -> (Kind, usize) {
    if first.is_ascii_digit() {
        let date = if may_be_date { moment(text).or_else(|| written(text)) } else { None };
        return date.unwrap_or_else(|| number(text));
    }
    if first.is_alphabetic() {
        return word(text);
    }
    (Kind::Mark(first), first.len_utf8())
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c: char| !belongs(c)).unwrap_or(text.len())
}

fn word(text: &str) -> (Kind, usize) {
    let length = run(text, char::is_alphanumeric);
    let word = text[..length].to_lowercase();
    let rest = &text[length..];
    let is_possessive = ["'s", "\u{2019}s", "'S", "\u{2019}S"]
        .iter()
        .find(|mark| rest.strip_prefix(**mark).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)));
    (Kind::Word(word), length + is_possessive.map_or(0, |mark| mark.len()))
}

/// `2026-03-11T15:30:00Z` or `2026-03-11 15:30`. Without an offset it is UTC, as everywhere in this service.
fn moment(text: &str) -> Option<(Kind, usize)> {
    let is_time = |c: char| c.is_ascii_alphanumeric() || "-+:.".contains(c);
    let is_date = text.get(..10).is_some_and(|date| date.parse::<Date>().is_ok());
    let rest = text.get(10..).filter(|rest| is_date && rest.starts_with(['T', 't', ' ']))?;
    let time = rest[1..].chars().take(MAX_TIME_BYTES).take_while(|c| is_time(*c)).count();
    let length = text[..11 + time].trim_end_matches('.').len();
    if rest.starts_with(' ') && rest[1..].bytes().take(3).filter(|byte| *byte == b':').count() == 0 {
        return None;
    }
    let time = crate::parse_date(&text[..length], &TimeZone::UTC).ok()?;
    Some((Kind::Moment(time.as_microseconds()), length))
}

/// `2024-06-15`, `2024-06`, `6/15/2024`, `6/15`, `6/2024`, with `-` or `/`.
fn written(text: &str) -> Option<(Kind, usize)> {
    let first = digits(text)?;
    let separator = text[first.len()..].chars().next().filter(|c| matches!(c, '-' | '/'))?;
    let second = digits(&text[first.len() + 1..]).filter(|second| second.len() != 3)?;
    let two = first.len() + 1 + second.len();
    let third = text[two..].strip_prefix(separator).and_then(digits);
    let length = two + third.map_or(0, |third| third.len() + 1);
    let rest = &text[length..];
    let goes_on = rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')
        || rest.starts_with(['-', '.', ':']) && rest[1..].starts_with(char::is_alphanumeric)
        || rest.starts_with('/') && digits(&rest[1..]).is_none_or(|year| year.len() != 4);
    if goes_on {
        return None;
    }
    let small = |digits: &str| digits.parse::<i8>().ok();
    if second.len() == 4 {
        let month_of_year = first.len() <= 2 && third.is_none();
        let year = second.parse().ok().filter(|_| month_of_year);
        let date = Written { year: Some(year?), month: small(first)?, day: None, is_certain: false };
        return Some((Kind::Written(date), length));
    }
    let date = match (first.len(), third) {
        (4, None) => {
            Written { year: first.parse().ok(), month: small(second)?, day: None, is_certain: false }
        }
        (4, Some(day)) => Written {
            year: first.parse().ok(),
            month: small(second)?,
            day: Some(small(day)?),
            is_certain: true,
        },
        (1 | 2, None) => {
            Written { year: None, month: small(first)?, day: Some(small(second)?), is_certain: false }
        }
        (1 | 2, Some(year)) => Written {
            year: Some(full_year(year)?),
            month: small(first)?,
            day: Some(small(second)?),
            is_certain: year.len() == 4 || separator == '/',
        },
        _ => return None,
    };
    Some((Kind::Written(date), length))
}

/// One to four digits that are not followed by a fifth.
fn digits(text: &str) -> Option<&str> {
    let length = run(text, |c| c.is_ascii_digit());
    (1..=4).contains(&length).then(|| &text[..length])
}

/// `24` is 2024 and `75` is 1975, as in the original.
fn full_year(digits: &str) -> Option<i16> {
    let year: i16 = digits.parse().ok()?;
    match digits.len() {
        2 if year < 50 => Some(2000 + year),
        2 => Some(1900 + year),
        4 => Some(year),
        _ => None,
    }
}

fn number(text: &str) -> (Kind, usize) {
    let length = run(text, char::is_alphanumeric);
    let all = &text[..length];
    let Some(digits) = digits(all) else {
        return (Kind::Word(all.to_lowercase()), length);
    };
    let value = digits.parse().unwrap_or(0);
    match all[digits.len()..].to_lowercase().as_str() {
        "" => (Kind::Number(value), length),
        "st" | "nd" | "rd" | "th" => (Kind::Ordinal(value), length),
        // `24h`, `7d`: the unit is the next token.
        "h" | "hr" | "hrs" | "d" | "w" => (Kind::Number(value), digits.len()),
        _ => (Kind::Word(all.to_lowercase()), length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Kind> {
        read(text).into_iter().map(|token| token.kind).collect()
    }

    fn word(word: &str) -> Kind {
        Kind::Word(word.to_owned())
    }

    #[test]
    fn hyphens_and_underscores_between_words_count_as_blanks() {
        let expected = [word("last"), Kind::Number(2), word("weeks")];
        for text in ["last 2 weeks", "LAST-2-weeks", "last_2_Weeks"] {
            assert_eq!(kinds(text), expected, "{text}");
        }
        assert_eq!(kinds("2-weeks-ago"), [Kind::Number(2), word("weeks"), word("ago")]);
        assert_eq!(kinds("a - b"), [word("a"), Kind::Mark('-'), word("b")]);
    }

    #[test]
    fn tokens_know_their_place_and_what_they_touch() {
        let tokens = read("é: last week's 24h");
        let found: Vec<_> = tokens.iter().map(|token| (token.start, token.end, token.joined)).collect();
        assert_eq!(
            found,
            [(0, 2, false), (2, 3, true), (4, 8, false), (9, 15, false), (16, 18, false), (18, 19, true)]
        );
    }

    #[test]
    fn dates_in_figures_are_read_and_versions_are_not() {
        let day =
            |year, month, day, is_certain| Kind::Written(Written { year, month, day: Some(day), is_certain });
        assert_eq!(kinds("2024-6-5"), [day(Some(2024), 6, 5, true)]);
        assert_eq!(kinds("6/15/75."), [day(Some(1975), 6, 15, true), Kind::Mark('.')]);
        assert_eq!(kinds("3/4"), [day(None, 3, 4, false)]);
        let month = Written { year: Some(2024), month: 1, day: None, is_certain: false };
        assert_eq!(kinds("2024-01"), [Kind::Written(month)]);
        for text in ["1-2-3-4", "3/4/5/6", "10-15th", "2024-01-02-03", "12345-01-01", "1/2.5"] {
            assert!(
                !kinds(text).iter().any(|kind| matches!(kind, Kind::Written(_))),
                "{text}: {:?}",
                kinds(text)
            );
        }
    }

    #[test]
    fn a_date_and_time_is_one_token() {
        let moment = Kind::Moment(1_773_243_000_000_000);
        assert_eq!(kinds("2026-03-11T15:30:00Z"), std::slice::from_ref(&moment));
        assert_eq!(kinds("2026-03-11T16:30:00+01:00."), [moment.clone(), Kind::Mark('.')]);
        assert_eq!(kinds("2026-03-11 15:30"), [moment]);
        assert!(matches!(kinds("2026-03-11 it broke")[0], Kind::Written(_)));
    }
}
