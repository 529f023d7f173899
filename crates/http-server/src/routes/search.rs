//! `/api/search`: by meaning and words, by tags, by time, by likeness.

pub(crate) mod by_query;
pub(crate) mod by_tag;
pub(crate) mod by_time;
pub(crate) mod similar;

use mcp::tools::Caller;
use mcp::wire;
use serde_json::{Map, Value};

use crate::error::Failure;
use crate::extract::Lenient;
use crate::tool::{self, UNCUT};
use crate::wire::Hit;

/// How many hits there are when the caller does not say.
const DEFAULT_RESULTS: u64 = 10;
/// The most hits.
const MAX_RESULTS: u64 = engine::MAX_RESULTS as u64;

/// What the tool `memory_search` found.
struct Ranked {
    hits: Vec<Hit>,
    notices: Vec<String>,
}

/// Searches as the tool does; with a threshold, what is less similar is left out.
async fn ranked(
    caller: &Caller,
    mut arguments: Map<String, Value>,
    threshold: Option<f64>,
) -> Result<Ranked, Failure> {
    arguments.entry("max_response_chars").or_insert(UNCUT.into());
    let mut found = tool::call::<wire::Search>(caller, "memory_search", arguments).await?.answer;
    if let Some(threshold) = threshold {
        found.memories.retain(|hit| hit.similarity.is_some_and(|similarity| similarity >= threshold));
    }
    Ok(Ranked { hits: found.memories.into_iter().map(Hit::from).collect(), notices: found.notices })
}

/// A number of hits.
fn results(given: Option<Lenient<u64>>, place: &str, name: &str) -> Result<u64, Failure> {
    let given = given.map_or(DEFAULT_RESULTS, |number| number.0);
    within(given, 1..=MAX_RESULTS, place, name)
}

/// A share, 0 to 1.
fn share(given: Option<Lenient<f64>>, name: &str) -> Result<Option<f64>, Failure> {
    given.map(|number| within(number.0, 0.0..=1.0, "body", name)).transpose()
}

fn within<T: PartialOrd + std::fmt::Display>(
    given: T,
    range: std::ops::RangeInclusive<T>,
    place: &str,
    name: &str,
) -> Result<T, Failure> {
    if range.contains(&given) {
        return Ok(given);
    }
    let message = format!("{name} is {given}, it must be from {} to {}", range.start(), range.end());
    Err(Failure::problem("out_of_range", vec![place.into(), name.into()], message))
}
