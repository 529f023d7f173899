//! Time zones: everything is read where the caller lives.

use jiff::tz::TimeZone;
use model::{TimeRange, Timestamp, extract_time_expression, parse_time_expression};

use crate::time;

fn read(text: &str, now: &str, zone: &str) -> (String, String) {
    let zone = TimeZone::get(zone).unwrap();
    let range = parse_time_expression(text, time(now), &zone).unwrap();
    (range.from.unwrap().to_string(), range.before.unwrap().to_string())
}

fn pair(from: &str, before: &str) -> (String, String) {
    (from.to_owned(), before.to_owned())
}

#[test]
fn today_is_the_local_day() {
    let expected = pair("2026-03-11T23:00:00Z", "2026-03-12T23:00:00Z");
    assert_eq!(read("today", "2026-03-11T23:30:00Z", "Europe/Berlin"), expected);
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let extracted = extract_time_expression("done today", time("2026-03-11T23:30:00Z"), &zone).range.unwrap();
    assert_eq!(extracted.from, Some(time("2026-03-11T23:00:00Z")));
}

#[test]
fn a_day_is_as_long_as_the_change_of_the_clocks_makes_it() {
    assert_eq!(
        read("yesterday", "2026-03-30T12:00:00Z", "Europe/Berlin"),
        pair("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z")
    );
    assert_eq!(
        read("2026-10-25", "2026-03-30T12:00:00Z", "Europe/Berlin"),
        pair("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")
    );
}

#[test]
fn a_day_without_midnight_begins_when_the_clocks_go_on() {
    // On 4 November 2018 the clocks of Sao Paulo went from 00:00 to 01:00.
    assert_eq!(
        read("today", "2018-11-04T12:00:00Z", "America/Sao_Paulo"),
        pair("2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z")
    );
    let (from, before) = read("today midnight", "2018-11-04T12:00:00Z", "America/Sao_Paulo");
    assert_eq!(from, before, "that hour did not exist");
}

#[test]
fn hours_are_real_hours_and_days_are_days_of_the_calendar() {
    // The night before, an hour was left out.
    let now = "2026-03-29T10:00:00Z";
    assert_eq!(read("last 24 hours", now, "Europe/Berlin").0, "2026-03-28T10:00:00Z");
    assert_eq!(read("last 1 day", now, "Europe/Berlin").0, "2026-03-27T23:00:00Z");
    assert_eq!(
        read("last night", now, "Europe/Berlin"),
        pair("2026-03-28T17:00:00Z", "2026-03-29T03:00:00Z")
    );
}

#[test]
fn at_the_ends_of_time_a_day_is_refused_and_nothing_is_a_panic() {
    for now in [i64::MIN, i64::MAX].map(Timestamp::from_microseconds) {
        assert!(parse_time_expression("today", now, &TimeZone::UTC).is_err());
        for text in
            ["last week", "this year", "last 3 hours", "winter", "since 2024", "tonight", "last monday"]
        {
            let range = parse_time_expression(text, now, &TimeZone::UTC);
            let is_in_order = |range: TimeRange| range.before.is_none() || range.from <= range.before;
            assert!(range.is_err() || range.is_ok_and(is_in_order), "{now} {text}");
        }
    }
}
