//! The forms of the grammar that the recorded pairs do not show. Now is Wednesday 2026-03-11 15:30 UTC.

use jiff::tz::TimeZone;
use model::{
    InvalidTimeExpression, MAX_TIME_EXPRESSION_CHARS, TIME_EXPRESSION_FORMS, Timestamp, parse_time_expression,
};

use crate::{ours, time};

const NOW: &str = "2026-03-11T15:30:00Z";

fn check(cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .map(|(text, expected)| (text, expected, ours(text, NOW)))
        .filter(|(_, expected, read)| **expected != read)
        .map(|(text, expected, read)| format!("{text:?}: {read}, not {expected}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn days_and_parts_of_days() {
    check(&[
        ("the day before yesterday", "2026-03-09..2026-03-09"),
        ("a couple of days ago", "2026-03-09..2026-03-09"),
        ("twelve days back", "2026-02-27..2026-02-27"),
        ("earlier today", "2026-03-11..2026-03-11"),
        ("this afternoon", "2026-03-11T13:00..2026-03-11T18:00"),
        ("yesterday in the afternoon", "2026-03-10T13:00..2026-03-10T18:00"),
        ("morning of yesterday", "2026-03-10T05:00..2026-03-10T12:00"),
        ("the evening of june 5, 2024", "2024-06-05T18:00..2024-06-05T22:00"),
        ("monday morning", "2026-03-09T05:00..2026-03-09T12:00"),
        ("monday at noon", "2026-03-09T12:00..2026-03-09T13:00"),
        ("3 days ago, evening", "2026-03-08T18:00..2026-03-08T22:00"),
        ("at noon yesterday", "2026-03-10T12:00..2026-03-10T13:00"),
        ("last week morning", "not understood"),
        ("yesterday at 3pm", "not understood"),
    ]);
}

#[test]
fn weekdays() {
    check(&[
        ("on tuesday", "2026-03-10..2026-03-10"),
        ("wednesday", "2026-03-11..2026-03-11"),
        ("last wednesday", "2026-03-04..2026-03-04"),
        ("this friday", "2026-03-13..2026-03-13"),
        ("Fri", "2026-03-06..2026-03-06"),
        ("monday of last week", "2026-03-02..2026-03-02"),
        ("friday 2 weeks ago", "2026-02-27..2026-02-27"),
        ("monday last month", "not understood"),
        ("last weekend", "2026-03-07..2026-03-08"),
        ("this weekend", "2026-03-14..2026-03-15"),
    ]);
}

#[test]
fn amounts_and_units() {
    check(&[
        ("3 hours ago", "2026-03-11T12:00..2026-03-11T13:00 now"),
        ("half an hour ago", "2026-03-11T14:55..2026-03-11T15:05 now"),
        ("1 minute ago", "2026-03-11T15:24..2026-03-11T15:30 now"),
        ("last 24 hours", "2026-03-10T15:30..2026-03-11T15:30 now"),
        ("last 24h", "2026-03-10T15:30..2026-03-11T15:30 now"),
        ("past hour", "2026-03-11T14:30..2026-03-11T15:30 now"),
        ("in the last 30 minutes", "2026-03-11T15:00..2026-03-11T15:30 now"),
        ("over the past 7d", "2026-03-04T00:00..2026-03-11T15:30 now"),
        ("previous two quarters", "2025-07-01T00:00..2026-03-11T15:30 now"),
        ("last few days", "2026-03-06T00:00..2026-03-11T15:30 now"),
        ("within 3 days", "2026-03-08T00:00..2026-03-11T15:30 now"),
        ("past month", "2026-02-01T00:00..2026-03-11T15:30 now"),
        ("week", "2026-03-02T00:00..2026-03-11T15:30 now"),
        ("last quarter", "2025-10-01..2025-12-31"),
        ("this quarter", "2026-01-01..2026-03-31"),
        ("a quarter ago", "2025-10-01..2025-12-31"),
        ("a year ago", "2025-01-01..2025-12-31"),
        ("2025 years ago", "0001-01-01..0001-12-31"),
        ("2026 years ago", "not understood"),
        ("9999 days ago", "1998-10-25..1998-10-25"),
        ("10000 days ago", "not understood"),
        ("3.5 days ago", "not understood"),
    ]);
}

#[test]
fn parts_of_longer_periods() {
    check(&[
        ("early march", "2026-03-01..2026-03-10"),
        ("mid-march", "2026-03-11..2026-03-20"),
        ("late february 2024", "2024-02-19..2024-02-29"),
        ("the end of last month", "2026-02-19..2026-02-28"),
        ("beginning of 2024", "2024-01-01..2024-05-01"),
        ("since the end of 2024", "2024-09-01T00:00.."),
        ("early last week", "2026-03-02..2026-03-08"),
        ("the week of 2024-03-06", "2024-03-04..2024-03-10"),
        ("week of march 3", "2026-03-02..2026-03-08"),
        ("week of march", "not understood"),
    ]);
}

#[test]
fn hyphens_and_underscores_stand_for_blanks() {
    for (joined, spaced) in [
        ("last-week", "last week"),
        ("last-2-weeks", "last 2 weeks"),
        ("2-weeks-ago", "2 weeks ago"),
        ("last-month", "last month"),
        ("LAST_7_DAYS", "last 7 days"),
        ("first-half-of-2024", "first half of 2024"),
        ("two-days-ago", "2 days ago"),
    ] {
        let read = ours(spaced, NOW);
        assert!(read.contains(".."), "{spaced}: {read}");
        assert_eq!(ours(joined, NOW), read, "{joined}");
    }
}

#[test]
fn dates_in_figures_and_in_words() {
    check(&[
        ("2024", "2024-01-01..2024-12-31"),
        ("the year 2024", "2024-01-01..2024-12-31"),
        ("in 2024-02", "2024-02-01..2024-02-29"),
        ("2024/06/15", "2024-06-15..2024-06-15"),
        ("june 15", "2025-06-15..2025-06-15"),
        ("June 15th, 2024", "2024-06-15..2024-06-15"),
        ("the 15th of june 2024", "2024-06-15..2024-06-15"),
        ("15 jun 2024", "2024-06-15..2024-06-15"),
        ("2/29", "2024-02-29..2024-02-29"),
        ("Nov. 2025", "2025-11-01..2025-11-30"),
        ("on Feb. 3rd", "2026-02-03..2026-02-03"),
        ("06/2024", "2024-06-01..2024-06-30"),
        ("march 2024?", "2024-03-01..2024-03-31"),
        ("march of last year", "2025-03-01..2025-03-31"),
        ("sept", "2025-09-01..2025-09-30"),
        ("2026-03-11T15:30:00Z", "2026-03-11T15:30..2026-03-11T15:30"),
        ("2024-02-30", "no such date"),
        ("31/12/2024", "no such date"),
        ("june 31", "not understood"),
    ]);
}

#[test]
fn quarters_halves_seasons_and_holidays() {
    check(&[
        ("q1", "2026-01-01..2026-03-31"),
        ("Q4", "2025-10-01..2025-12-31"),
        ("2024 q3", "2024-07-01..2024-09-30"),
        ("2024-Q3", "2024-07-01..2024-09-30"),
        ("q3/2024", "2024-07-01..2024-09-30"),
        ("q5 2024", "not understood"),
        ("third quarter 2024", "2024-07-01..2024-09-30"),
        ("first quarter of last year", "2025-01-01..2025-03-31"),
        ("h2 2023", "2023-07-01..2023-12-31"),
        ("first half", "2026-01-01..2026-06-30"),
        ("winter 2024", "2024-12-21..2025-03-19"),
        ("last christmas", "2025-12-22..2025-12-28"),
        ("christmas eve 2023", "2023-12-22..2023-12-28"),
        ("valentine's day", "2026-02-13..2026-02-15"),
        ("new year's eve", "2025-12-29..2026-01-04"),
        ("thanksgiving of 2024", "2024-11-25..2024-12-01"),
        ("last year's winter", "2025-12-21..2026-03-19"),
        ("this march", "2026-03-01..2026-03-31"),
        ("last march", "2025-03-01..2025-03-31"),
    ]);
    assert_eq!(ours("last christmas", "2026-12-25T00:00:00Z"), "2025-12-22..2025-12-28");
    assert_eq!(ours("christmas", "2026-12-22T00:00:00Z"), "2026-12-22..2026-12-28");
    assert_eq!(ours("christmas", "2026-12-21T23:59:59Z"), "2025-12-22..2025-12-28");
    assert_eq!(ours("new year", "2026-12-29T00:00:00Z"), "2026-12-29..2027-01-04");
    assert_eq!(ours("this winter", "2026-03-25T00:00:00Z"), "2025-12-21..2026-03-19");
}

#[test]
fn ranges_have_their_ends_in_order() {
    check(&[
        ("between january 5 and february 10 2026", "2026-01-05..2026-02-10"),
        ("between the first half of 2024 and the second quarter of 2025", "2024-01-01..2025-06-30"),
        ("between 3 weeks ago and last monday", "2026-02-16..2026-03-09"),
        ("from november to february", "2025-11-01..2026-02-28"),
        ("from march to january", "2025-03-01..2026-01-31"),
        ("between 2024-03-01 and 2024-01-31", "2024-01-31..2024-03-01"),
        ("between today and yesterday", "2026-03-10..2026-03-11"),
        ("monday to tuesday", "2026-03-09..2026-03-10"),
        ("between thursday and tuesday", "2026-03-05..2026-03-10"),
        ("from yesterday until now", "2026-03-10T00:00..2026-03-11T15:30 now"),
        ("2024-01-01 to 2024-01-31", "2024-01-01..2024-01-31"),
        ("2024-01-01 - 2024-01-31", "2024-01-01..2024-01-31"),
        ("2024-01-01..2024-01-31", "2024-01-01..2024-01-31"),
        ("2024-01-01/2024-01-31", "2024-01-01..2024-01-31"),
        ("1/1/2024 through 1/31/2024", "2024-01-01..2024-01-31"),
        ("june to august 2024", "2024-06-01..2024-08-31"),
        ("jan-mar 2024", "2024-01-01..2024-03-31"),
        ("q1-q2 2024", "2024-01-01..2024-06-30"),
        ("2024-2025", "2024-01-01..2025-12-31"),
        ("2024 to 2025", "2024-01-01..2025-12-31"),
        ("between last week", "not understood"),
        ("between last week and gibberish", "not understood"),
    ]);
}

#[test]
fn ranges_with_one_end() {
    check(&[
        ("since yesterday", "2026-03-10T00:00.."),
        ("since 2024", "2024-01-01T00:00.."),
        ("from 2024-06-15 on", "2024-06-15T00:00.."),
        ("after 2024-06-15", "2024-06-16T00:00.."),
        ("before 2024-06-15", "..2024-06-15T00:00"),
        ("prior to last week", "..2026-03-02T00:00"),
        ("until last week", "..2026-03-09T00:00"),
        ("up to yesterday", "..2026-03-11T00:00"),
        ("before the day before yesterday", "..2026-03-09T00:00"),
        ("older than 30 days", "..2026-02-09T00:00"),
        ("more than a year ago", "..2025-01-01T00:00"),
        ("over a week ago", "..2026-03-02T00:00"),
        ("newer than 3 days", "2026-03-08T00:00.."),
        ("less than 3 days ago", "2026-03-08T00:00.."),
        ("more than 3 days", "not understood"),
        ("since last monday and before today", "2026-03-09..2026-03-10"),
        ("after january until march 2", "2026-02-01..2026-03-02"),
        ("since today before yesterday", "not understood"),
        ("since", "not understood"),
    ]);
}

#[test]
fn words_around_one_phrase_are_passed_over_unless_they_change_its_meaning() {
    check(&[
        ("sometime during the last week", "2026-03-02..2026-03-08"),
        ("oauth decisions last-week", "2026-03-02..2026-03-08"),
        ("what happened on 2024-06-15?", "2024-06-15..2024-06-15"),
        ("3 weeks before christmas", "not understood"),
        ("not last week", "not understood"),
        ("first week of march", "not understood"),
        ("last week or yesterday", "not understood"),
        ("day after tomorrow", "future"),
    ]);
}

#[test]
fn an_error_says_what_was_given_and_what_is_possible() {
    let parse = |text: &str| parse_time_expression(text, time(NOW), &TimeZone::UTC);
    let error = parse("gibberish").unwrap_err();
    assert_eq!(error, InvalidTimeExpression::NotUnderstood { given: "gibberish".to_owned() });
    assert!(error.to_string().ends_with(TIME_EXPRESSION_FORMS), "{error}");
    let filler = |chars: usize| format!("yesterday{}", " ".repeat(chars - "yesterday".len()));
    assert!(parse(&filler(MAX_TIME_EXPRESSION_CHARS)).is_ok());
    assert_eq!(
        parse(&filler(MAX_TIME_EXPRESSION_CHARS + 1)),
        Err(InvalidTimeExpression::TooLong { chars: MAX_TIME_EXPRESSION_CHARS + 1 })
    );
}

#[test]
fn every_form_that_an_error_offers_is_understood() {
    for form in TIME_EXPRESSION_FORMS.split(", ") {
        let form = form.replace('A', "last month").replace('B', "yesterday");
        assert!(ours(&form, NOW).contains(".."), "{form}: {}", ours(&form, NOW));
    }
}

#[test]
fn what_lasts_until_now_holds_what_was_stored_just_now() {
    let now = time(NOW);
    let later = Timestamp::from_microseconds(now.as_microseconds() + 1);
    for text in ["recently", "last 3 days", "past hour", "1 minute ago"] {
        let range = parse_time_expression(text, now, &TimeZone::UTC).unwrap();
        assert!(range.contains(now) && !range.contains(later), "{text}");
    }
    let day = parse_time_expression("today", now, &TimeZone::UTC).unwrap();
    assert!(day.contains(time("2026-03-11T00:00:00Z")) && !day.contains(time("2026-03-12T00:00:00Z")));
}
