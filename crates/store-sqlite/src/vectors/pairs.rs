//! Memories that mean nearly the same: each compared with every later one, by codes first and then exactly.

use model::{Filter, MemoryId};
use ports::NearPair;
use rusqlite::{Connection, params_from_iter};

use super::codes::{self, Query};
use super::index::Index;
use super::stored;
use crate::error::{Result, While};
use crate::filter::Condition;

/// How many memories are compared with all others in one go; other questions come in between.
pub(crate) const AT_ONCE: usize = 64;
/// How far the estimate by codes may be below the cosine.
const MARGIN: f32 = 0.02;

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

/// The pairs of which the first is among the next [`AT_ONCE`] memories from a place on.
pub(crate) fn pairs(
    connection: &Connection,
    index: &Index,
    ids: &[i64],
    from: usize,
    threshold: f64,
) -> Result<Vec<NearPair>> {
    let mut pairs = Vec::new();
    let slots: Vec<Option<usize>> = ids[from..].iter().map(|id| index.slot(*id)).collect();
    #[expect(clippy::cast_possible_truncation, reason = "an estimate")]
    let roughly = threshold as f32 - MARGIN;
    for (n, id) in ids[from..].iter().enumerate().take(AT_ONCE) {
        if slots[n].is_none() {
            continue;
        }
        let Some(numbers) = stored::one(connection, &index.home, *id)? else { continue };
        let Some(query) = Query::of(&numbers) else { continue };
        for (later, slot) in ids[from + n + 1..].iter().zip(&slots[n + 1..]) {
            let Some(slot) = slot.filter(|slot| index.near_one(&query, *slot) >= roughly) else { continue };
            let cosine = match index.cosine(&numbers, slot) {
                Some(cosine) => Some(cosine),
                None => stored::one(connection, &index.home, *later)?
                    .and_then(|stored| codes::cosine(&numbers, &stored)),
            };
            if let Some(cosine) = cosine.filter(|cosine| *cosine >= threshold) {
                pairs.push(NearPair { first: MemoryId(*id), second: MemoryId(*later), cosine });
            }
        }
    }
    Ok(pairs)
}
