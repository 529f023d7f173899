//! Time phrases inside prose: `what did I decide last week about the parser`.

use jiff::tz::TimeZone;

use super::TimeRange;
use super::period::Calendar;
use super::reader::{Manner, Reader};
use super::tokens::{self, Kind, Token};
use super::vocabulary::{self, TURNING_WORDS};
use crate::Timestamp;

/// A query without its time phrases, and the time they mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Extracted {
    /// What is left of the query, in its own words and order.
    pub cleaned: String,
    /// The time, when a phrase was found. Several phrases mean the stretch from the first of them to the last.
    pub range: Option<TimeRange>,
}

/// A phrase in the tokens: from the first up to the last, without it.
struct Phrase {
    tokens: std::ops::Range<usize>,
    range: TimeRange,
}

/// Takes the time phrases out of a query. What may as well be something else (`3/4 of the tests`, `I may go`, `fall
/// back`, `version 10-15`) stays in it.
#[must_use]
pub fn extract_time_expression(query: &str, now: Timestamp, zone: &TimeZone) -> Extracted {
    let tokens = tokens::read(query);
    let phrases = phrases(&tokens, Calendar::new(now, zone));
    let Some(range) = phrases.iter().map(|phrase| phrase.range).reduce(joined) else {
        return Extracted { cleaned: query.trim().to_owned(), range: None };
    };
    Extracted { cleaned: without(query, &tokens, &phrases), range: Some(range) }
}

/// The range of a text that is one phrase with words around it that do not change its meaning.
pub(super) fn only_phrase(tokens: &[Token], calendar: Calendar<'_>) -> Option<TimeRange> {
    let phrases = phrases(tokens, calendar);
    let [phrase] = phrases.as_slice() else { return None };
    let mut around = tokens[..phrase.tokens.start].iter().chain(&tokens[phrase.tokens.end..]);
    around.all(|token| !changes_meaning(token)).then_some(phrase.range)
}

fn changes_meaning(token: &Token) -> bool {
    match &token.kind {
        Kind::Word(word) => {
            TURNING_WORDS.contains(&word.as_str())
                // `3pm`
                || word.starts_with(|c: char| c.is_ascii_digit())
                || vocabulary::unit(word).is_some()
                || vocabulary::weekday(word).is_some_and(|(_, is_written_out)| is_written_out)
                || vocabulary::ordinal(word).is_some()
                || vocabulary::part_of_day(word).is_some()
                || ["today", "yesterday", "now", "weekend", "half", "weeks", "ago"].contains(&word.as_str())
        }
        Kind::Mark(_) => false,
        Kind::Number(_) | Kind::Ordinal(_) | Kind::Written(_) | Kind::Moment(_) => true,
    }
}

fn phrases(tokens: &[Token], calendar: Calendar<'_>) -> Vec<Phrase> {
    let mut phrases = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match phrase_at(tokens, at, calendar) {
            Some(phrase) => {
                at = phrase.tokens.end;
                phrases.push(phrase);
            }
            None => at += 1,
        }
    }
    phrases
}

fn phrase_at(tokens: &[Token], at: usize, calendar: Calendar<'_>) -> Option<Phrase> {
    if !begins_word(tokens, at) {
        return None;
    }
    let mut reader = Reader::new(tokens, at, calendar, Manner::Prose);
    let range = reader.range().or_else(|| {
        reader.skip_lead();
        if reader.at == at { None } else { reader.range() }
    })?;
    // "The most recent error" is not one of the last days.
    let is_superlative = tokens[at].is_word(&["recent", "recently"])
        && at.checked_sub(1).is_some_and(|before| tokens[before].is_word(&["most", "more"]));
    (!is_superlative && ends_word(tokens, reader.at)).then_some(Phrase { tokens: at..reader.at, range })
}

/// Whether no word reaches from before into this token, as in `post-christmas` and `logs/2024-01-01`.
fn begins_word(tokens: &[Token], at: usize) -> bool {
    !tokens[at].joined
        || at > 0
            && matches!(tokens[at - 1].kind, Kind::Mark(mark) if "([{\"'\u{201c}\u{2018},;\u{2014}".contains(mark))
}

/// Whether no word reaches from the phrase on, as in `today.txt`, `monday-ish` and `last_week_total`.
fn ends_word(tokens: &[Token], end: usize) -> bool {
    match tokens.get(end) {
        Some(next) if next.joined && next.is_mark() => {
            let is_bracket =
                matches!(next.kind, Kind::Mark(mark) if ")]}\"'\u{201d}\u{2019},;?!\u{2014}".contains(mark));
            is_bracket || tokens.get(end + 1).is_none_or(|after| !after.joined || after.is_mark())
        }
        Some(next) => !next.joined,
        None => true,
    }
}

/// The stretch that has both; where one has only a beginning and the other only an end, what lies between. Two that
/// would have no bounds together are not joined: the first stands.
fn joined(a: TimeRange, b: TimeRange) -> TimeRange {
    let (first, second) = if a.from.is_some() { (a, b) } else { (b, a) };
    if let TimeRange { from: Some(from), before: None } = first
        && let TimeRange { from: None, before: Some(before) } = second
        && from < before
    {
        return TimeRange { from: Some(from), before: Some(before) };
    }
    let from = a.from.zip(b.from).map(|(a, b)| if a < b { a } else { b });
    let before = a.before.zip(b.before).map(|(a, b)| if a < b { b } else { a });
    if from.is_none() && before.is_none() { a } else { TimeRange { from, before } }
}

/// The text without the phrases, and without the `of` that joined one to what is left.
fn without(query: &str, tokens: &[Token], phrases: &[Phrase]) -> String {
    let mut cleaned = String::with_capacity(query.len());
    let mut from = 0;
    for phrase in phrases {
        // An `of` that was passed over may begin the next phrase: `in the last two weeks of august`.
        let start = tokens[phrase.tokens.start].start.max(from);
        append(&mut cleaned, &query[from..start]);
        let next = tokens.get(phrase.tokens.end).filter(|next| next.is_word(&["of"]));
        from = next.unwrap_or(&tokens[phrase.tokens.end - 1]).end;
    }
    append(&mut cleaned, &query[from..]);
    cleaned
}

fn append(cleaned: &mut String, part: &str) {
    let part = part.trim();
    let part = if cleaned.is_empty() { part.trim_start_matches([',', ';', ':']).trim_start() } else { part };
    let is_close = part.starts_with(['.', ',', ';', ':', '?', '!', ')']) || cleaned.ends_with('(');
    if !cleaned.is_empty() && !part.is_empty() && !is_close {
        cleaned.push(' ');
    }
    cleaned.push_str(part);
}
