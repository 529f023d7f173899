//! Memories that mean nearly the same: the code of each is compared with those of all later ones, on all cores, and who may
//! be near enough is measured exactly.

use model::{Filter, MemoryId};
use ports::NearPair;
use rusqlite::{Connection, params_from_iter};

use super::codes::Query;
use super::derived::Measure;
use super::fine::{Reference, direction};
use super::index::Index;
use crate::error::{Result, While};
use crate::filter::Condition;

/// How many memories are compared with all others in one go; other questions come in between.
pub(crate) const AT_ONCE: usize = 256;
/// How many deviations an estimate may be below the threshold. Of a thousand near ones, one is farther off.
const DEVIATIONS: f32 = 3.0;

/// The memories that meet a filter, in the order in which they were stored.
pub(crate) fn selected(connection: &Connection, filter: &Filter) -> Result<Vec<i64>> {
    let condition = Condition::of(filter);
    let sql = format!("SELECT m.id FROM memories AS m WHERE {} ORDER BY m.id", condition.sql());
    connection
        .prepare(&sql)
        .and_then(|mut statement| {
            statement.query_map(params_from_iter(condition.values()), |row| row.get(0))?.collect()
        })
        .doing("selecting memories to compare")
}

/// One memory to be compared with all later ones.
struct Row {
    id: i64,
    query: Query,
    reference: Reference,
    /// Places of later memories that may be near enough.
    near: Vec<usize>,
}

/// The pairs of which the first is among the next [`AT_ONCE`] memories from a place on.
pub(crate) fn pairs(
    connection: &Connection,
    index: &Index,
    ids: &[i64],
    from: usize,
    threshold: f64,
) -> Result<Vec<NearPair>> {
    let mut measure = Measure::new(connection, index)?;
    let mut rows = Vec::with_capacity(AT_ONCE);
    for id in ids[from..].iter().take(AT_ONCE) {
        rows.extend(row(&mut measure, index, *id)?);
    }
    let places = places(index, &ids[from..]);
    #[expect(clippy::cast_possible_truncation, reason = "an estimate")]
    let roughly = threshold as f32;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let share = rows.len().div_ceil(cores).max(1);
    std::thread::scope(|scope| {
        for rows in rows.chunks_mut(share) {
            scope.spawn(|| compare(index, &places, rows, roughly));
        }
    });
    let mut pairs = Vec::new();
    for row in &rows {
        for slot in &row.near {
            let Some(cosine) = measure.cosine(index, &row.reference, *slot)? else { continue };
            if cosine >= threshold {
                let second = index.at(*slot).0;
                pairs.push(NearPair { first: MemoryId(row.id), second: MemoryId(second), cosine });
            }
        }
    }
    Ok(pairs)
}

/// None when the memory has no vector with a direction.
fn row(measure: &mut Measure<'_>, index: &Index, id: i64) -> Result<Option<Row>> {
    let Some(slot) = index.slots(id).find(|slot| index.at(*slot).1 == 0) else { return Ok(None) };
    // As codes, like those that it is compared with: then equal vectors have a cosine of exactly 1.
    let numbers = match index.fine(slot) {
        Some(codes) => Some(direction(codes)),
        None => measure.read(id, 0)?.map(|fine| direction(fine.codes())),
    };
    Ok(numbers.and_then(|numbers| {
        let query = Query::of(index.rotation(), &numbers)?;
        Some(Row { id, query, reference: Reference::of(&numbers)?, near: Vec::new() })
    }))
}

/// Where the vectors of whole memories are, of those that are selected.
fn places(index: &Index, ids: &[i64]) -> Vec<usize> {
    let mut places: Vec<usize> =
        ids.iter().flat_map(|id| index.slots(*id).filter(|slot| index.at(*slot).1 == 0)).collect();
    places.sort_unstable();
    places
}

fn compare(index: &Index, places: &[usize], rows: &mut [Row], threshold: f32) {
    let mut estimates = Vec::new();
    for row in rows {
        index.estimates_into(&row.query, &mut estimates);
        let (near, query) = (&mut row.near, &row.query);
        let may_reach = |slot: &usize| {
            estimates[*slot] >= threshold - DEVIATIONS * query.deviation(threshold, 2.0)
                && estimates[*slot] + DEVIATIONS * index.deviation(query, threshold, *slot) >= threshold
        };
        near.extend(places.iter().copied().filter(may_reach).filter(|slot| index.at(*slot).0 > row.id));
    }
}
