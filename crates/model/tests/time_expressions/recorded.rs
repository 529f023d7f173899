//! Every pair that was recorded from the original.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use model::{TimeRange, Timestamp, extract_time_expression, parse_time_expression};
use serde_json::Value;

use crate::differences::DIFFERENCES;
use crate::differences::Defect::{self, *};
use crate::{ours, time, written};

const MARCH: &str = "2026-03-11T15:30:00Z";
const NOVEMBER: &str = "2026-11-22T12:00:00Z";
const JANUARY: &str = "2026-01-05T09:00:00Z";

/// What the original recorded, in our form: its days end at 23:59:59.999999 or 23:59:59, its hours at :59:59, ours with
/// the next one's beginning; what lasts until now includes it in both.
fn recorded(pair: &Value) -> Option<TimeRange> {
    let microseconds =
        |key: &str| Some(Timestamp::from_seconds(pair[key].as_f64()?).unwrap().as_microseconds());
    let from = microseconds("start");
    let before = microseconds("end")
        .map(|end| if end % 3_600_000_000 == 3_599_000_000 { end + 1_000_000 } else { end + 1 });
    (from.is_some() || before.is_some()).then(|| TimeRange {
        from: from.map(Timestamp::from_microseconds),
        before: before.map(Timestamp::from_microseconds),
    })
}

fn pairs(key: &str) -> Vec<Value> {
    let vectors: Value = serde_json::from_str(include_str!("../data/vectors.json")).unwrap();
    vectors[key].as_array().unwrap().clone()
}

#[test]
fn every_recorded_expression_is_read_as_the_original_does_or_its_defect_is_named() {
    let mut wrong = Vec::new();
    let mut equal = 0;
    let mut differing: BTreeMap<Defect, usize> = BTreeMap::new();
    for pair in pairs("time") {
        let (text, now) = (pair["expr"].as_str().unwrap(), pair["now"].as_str().unwrap());
        let column = [MARCH, NOVEMBER, JANUARY].iter().position(|one| *one == now).unwrap();
        let named =
            DIFFERENCES.iter().find(|(expression, ..)| *expression == text).map(|row| (row.1, row.2[column]));
        let read = ours(text, now);
        let original = recorded(&pair);
        match named.filter(|(_, expected)| *expected != "=") {
            Some((defect, expected)) => {
                *differing.entry(defect).or_default() += 1;
                let same = original.is_some_and(|range| written(&range) == expected);
                if read != expected || same {
                    wrong.push(format!("{now} {text:?}: {read}, named as {expected}"));
                }
            }
            None => {
                equal += 1;
                let range = parse_time_expression(text, time(now), &TimeZone::UTC).ok();
                if range.is_none() || range != original {
                    wrong.push(format!(
                        "{now} {text:?}: {read}, original {:?}",
                        original.map(|range| written(&range))
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let counts: Vec<(Defect, usize)> = differing.into_iter().collect();
    assert_eq!(
        counts,
        [
            (NotUnderstood, 48),
            (InvalidIsSilent, 18),
            (ProseIsTime, 6),
            (SecondTimeIgnored, 6),
            (HolidayOfWrongYear, 15),
            (SeasonOfWrongYear, 4),
            (DayOrQuarterOfFuture, 4),
            (LastMonthIsCurrent, 1),
            (YearIgnored, 3),
            (HalfIgnored, 3),
            (EndOfRangeLost, 7),
        ]
    );
    assert_eq!(equal + counts.iter().map(|(_, count)| count).sum::<usize>(), 315);
}

/// Queries where ours differs: the reason, what is left of the query, and the time in March, November and January.
const EXTRACTED: &[(&str, &str, &str, [&str; 3])] = &[
    (
        "find meetings from last week about project updates",
        "a preposition is left behind",
        "find meetings about project updates",
        ["="; 3],
    ),
    ("what did we do in march", "a preposition is left behind", "what did we do", ["="; 3]),
    (
        "notes between january and march about X",
        "the end lies before the beginning",
        "=",
        ["=", "=", "2025-01-01..2025-03-31"],
    ),
    (
        "anything from january to march",
        "only the first time counts",
        "=",
        ["2026-01-01..2026-03-31", "2026-01-01..2026-03-31", "2025-01-01..2025-03-31"],
    ),
    ("the recently added feature", "half a word is left behind", "the added feature", ["="; 3]),
    (
        "find information about databases from two months ago",
        "number words are not understood",
        "find information about databases",
        ["2026-01-01..2026-01-31", "2026-09-01..2026-09-30", "2025-11-01..2025-11-30"],
    ),
    ("error 3/4 of tests", "a fraction is taken for a date", "error 3/4 of tests", ["none"; 3]),
    ("version 10-15 notes", "a version is taken for a date", "version 10-15 notes", ["none"; 3]),
    (
        "last 3 days of work",
        "`last N days` is missing",
        "work",
        [
            "2026-03-08T00:00..2026-03-11T15:30 now",
            "2026-11-19T00:00..2026-11-22T12:00 now",
            "2026-01-02T00:00..2026-01-05T09:00 now",
        ],
    ),
    ("fall back plan", "a verb is taken for a season", "fall back plan", ["none"; 3]),
];

#[test]
fn every_recorded_query_is_taken_apart_as_the_original_does_or_its_defect_is_named() {
    let pairs = pairs("extract");
    let (mut equal, mut differing) = (0, 0);
    for pair in &pairs {
        let (query, now) = (pair["query"].as_str().unwrap(), pair["now"].as_str().unwrap());
        let column = [MARCH, NOVEMBER, JANUARY].iter().position(|one| *one == now).unwrap();
        let extracted = extract_time_expression(query, time(now), &TimeZone::UTC);
        let or_none = |range: Option<TimeRange>| range.map_or("none".to_owned(), |range| written(&range));
        let original = (pair["cleaned"].as_str().unwrap().to_owned(), or_none(recorded(pair)));
        let named = EXTRACTED.iter().find(|row| row.0 == query);
        let expected = named.map_or(original.clone(), |(_, _, cleaned, times)| {
            let chosen =
                |ours: &str, other: &String| if ours == "=" { other.clone() } else { ours.to_owned() };
            (chosen(cleaned, &original.0), chosen(times[column], &original.1))
        });
        assert_eq!((extracted.cleaned, or_none(extracted.range)), expected, "{now} {query:?}");
        *(if expected == original { &mut equal } else { &mut differing }) += 1;
    }
    assert_eq!((equal, differing, pairs.len()), (8, 28, 36));
}
