//! Time phrases in prose. Now is Wednesday 2026-03-11 15:30 UTC.

use jiff::tz::TimeZone;
use model::extract_time_expression;
use proptest::prelude::*;

use crate::{ours, time, written};

const NOW: &str = "2026-03-11T15:30:00Z";

#[test]
fn a_phrase_is_taken_out_with_the_words_that_belong_to_it() {
    for (query, cleaned, range) in [
        (
            "what did I decide last week about the parser",
            "what did I decide about the parser",
            "2026-03-02..2026-03-08",
        ),
        ("bugs in the last 3 days", "bugs", "2026-03-08T00:00..2026-03-11T15:30 now"),
        ("Yesterday, we fixed it", "we fixed it", "2026-03-10..2026-03-10"),
        ("what did we fix (yesterday)?", "what did we fix ()?", "2026-03-10..2026-03-10"),
        ("what did we fix yesterday?", "what did we fix?", "2026-03-10..2026-03-10"),
        ("yesterday\u{2019}s meeting", "meeting", "2026-03-10..2026-03-10"),
        ("the last-week summary", "summary", "2026-03-02..2026-03-08"),
        ("notes since monday on caching", "notes on caching", "2026-03-09T00:00.."),
        ("plans from 2024-01-01 to 2024-01-31 please", "plans please", "2024-01-01..2024-01-31"),
        ("meetings in may", "meetings", "2025-05-01..2025-05-31"),
        ("decisions of May 2024", "decisions", "2024-05-01..2024-05-31"),
        ("logs of 2024-06-15.", "logs.", "2024-06-15..2024-06-15"),
        ("what broke on 3/4", "what broke", "2026-03-04..2026-03-04"),
        ("compare last month with this month", "compare with", "2026-02-01..2026-03-31"),
        ("since january but nothing before march", "but nothing", "2026-01-01..2026-02-28"),
        ("last night's deploy of the server", "deploy of the server", "2026-03-10T18:00..2026-03-11T05:00"),
        ("gifts we bought last christmas", "gifts we bought", "2025-12-22..2025-12-28"),
        ("trip during the spring", "trip", "2025-03-20..2025-06-20"),
        ("what broke the day before yesterday", "what broke", "2026-03-09..2026-03-09"),
        ("the summer 2024 release", "release", "2024-06-21..2024-09-22"),
        ("deploys in early march 2025", "deploys", "2025-03-01..2025-03-10"),
        ("what did mid-march bring", "what did bring", "2026-03-11..2026-03-20"),
        ("the recent changes", "the changes", "2026-03-04T15:30..2026-03-11T15:30 now"),
        ("yesterday", "", "2026-03-10..2026-03-10"),
    ] {
        let extracted = extract_time_expression(query, time(NOW), &TimeZone::UTC);
        let read = extracted.range.map(|range| written(&range));
        assert_eq!((extracted.cleaned.as_str(), read.as_deref()), (cleaned, Some(range)), "{query:?}");
    }
}

#[test]
fn words_that_may_mean_something_else_stay() {
    for query in [
        "I may go",
        "this may fail",
        "march forward with the plan",
        "april wrote the parser",
        "3/4 of the tests failed",
        "on 3/4 of the machines",
        "version 10-15-24 is out",
        "fall back to polling",
        "this is a spring boot service",
        "beans in spring are singletons",
        "migrate from spring to quarkus",
        "mid-may-release-notes",
        "answer within 3 days",
        "the best papers of recent years",
        "the most recent error",
        "a last minute change",
        "the last day of the project",
        "in 2000 lines of code",
        "in 2048 bytes",
        "port 2024",
        "the second half of the file",
        "wait 3.5 days, then retry",
        "see logs/2024-06-15.txt",
        "open today.txt",
        "the pre-christmas freeze",
        "next week we ship",
        "may 5 people come",
        "night mode",
        "the monday standup",
        "christmas gift ideas",
        "column last_week_total",
        "week numbers",
    ] {
        let extracted = extract_time_expression(query, time(NOW), &TimeZone::UTC);
        assert_eq!((extracted.cleaned.as_str(), extracted.range), (query, None), "{query:?}");
    }
}

