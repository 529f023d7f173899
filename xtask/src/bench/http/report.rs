//! The figures as Markdown.

use std::fmt::Write;

use super::load::{Loaded, Work};
use super::mixed::Outcome;
use super::streams::Measured;
use crate::bench::statistics::Samples;

/// What HTTP may add to the median of the same call in process, in milliseconds.
const ADDED_AIM_MS: f64 = 0.3;
/// How much the second half of a mixed load may add to the memory, in bytes, beside what the new memories take.
const GROWTH: f64 = 16e6;
/// What a new memory may take of it: its codes, its place in caches.
const GROWTH_EACH: f64 = 1024.0;

/// Times of the same call over HTTP and in process.
pub(crate) struct InTurn {
    pub(crate) work: Work,
    pub(crate) http: Samples,
    pub(crate) in_process: Samples,
}

/// A load at some number of connections, over HTTP and in process.
pub(crate) struct Point {
    pub(crate) work: Work,
    pub(crate) connections: usize,
    pub(crate) http: Loaded,
    pub(crate) in_process: Loaded,
}

/// What the server took of memory during a mixed load, and what came of it.
pub(crate) struct Endured {
    pub(crate) outcome: Outcome,
    pub(crate) seconds: f64,
    pub(crate) clients: usize,
    /// Resident memory at the start, in the middle and at the end.
    pub(crate) rss: [u64; 3],
    /// How many memories the file should have more, and has.
    pub(crate) counted: (usize, usize),
    /// What the server complained about.
    pub(crate) complaints: Vec<String>,
}

fn verdict(is_met: bool) -> &'static str {
    if is_met { "met" } else { "**missed**" }
}

/// What HTTP adds, and what a request that does nothing takes.
pub(crate) fn added(all: &[InTurn], nothing: &Samples) -> String {
    let mut text = "### What HTTP adds\n\n| | p50 | p95 | in process: p50 | p95 | added to p50 | aim | |\n\
                    |---|---:|---:|---:|---:|---:|---:|---|\n"
        .to_owned();
    for InTurn { work, http, in_process } in all {
        let added = http.p50() - in_process.p50();
        // Writing to a String does not fail.
        let _ = writeln!(
            text,
            "| {} | {:.2} ms | {:.2} ms | {:.2} ms | {:.2} ms | {added:.3} ms | <= {ADDED_AIM_MS} ms | {} |",
            work.name(),
            http.p50(),
            http.p95(),
            in_process.p50(),
            in_process.p95(),
            verdict(added <= ADDED_AIM_MS),
        );
    }
    let _ = writeln!(text, "| `GET /livez` | {:.3} ms | {:.3} ms | | | | | |", nothing.p50(), nothing.p95());
    text
}

/// The loads.
pub(crate) fn loads(points: &[Point]) -> String {
    let mut text = "### Load\n\n| | connections | requests/s | p50 | p99 | processor time each | in process: calls/s | p50 | p99 | \
                    processor time each |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n"
        .to_owned();
    for Point { work, connections, http, in_process } in points {
        let _ = write!(text, "| {} | {connections} |", work.name());
        for side in [http, in_process] {
            let _ = write!(
                text,
                " {:.0} | {:.2} ms | {:.2} ms | {:.2} ms |",
                side.rate(),
                side.times.p50(),
                side.times.p99(),
                side.processor_ms()
            );
        }
        text.push('\n');
    }
    text
}

/// The event streams.
pub(crate) fn streams(measured: &Measured, complaints: &[String]) -> String {
    let [first, again] = &measured.rounds;
    let mut text = format!(
        "### Event streams\n\n{} streams, opened one after the other in {:.1} s: RSS {} before, {} with all of them ({:.0} bytes a \
         stream), {} after the last was closed; opened once more, {}, and closed, {}. A new memory was heard of on {} of them, \
         and on {} the second time; the last was read {:.2} s after the first could be.\n",
        measured.count,
        first.opened_s,
        megabytes(measured.before),
        megabytes(first.rss[0]),
        measured.bytes_each(),
        megabytes(first.rss[1]),
        megabytes(again.rss[0]),
        megabytes(again.rss[1]),
        first.heard,
        again.heard,
        first.heard_s
    );
    tell(&mut text, "the server complained", complaints);
    text
}

