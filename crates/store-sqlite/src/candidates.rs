//! Candidates of a search against a filter.

use std::collections::HashSet;

use ports::Candidate;
use rusqlite::{Connection, params_from_iter};

use crate::error::{Result, While};
use crate::filter::{Condition, json_list};

/// How many candidates are checked at first: so many more than asked for, and so many at least.
const FIRST: (usize, usize) = (1, 16);
/// How many more each time.
const GROWTH: usize = 4;

/// The first candidates that meet a filter, in their order, at most `limit`. Only as many are looked up as that takes.
pub(crate) fn first_meeting(
    connection: &Connection,
    condition: &Condition,
    candidates: &[Candidate],
    limit: usize,
) -> Result<Vec<Candidate>> {
    let mut found = Vec::new();
    let mut rest = candidates;
    let mut width = limit.saturating_mul(FIRST.0).saturating_add(FIRST.1);
    while !rest.is_empty() && found.len() < limit {
        let (batch, later) = rest.split_at(width.min(rest.len()));
        found.extend(meeting(connection, condition, batch)?);
        rest = later;
        width = width.saturating_mul(GROWTH);
    }
    found.truncate(limit);
    Ok(found)
}

/// The candidates that meet a filter, in their order.
fn meeting(
    connection: &Connection,
    condition: &Condition,
    candidates: &[Candidate],
) -> Result<Vec<Candidate>> {
    let ids: Vec<i64> = candidates.iter().map(|candidate| candidate.id.0).collect();
    let meeting = ids_meeting(connection, condition, &ids)?;
    Ok(candidates.iter().copied().filter(|candidate| meeting.contains(&candidate.id.0)).collect())
}

/// Those of these memories that meet a filter.
pub(crate) fn ids_meeting(
    connection: &Connection,
    condition: &Condition,
    ids: &[i64],
) -> Result<HashSet<i64>> {
    let sql = format!(
        "SELECT m.id FROM json_each(?) AS candidate CROSS JOIN memories AS m ON m.id = candidate.value WHERE {}",
        condition.sql()
    );
    let list = json_list(ids);
    connection
        .prepare_cached(&sql)
        .and_then(|mut statement| {
            let values = std::iter::once(&list).chain(condition.values());
            statement.query_map(params_from_iter(values), |row| row.get(0))?.collect()
        })
        .doing("checking the filter on candidates")
}
