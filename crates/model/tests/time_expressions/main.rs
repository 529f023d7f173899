//! Time expressions: the original's recorded pairs, the forms of the grammar, prose, time zones.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod differences;
mod forms;
mod prose;
mod recorded;
mod zones;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use model::{InvalidTimeExpression, TimeRange, Timestamp, parse_time_expression};

fn time(text: &str) -> Timestamp {
    Timestamp::from_stored_iso(text).unwrap()
}

/// A range as the tables write it: whole days, or times; `now` when it ends just after now or a time counted from it.
fn written(range: &TimeRange) -> String {
    let local = |time: Timestamp| -> DateTime { time.to_string().trim_end_matches('Z').parse().unwrap() };
    let minute = |time: Option<Timestamp>| {
        time.map(|time| local(time).strftime("%Y-%m-%dT%H:%M").to_string()).unwrap_or_default()
    };
    let midnight = |time: Timestamp| local(time) == local(time).date().at(0, 0, 0, 0);
    match (range.from, range.before) {
        (Some(from), Some(before)) if midnight(from) && midnight(before) => {
            let last: Date = local(before).date().yesterday().unwrap();
            format!("{}..{last}", local(from).date())
        }
        (from, before) => {
            let after_now = before.is_some_and(|before| before.as_microseconds().rem_euclid(1_000_000) == 1);
            format!("{}..{}{}", minute(from), minute(before), if after_now { " now" } else { "" })
        }
    }
}

fn ours(text: &str, now: &str) -> String {
    match parse_time_expression(text, time(now), &TimeZone::UTC) {
        Ok(range) => written(&range),
        Err(InvalidTimeExpression::TooLong { .. }) => "too long".to_owned(),
        Err(InvalidTimeExpression::Blank) => "blank".to_owned(),
        Err(InvalidTimeExpression::NoSuchDate { .. }) => "no such date".to_owned(),
        Err(InvalidTimeExpression::Future { .. }) => "future".to_owned(),
        Err(InvalidTimeExpression::NotUnderstood { .. }) => "not understood".to_owned(),
    }
}
