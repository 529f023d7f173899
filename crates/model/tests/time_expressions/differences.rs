//! The recorded expressions that ours reads differently, each with the defect of the original.

/// Why ours differs from the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Defect {
    /// The original does not understand it and drops the filter in silence; it is a time.
    NotUnderstood,
    /// The original drops the filter in silence; ours is an error.
    InvalidIsSilent,
    /// The original takes `march` and `may` in prose for months; ours is an error.
    ProseIsTime,
    /// The original takes one of two times that contradict each other; ours is an error.
    SecondTimeIgnored,
    /// The original takes a holiday of the future, or one that is a year too old.
    HolidayOfWrongYear,
    /// The original takes a season of the future, or one that is a year too old.
    SeasonOfWrongYear,
    /// The original takes a day or a quarter of the future where no year is given.
    DayOrQuarterOfFuture,
    /// `last january` in January is the current month in the original.
    LastMonthIsCurrent,
    /// The original ignores the year behind a month.
    YearIgnored,
    /// The original ignores the half of `first half of last year`.
    HalfIgnored,
    /// The original reads one word behind `and`, one time of `from A to B`, or ends before the beginning.
    EndOfRangeLost,
}
use Defect::*;

/// Every expression that ours reads differently: what ours reads in March, November and January; `=` is the original's.
pub(crate) const DIFFERENCES: &[(&str, Defect, [&str; 3])] = &[
    (
        "last 5 hours",
        NotUnderstood,
        [
            "2026-03-11T10:30..2026-03-11T15:30 now",
            "2026-11-22T07:00..2026-11-22T12:00 now",
            "2026-01-05T04:00..2026-01-05T09:00 now",
        ],
    ),
    ("newyear", NotUnderstood, ["2025-12-29..2026-01-04"; 3]),
    ("q1 2024", NotUnderstood, ["2024-01-01..2024-03-31"; 3]),
    ("2024-01", NotUnderstood, ["2024-01-01..2024-01-31"; 3]),
    ("monday", NotUnderstood, ["2026-03-09..2026-03-09", "2026-11-16..2026-11-16", "2026-01-05..2026-01-05"]),
    (
        "last monday",
        NotUnderstood,
        ["2026-03-09..2026-03-09", "2026-11-16..2026-11-16", "2025-12-29..2025-12-29"],
    ),
    (
        "two days ago",
        NotUnderstood,
        ["2026-03-09..2026-03-09", "2026-11-20..2026-11-20", "2026-01-03..2026-01-03"],
    ),
    (
        "an hour ago",
        NotUnderstood,
        [
            "2026-03-11T14:00..2026-03-11T15:00 now",
            "2026-11-22T10:30..2026-11-22T11:30 now",
            "2026-01-05T07:30..2026-01-05T08:30 now",
        ],
    ),
    (
        "5 minutes ago",
        NotUnderstood,
        [
            "2026-03-11T15:20..2026-03-11T15:30 now",
            "2026-11-22T11:50..2026-11-22T12:00 now",
            "2026-01-05T08:50..2026-01-05T09:00 now",
        ],
    ),
    (
        "a week ago",
        NotUnderstood,
        ["2026-03-02..2026-03-08", "2026-11-09..2026-11-15", "2025-12-29..2026-01-04"],
    ),
    (
        "past week",
        NotUnderstood,
        [
            "2026-03-02T00:00..2026-03-11T15:30 now",
            "2026-11-09T00:00..2026-11-22T12:00 now",
            "2025-12-29T00:00..2026-01-05T09:00 now",
        ],
    ),
    (
        "past 3 days",
        NotUnderstood,
        [
            "2026-03-08T00:00..2026-03-11T15:30 now",
            "2026-11-19T00:00..2026-11-22T12:00 now",
            "2026-01-02T00:00..2026-01-05T09:00 now",
        ],
    ),
    ("since monday", NotUnderstood, ["2026-03-09T00:00..", "2026-11-16T00:00..", "2026-01-05T00:00.."]),
    (
        "this morning",
        NotUnderstood,
        [
            "2026-03-11T05:00..2026-03-11T12:00",
            "2026-11-22T05:00..2026-11-22T12:00",
            "2026-01-05T05:00..2026-01-05T12:00",
        ],
    ),
    (
        "last night",
        NotUnderstood,
        [
            "2026-03-10T18:00..2026-03-11T05:00",
            "2026-11-21T18:00..2026-11-22T05:00",
            "2026-01-04T18:00..2026-01-05T05:00",
        ],
    ),
    (
        "tonight",
        NotUnderstood,
        [
            "2026-03-11T18:00..2026-03-12T05:00",
            "2026-11-22T18:00..2026-11-23T05:00",
            "2026-01-05T18:00..2026-01-06T05:00",
        ],
    ),
    ("13/32/2024", InvalidIsSilent, ["no such date"; 3]),
    ("morning", InvalidIsSilent, ["not understood"; 3]),
    ("random gibberish", InvalidIsSilent, ["not understood"; 3]),
    ("", InvalidIsSilent, ["blank"; 3]),
    ("tomorrow", InvalidIsSilent, ["future"; 3]),
    ("next week", InvalidIsSilent, ["future"; 3]),
    ("march forward with the plan", ProseIsTime, ["not understood"; 3]),
    ("I may go", ProseIsTime, ["not understood"; 3]),
    ("today yesterday", SecondTimeIgnored, ["not understood"; 3]),
    ("3 days ago yesterday", SecondTimeIgnored, ["not understood"; 3]),
    ("christmas", HolidayOfWrongYear, ["2025-12-22..2025-12-28"; 3]),
    ("new year", HolidayOfWrongYear, ["2025-12-29..2026-01-04"; 3]),
    (
        "valentine",
        HolidayOfWrongYear,
        ["2026-02-13..2026-02-15", "2026-02-13..2026-02-15", "2025-02-13..2025-02-15"],
    ),
    (
        "halloween",
        HolidayOfWrongYear,
        ["2025-10-28..2025-11-03", "2026-10-28..2026-11-03", "2025-10-28..2025-11-03"],
    ),
    ("thanksgiving", HolidayOfWrongYear, ["2025-11-24..2025-11-30"; 3]),
    ("last spring", SeasonOfWrongYear, ["2025-03-20..2025-06-20", "2026-03-20..2026-06-20", "="]),
    ("last summer", SeasonOfWrongYear, ["=", "2026-06-21..2026-09-22", "="]),
    ("last winter", SeasonOfWrongYear, ["=", "2025-12-21..2026-03-19", "="]),
    ("6-15", DayOrQuarterOfFuture, ["2025-06-15..2025-06-15", "=", "2025-06-15..2025-06-15"]),
    ("4th quarter", DayOrQuarterOfFuture, ["2025-10-01..2025-12-31", "=", "2025-10-01..2025-12-31"]),
    ("last january", LastMonthIsCurrent, ["=", "=", "2025-01-01..2025-01-31"]),
    ("march 2024", YearIgnored, ["2024-03-01..2024-03-31"; 3]),
    ("first half of last year", HalfIgnored, ["2025-01-01..2025-06-30"; 3]),
    (
        "between last month and last week",
        EndOfRangeLost,
        ["2026-02-01..2026-03-08", "2026-10-01..2026-11-15", "2025-12-01..2026-01-04"],
    ),
    (
        "from january to march",
        EndOfRangeLost,
        ["2026-01-01..2026-03-31", "2026-01-01..2026-03-31", "2025-01-01..2025-03-31"],
    ),
    ("between january and march", EndOfRangeLost, ["=", "=", "2025-01-01..2025-03-31"]),
];
