//! The nearest memories that meet a filter.
//!
//! The filter comes before the cut, in one of two ways. A filter that most memories meet is checked on the nearest
//! candidates, more of them when too many fail. A selective one gives its memories first, and only those are measured.

use model::{Filter, MemoryId, PartitionScope, Vector};
use ports::Candidate;
use rusqlite::{Connection, params_from_iter};

use super::codes::{self, Query};
use super::index::Index;
use super::stored;
use crate::candidates;
use crate::error::{Result, While};
use crate::filter::Condition;

/// How many candidates are measured exactly: so many more than asked for, and so many at least. The estimate is within
/// half a hundredth, so the order of the best is decided among these.
const SPARE: (usize, usize) = (4, 48);
/// How often the candidates are widened (fourfold) before the filter gives its memories first.
const WIDENINGS: usize = 2;

/// The nearest memories by cosine, nearest first.
pub(crate) fn nearest(
    connection: &Connection,
    index: &Index,
    query: &Vector,
    filter: &Filter,
    limit: usize,
) -> Result<Vec<Candidate>> {
    let Some(coded) = Query::of(query.as_slice()).filter(|_| limit > 0 && index.len() > 0) else {
        return Ok(Vec::new());
    };
    let question = Question { connection, index, numbers: query.as_slice(), coded, limit };
    let condition = Condition::of(filter);
    if !is_selective(filter)
        && let Some(found) = question.check_candidates(&condition)?
    {
        return Ok(found);
    }
    question.measure_selected(&condition)
}

/// The exact cosines of live memories that have a vector, nearest first.
pub(crate) fn cosines(
    connection: &Connection,
    index: &Index,
    query: &Vector,
    ids: &[MemoryId],
) -> Result<Vec<Candidate>> {
    let Some(coded) = Query::of(query.as_slice()) else { return Ok(Vec::new()) };
    let question = Question { connection, index, numbers: query.as_slice(), coded, limit: ids.len() };
    let slots: Vec<usize> = ids.iter().filter_map(|id| index.slot(id.0)).collect();
    let measured = question.measure(&slots)?;
    candidates::first_meeting(connection, &Condition::live(), &measured, ids.len())
}

/// Whether few memories meet the filter. Partitions beside the default one are small, as a rule.
fn is_selective(filter: &Filter) -> bool {
    let is_other = matches!(&filter.partitions, PartitionScope::One(partition) if !partition.is_default());
    filter.is_selective() || is_other
}

struct Question<'a> {
    connection: &'a Connection,
    index: &'a Index,
    numbers: &'a [f32],
    coded: Query,
    limit: usize,
}

impl Question<'_> {
    /// Checks the filter on the nearest; none when too few of them meet it.
    fn check_candidates(&self, condition: &Condition) -> Result<Option<Vec<Candidate>>> {
        let near = self.index.near(&self.coded);
        let mut slots: Vec<usize> = (0..near.len()).collect();
        let mut width = self.first_width();
        for _ in 0..=WIDENINGS {
            let best = best(&mut slots, width, |slot| near[slot]);
            let measured = self.measure(best)?;
            let found = candidates::first_meeting(self.connection, condition, &measured, self.limit)?;
            if found.len() >= self.limit || width >= near.len() {
                return Ok(Some(found));
            }
            width = width.saturating_mul(4);
        }
        Ok(None)
    }

    /// Measures the memories that meet the filter.
    fn measure_selected(&self, condition: &Condition) -> Result<Vec<Candidate>> {
        let sql = format!("SELECT m.id FROM memories AS m WHERE {}", condition.sql());
        let ids: Vec<i64> = self
            .connection
            .prepare_cached(&sql)
            .and_then(|mut statement| {
                statement.query_map(params_from_iter(condition.values()), |row| row.get(0))?.collect()
            })
            .doing("selecting memories to compare")?;
        let mut slots: Vec<usize> = ids.iter().filter_map(|id| self.index.slot(*id)).collect();
        let best = best(&mut slots, self.first_width(), |slot| self.index.near_one(&self.coded, slot));
        let mut found = self.measure(best)?;
        found.truncate(self.limit);
        Ok(found)
    }

    fn first_width(&self) -> usize {
        self.limit.saturating_mul(SPARE.0).saturating_add(SPARE.1)
    }

    /// The exact cosine of each, nearest first.
    fn measure(&self, slots: &[usize]) -> Result<Vec<Candidate>> {
        let mut measured = Vec::with_capacity(slots.len());
        for slot in slots {
            let id = self.index.id(*slot);
            let cosine = match self.index.cosine(self.numbers, *slot) {
                Some(cosine) => Some(cosine),
                None => stored::one(self.connection, &self.index.home, id)?
                    .and_then(|stored| codes::cosine(self.numbers, &stored)),
            };
            measured.extend(cosine.map(|score| Candidate { id: MemoryId(id), score }));
        }
        measured.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.id.cmp(&b.id)));
        Ok(measured)
    }
}

/// The places with the highest scores, at most `width`, in no order.
fn best(slots: &mut [usize], width: usize, score: impl Fn(usize) -> f32) -> &[usize] {
    if width < slots.len() {
        slots.select_nth_unstable_by(width, |a, b| score(*b).total_cmp(&score(*a)));
        return &slots[..width];
    }
    slots
}