/// The mixed load.
pub(crate) fn endured(endured: &Endured) -> String {
    let Endured { outcome, seconds, clients, rss, counted, complaints } = endured;
    let [start, middle, end] = rss.map(megabytes);
    let growth = rss[2] as f64 - rss[1] as f64;
    let allowed = GROWTH + outcome.more() as f64 / 2.0 * GROWTH_EACH;
    let is_whole = outcome.lost == 0 && counted.0 == counted.1;
    let mut text = format!(
        "### Mixed load\n\n{clients} clients for {seconds} s: {} requests, {:.0} a second ({} stored, {} searched, {} listed, {} \
         changed, {} deleted, {} event streams opened).\n\n\
         - errors: {} ({})\n\
         - lost writes: {} of {} that were read back; {} memories expected in the file, {} counted ({})\n\
         - RSS: {start} at the start, {middle} in the middle, {end} at the end; the second half added {:.1} MB, at most {:.1} MB \
         is allowed ({})\n",
        outcome.requests(),
        outcome.requests() as f64 / seconds,
        outcome.stored,
        outcome.searched,
        outcome.listed,
        outcome.updated,
        outcome.deleted,
        outcome.listened,
        outcome.failed,
        verdict(outcome.failed == 0 && complaints.is_empty()),
        outcome.lost,
        outcome.read_back + outcome.lost,
        counted.0,
        counted.1,
        verdict(is_whole),
        growth / 1e6,
        allowed / 1e6,
        verdict(growth <= allowed),
    );
    tell(&mut text, "error", &outcome.errors);
    tell(&mut text, "the server complained", complaints);
    text
}

/// The first lines of what went wrong.
fn tell(text: &mut String, what: &str, lines: &[String]) {
    for line in lines.iter().take(5) {
        let _ = writeln!(text, "- {what}: {line}");
    }
    if lines.len() > 5 {
        let _ = writeln!(text, "- {what}: {} more", lines.len() - 5);
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::super::streams::Round;
    use super::*;

    #[test]
    fn what_http_adds_is_the_difference_of_the_medians() {
        let turn = |http: f64| InTurn {
            work: Work::Search,
            http: Samples::from_iter([http]),
            in_process: Samples::from_iter([4.0]),
        };
        let nothing = Samples::from_iter([0.05]);
        let met = added(&[turn(4.25)], &nothing);
        assert!(
            met.contains("| search | 4.25 ms | 4.25 ms | 4.00 ms | 4.00 ms | 0.250 ms | <= 0.3 ms | met |"),
            "{met}"
        );
        assert!(added(&[turn(4.5)], &nothing).contains("**missed**"));
    }

    #[test]
    fn a_stream_takes_its_part_of_what_all_took() {
        let round = |rss| Round { opened_s: 4.0, rss, heard: 100, heard_s: 0.1 };
        let rounds = [round([42_000_000, 41_000_000]), round([42_500_000, 41_500_000])];
        let text = streams(&Measured { count: 100, before: 40_000_000, rounds }, &[]);
        assert!(
            text.contains("RSS 40.0 MB before, 42.0 MB with all of them (20000 bytes a stream)"),
            "{text}"
        );
    }

    fn run() -> Endured {
        Endured {
            outcome: Outcome { stored: 10, read_back: 10, ..Outcome::default() },
            seconds: 10.0,
            clients: 2,
            rss: [50_000_000, 60_000_000, 61_000_000],
            counted: (10, 10),
            complaints: Vec::new(),
        }
    }

    #[test]
    fn an_error_a_lost_write_and_growing_memory_each_miss() {
        let missed = |run: &Endured| endured(run).matches("**missed**").count();
        assert_eq!(missed(&run()), 0);
        let mut failed = run();
        failed.outcome.failed = 1;
        assert_eq!(missed(&failed), 1);
        let complained = Endured { complaints: vec!["WARN x".to_owned()], ..run() };
        assert_eq!(missed(&complained), 1);
        assert_eq!(missed(&Endured { counted: (10, 9), ..run() }), 1);
        assert_eq!(missed(&Endured { rss: [50_000_000, 60_000_000, 77_000_000], ..run() }), 1);
    }
}