#[test]
fn long_prose_of_the_grammar_s_own_words_ends() {
    for word in [
        "morning of ",
        "in ",
        "the last ",
        "((1",
        ":2024-01-01T1",
        "between today and ",
        "since ",
        "more than ",
    ] {
        let query = word.repeat(100_000 / word.len());
        let extracted = extract_time_expression(&query, time(NOW), &TimeZone::UTC);
        assert!(extracted.cleaned.len() <= query.len(), "{word}");
    }
}

/// Words without a meaning in the grammar.
fn words() -> impl Strategy<Value = String> {
    proptest::collection::vec("parser|Caf\u{e9}|tests|\u{6f22}\u{5b57}|cache|x86|why\\?|API", 0..5)
        .prop_map(|words| words.join(" "))
}

const PHRASES: [&str; 12] = [
    "yesterday",
    "last week",
    "2 weeks ago",
    "in the past 3 days",
    "between january and march",
    "since 2024-06-15",
    "from 1/2/2024 to 3/4/2024",
    "on monday morning",
    "q1 2024",
    "during last summer",
    "a month ago",
    "this morning",
];

/// Texts of the grammar's own words and marks, in any order.
fn jumble() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "last|this|between|and|from|to|since|before|until|of|the|a|ago|in|on|older|than|more|up|prior",
        "day|days|weeks|month|quarter|year|hours|minute|morning|night|weekend|monday|fri|may|march|sept",
        "q1|h2|first|2nd|31st|half|new|christmas|winter|break|2024|0|7|31|9999|12345|24h|two|couple|few",
        "2024-06-15|2024-02-30|3/4|13/13/24|2024-06|2026-03-11T15:30:00Z|0000-01-01|9999-12-31",
        "[-/.,'&_ ]|\u{2019}s|\u{e9}|\u{6f22}",
    ];
    proptest::collection::vec((piece, prop_oneof![Just(" "), Just(""), Just("-")]), 0..10)
        .prop_map(|pieces| pieces.into_iter().map(|(piece, gap)| piece + gap).collect())
}

fn zones() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just("UTC"),
        Just("Europe/Berlin"),
        Just("America/Sao_Paulo"),
        Just("America/Havana"),
        Just("Australia/Lord_Howe"),
        Just("Pacific/Apia")
    ]
}

proptest! {
    #[test]
    fn a_phrase_between_other_words_is_found_and_leaves_them(
        before in words(),
        after in words(),
        phrase in 0..PHRASES.len(),
    ) {
        let phrase = PHRASES[phrase];
        let query = format!("{before} {phrase} {after}");
        let extracted = extract_time_expression(&query, time(NOW), &TimeZone::UTC);
        let words: Vec<&str> = before.split_whitespace().chain(after.split_whitespace()).collect();
        prop_assert_eq!(extracted.cleaned, words.join(" "));
        prop_assert_eq!(extracted.range.map(|range| written(&range)), Some(ours(phrase, NOW)));
    }

    #[test]
    fn what_is_left_of_a_query_is_part_of_it_in_its_order(query in prop_oneof![jumble(), ".{0,60}"]) {
        let extracted = extract_time_expression(&query, time(NOW), &TimeZone::UTC);
        let visible = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let mut rest = query.chars().filter(|c| !c.is_whitespace());
        prop_assert!(visible(&extracted.cleaned).chars().all(|c| rest.any(|other| other == c)));
        prop_assert!(extracted.range.is_some() || extracted.cleaned == query.trim());
    }

    #[test]
    fn no_range_is_reversed_or_without_bounds(
        text in jumble(),
        seconds in -62_135_596_800_i64..253_402_300_799,
        zone in zones(),
    ) {
        let zone = TimeZone::get(zone).unwrap();
        let now = model::Timestamp::from_microseconds(seconds * 1_000_000);
        let parsed = model::parse_time_expression(&text, now, &zone).ok();
        let extracted = extract_time_expression(&text, now, &zone).range;
        for range in [parsed, extracted].into_iter().flatten() {
            prop_assert!(range.from.is_some() || range.before.is_some());
            prop_assert!(range.from.zip(range.before).is_none_or(|(from, before)| from <= before), "{:?}", range);
        }
    }
}

#[test]
fn phrases_that_an_of_joins_are_taken_out_together() {
    let query = "where was Dave in the last two weeks of August 2025?";
    let extracted = extract_time_expression(query, time(NOW), &TimeZone::UTC);
    assert_eq!(extracted.cleaned, "where was Dave?");
    assert!(extracted.range.is_some());
}
