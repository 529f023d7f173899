//! Times as people write them: `yesterday`, `last 2 weeks`, `between january and march`. English only.
//!
//! Everything is read in the caller's time zone, weeks run from Monday to Sunday, upper and lower case are alike, and
//! hyphens and underscores count as blanks (`last-2-weeks`).
//!
//! | form | means |
//! |---|---|
//! | `today`, `yesterday`, `3 days ago`, `monday`, `last friday` | that day |
//! | ... with `morning`, `noon`, `afternoon`, `evening`, `night`, `midnight` | that part of it: from 5, 12, 13, 18, 22 and 0 o'clock, a night until 5 |
//! | `this morning`, `tonight`, `last night` | a night begins at 18 o'clock here |
//! | `2 weeks ago`, `a month ago`, `a year ago` | that whole week, month, year |
//! | `5 minutes ago`, `2 hours ago` | five minutes, or half an hour, on either side of it |
//! | `last week`, `last month`, `last quarter`, `last year` | the whole unit before the current one |
//! | `this week`, ... | the whole current unit, its future days included |
//! | `last 3 days`, `past week`, `last 24 hours` | from the start of the day (week, month, year) that lies so far back until now; hours and minutes to the second |
//! | `recently`, `lately` | the last seven times 24 hours |
//! | `2024-06-15`, `6/15/2024` (month first), `june 15`, `2024-06`, `2024`, RFC 3339 | that day, month, year, second |
//! | `march`, `q2`, `first half`, `spring`, `christmas`, `6/15` | the latest that has begun; with a year, that year's |
//! | `last march`, `last winter`, `last christmas` | the latest that is over |
//! | `this march`, `this winter` | the current one, or this year's |
//! | `early march`, `mid 2024`, `end of last month` | its first, second, last third |
//! | `the week of june 5` | that week |
//! | `between A and B`, `from A to B` | from the start of A to the end of B; where A would come later, the last one before B |
//! | `since A`, `after A`, `before A`, `until A` | from its start on, from its end on, up to its start, up to its end |
//! | `older than 3 weeks`, `newer than 3 weeks` | up to, and from, the start of the week three weeks ago |
//!
//! A holiday has some days on either side: Christmas, New Year, Halloween and Thanksgiving (fourth Thursday of November)
//! three, Valentine's Day one. Seasons are those of the northern half of the world: spring from 20 March, summer from
//! 21 June, autumn from 23 September, winter from 21 December, named by the year in which it begins.
//!
//! Text around one such phrase is passed over, as in the original, unless it has words that would change the meaning.
//! Each part is one file: `tokens` reads words and numbers, `reader` holds the position, `relative`, `calendar`,
//! `yearly`, `weekday` and `part` know the phrases, `range` joins two, `extraction` finds them in prose. A new phrase is a rule
//! in one of them and a line in `tests/time_expressions.rs`.

mod calendar;
mod extraction;
mod part;
mod period;
mod range;
mod reader;
mod relative;
mod tokens;
mod vocabulary;
mod weekday;
mod yearly;

use jiff::tz::TimeZone;
use thiserror::Error;

use crate::Timestamp;
pub use extraction::{Extracted, extract_time_expression};
use period::Calendar;
use reader::{Manner, Reader};
use tokens::{Kind, Token};

/// The longest time expression, in characters.
pub const MAX_TIME_EXPRESSION_CHARS: usize = 500;

/// What a message about a wrong time expression offers instead.
pub const TIME_EXPRESSION_FORMS: &str = "today, yesterday, last night, 3 days ago, a week ago, last monday, \
    last week, this month, past 24 hours, last 3 months, march 2024, q1 2024, 2024-06-15, 2024-06, last summer, \
    christmas 2024, between A and B, from A to B, since A, before A";

/// A stretch of time: `from` belongs to it, `before` does not. They go into [`crate::Filter`] as `created_from` and
/// `created_before`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeRange {
    /// Its first instant; none when it has no beginning.
    pub from: Option<Timestamp>,
    /// The first instant after it, never earlier than `from`; none when it has no end. What lasts until now ends one
    /// microsecond after it, so that it holds what was stored just now.
    pub before: Option<Timestamp>,
}

/// Why a text is not a time expression.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidTimeExpression {
    /// Nothing but white space.
    #[error("time expression is empty: write for example {TIME_EXPRESSION_FORMS}")]
    Blank,
    /// Longer than [`MAX_TIME_EXPRESSION_CHARS`].
    #[error("time expression is {chars} characters long, the limit is {MAX_TIME_EXPRESSION_CHARS}")]
    TooLong {
        /// Its length in characters.
        chars: usize,
    },
    /// A date such as 13/32/2024.
    #[error("time expression {given:?} has a date that does not exist: write YYYY-MM-DD, or month/day/year")]
    NoSuchDate {
        /// What was given, its beginning when it is long.
        given: String,
    },
    /// `tomorrow`, `next week`: nothing was stored there.
    #[error(
        "time expression {given:?} lies in the future, memories lie in the past: write for example {TIME_EXPRESSION_FORMS}"
    )]
    Future {
        /// What was given, its beginning when it is long.
        given: String,
    },
    /// No phrase of the grammar, or more than one.
    #[error("time expression {given:?} is not understood: write one of the forms {TIME_EXPRESSION_FORMS}")]
    NotUnderstood {
        /// What was given, its beginning when it is long.
        given: String,
    },
}

impl TimeRange {
    /// Whether an instant belongs to it.
    #[must_use]
    pub fn contains(&self, time: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= time) && self.before.is_none_or(|before| time < before)
    }
}

/// Reads a time expression of a caller whose clock shows `now` in `zone`.
///
/// # Errors
/// [`InvalidTimeExpression`] when it is none: never a range without bounds.
pub fn parse_time_expression(
    text: &str,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<TimeRange, InvalidTimeExpression> {
    let chars = text.chars().count();
    if chars > MAX_TIME_EXPRESSION_CHARS {
        return Err(InvalidTimeExpression::TooLong { chars });
    }
    if text.trim().is_empty() {
        return Err(InvalidTimeExpression::Blank);
    }
    let tokens = tokens::read(text);
    let calendar = Calendar::new(now, zone);
    whole(&tokens, calendar).or_else(|| extraction::only_phrase(&tokens, calendar)).ok_or_else(|| {
        let given = text.chars().take(100).collect();
        if tokens.iter().any(Token::is_impossible_date) {
            InvalidTimeExpression::NoSuchDate { given }
        } else if tokens.iter().any(|token| token.is_word(&["tomorrow", "next", "upcoming"])) {
            InvalidTimeExpression::Future { given }
        } else {
            InvalidTimeExpression::NotUnderstood { given }
        }
    })
}

/// The range, when the text is a phrase of the grammar from its first word to its last.
fn whole(tokens: &[Token], calendar: Calendar<'_>) -> Option<TimeRange> {
    let is_frame = |token: &&Token| matches!(token.kind, Kind::Mark(mark) if ".,;:?!\"'()".contains(mark));
    let start = tokens.iter().take_while(is_frame).count();
    let end = tokens.len() - tokens[start..].iter().rev().take_while(is_frame).count();
    let mut reader = Reader::new(&tokens[..end], start, calendar, Manner::Expression);
    let range = reader.range().or_else(|| {
        reader.skip_lead();
        reader.range()
    })?;
    reader.is_at_end().then_some(range)
}
