//! The nearest memories that meet a filter.
//!
//! Codes tell about how near each vector is and how far off that is as a rule. The nearest by codes are measured exactly,
//! and then all others that could be nearer than the last of them that is wanted. A memory is as near as the
//! nearest of its vectors.
//!
//! The filter comes before the cut, in one of three ways. A filter that most memories meet is checked on the nearest, more of
//! them when too many fail. When an index knows all that can meet it, and they are few, only those are looked at, the nearest
//! first. Any other is checked on what is around the query, and when that is not enough, on all memories.

use std::collections::HashMap;
use std::rc::Rc;

use model::{Filter, MemoryId, Vector};
use ports::Candidate;
use rusqlite::{Connection, params_from_iter};

use super::best::{Best, Cut, highest};
use super::codes::Query;
use super::derived::Measure;
use super::fine::Reference;
use super::index::Index;
use crate::error::{Result, While};
use crate::filter::Condition;
use crate::{candidates, selection};

/// Up to how many vectors are all measured, without a look at their codes.
const ALL_MEASURED: usize = 512;
/// How many vectors are measured at first: so many for each memory that is wanted, and so many at least.
const FIRST: (usize, usize) = (1, 48);
/// How many deviations the estimate of a vector may be below the cosine that it has to reach: that of the first few, of
/// which not one in a hundred may be overlooked, and that of the last.
const DEVIATIONS: (f32, f32) = (2.25, 0.75);
/// The same where measuring takes no reading: then nothing is overlooked.
const DEVIATIONS_IN_MEMORY: (f32, f32) = (4.5, 4.5);
/// How many are measured before it is looked again who could still be nearer.
const STEP: usize = 32;
/// How many memories more than wanted are found before the filter is checked: one in so many, and so many.
const SPARE: (usize, usize) = (8, 4);
/// How often more candidates are taken (four times as many) before the filter gives its memories first.
const WIDENINGS: usize = 3;
/// Who can meet a filter is asked of an index first when they are no more than one in so many, or so many.
const AROUND: (usize, usize) = (4, 2_048);
/// From how many vectors on a selective filter is checked on those around the query before all memories are read for it.
const LARGE: usize = if cfg!(test) { 600 } else { 32_768 };
/// How many those are: one vector in so many.
const RING_SHARE: usize = 32;
/// On how many the filter is checked at first; twice as many each time.
const RING_STEP: usize = 256;
/// A factor that hardly a code reaches: no deviation is larger.
const WIDEST: f32 = 1.5;
/// Of so many vectors one has to be selected for a scan of all to be faster.
const SCAN_SHARE: usize = 32;

/// The nearest memories by cosine, nearest first.
pub(crate) fn nearest(
    connection: &Connection,
    index: &Index,
    query: &Vector,
    filter: &Filter,
    limit: usize,
) -> Result<Vec<Candidate>> {
    if limit == 0 || index.len() == 0 {
        return Ok(Vec::new());
    }
    let Some(mut question) = Question::of(connection, index, query)? else { return Ok(Vec::new()) };
    let condition = Condition::of(filter);
    let found = if !selection::is_narrow(filter) {
        question.check_candidates(&condition, limit)?
    } else if let Some(ids) = selection::around(connection, filter, AROUND.1.max(index.len() / AROUND.0))? {
        Some(question.search_among(&condition, &ids, limit)?)
    } else if index.len() >= LARGE && !is_list(filter) {
        question.search_ring(&condition, limit)?
    } else {
        None
    };
    match found {
        Some(found) => Ok(found),
        None => question.measure_selected(&condition, limit),
    }
}

/// The exact cosines of live memories that have a vector, nearest first.
pub(crate) fn cosines(
    connection: &Connection,
    index: &Index,
    query: &Vector,
    ids: &[MemoryId],
) -> Result<Vec<Candidate>> {
    let Some(mut question) = Question::of(connection, index, query)? else { return Ok(Vec::new()) };
    let mut best = Best::new(ids.len());
    for id in ids {
        for slot in index.slots(id.0) {
            question.take(&mut best, slot)?;
        }
    }
    candidates::first_meeting(connection, &Condition::live(), &best.sorted(), ids.len())
}

/// Whether the filter names its memories, or is met by those of an index.
fn is_list(filter: &Filter) -> bool {
    filter.hashes.is_some() || filter.entity.is_some()
}

struct Question<'a> {
    connection: &'a Connection,
    index: &'a Index,
    query: Rc<Query>,
    reference: Reference,
    measure: Measure<'a>,
    /// What was measured already, by place.
    measured: HashMap<usize, Option<f64>>,
}

/// Vectors with estimates of their cosines.
struct Estimated<'e> {
    /// Where they are; none when they are all.
    slots: Option<&'e [usize]>,
    estimates: &'e [f32],
}

impl Estimated<'_> {
    fn slot(&self, at: usize) -> usize {
        self.slots.map_or(at, |slots| slots[at])
    }
}

impl<'a> Question<'a> {
    /// None when the query has no direction.
    fn of(connection: &'a Connection, index: &'a Index, query: &Vector) -> Result<Option<Self>> {
        let coded = Query::of(index.rotation(), query.as_slice()).zip(Reference::of(query.as_slice()));
        let Some((query, reference)) = coded else { return Ok(None) };
        let measure = Measure::new(connection, index)?;
        let query = Rc::new(query);
        Ok(Some(Self { connection, index, query, reference, measure, measured: HashMap::new() }))
    }

    /// Checks the filter on the nearest; none when too few of them meet it.
    fn check_candidates(&mut self, condition: &Condition, limit: usize) -> Result<Option<Vec<Candidate>>> {
        let (connection, index) = (self.connection, self.index);
        let query = Rc::clone(&self.query);
        index.estimates(&query, |estimates| {
            let all = Estimated { slots: None, estimates };
            let mut width = limit.saturating_add(limit / SPARE.0).saturating_add(SPARE.1);
            for _ in 0..=WIDENINGS {
                let near = self.nearest_of(&all, width)?;
                let found = candidates::first_meeting(connection, condition, &near, limit)?;
                if found.len() >= limit || near.len() < width {
                    return Ok(Some(found));
                }
                width = width.saturating_mul(4);
            }
            Ok(None)
        })
    }

    /// The nearest that meet the filter, looked for around the query, nearest first; none when they may lie farther away.
    fn search_ring(&mut self, condition: &Condition, limit: usize) -> Result<Option<Vec<Candidate>>> {
        let (index, query) = (self.index, Rc::clone(&self.query));
        index.estimates(&query, |estimates| {
            let places = highest(estimates, index.len() / RING_SHARE);
            let ring = places.into_iter().map(|slot| (estimates[slot], slot)).collect();
            let (best, beyond) = self.walk(condition, ring, limit)?;
            let is_all = best.cut().is_some_and(|cut| beyond < self.floor(cut));
            Ok(is_all.then(|| best.sorted()))
        })
    }

    /// The nearest that meet the filter, when all that can meet it are among these, nearest first.
    fn search_among(&mut self, condition: &Condition, ids: &[i64], limit: usize) -> Result<Vec<Candidate>> {
        let (index, query) = (self.index, Rc::clone(&self.query));
        if ids.len() <= ALL_MEASURED {
            let meeting = candidates::ids_meeting(self.connection, condition, ids)?;
            let mut best = Best::new(limit);
            for slot in meeting.iter().flat_map(|id| index.slots(*id)) {
                self.take(&mut best, slot)?;
            }
            return Ok(best.sorted());
        }
        let slots = ids.iter().flat_map(|id| index.slots(*id));
        let some: Vec<(f32, usize)> = if ids.len() >= index.len() / SCAN_SHARE {
            index.estimates(&query, |all| slots.map(|slot| (all[slot], slot)).collect())
        } else {
            slots.map(|slot| (index.estimate(&query, slot), slot)).collect()
        };
        Ok(self.walk(condition, some, limit)?.0.sorted())
    }

    /// Checks the filter on vectors, the nearest by estimate first, and measures those that meet it, until no other can be
    /// nearer. Gives the highest estimate of those that it left, and when it left none the lowest of all.
    fn walk(
        &mut self,
        condition: &Condition,
        mut some: Vec<(f32, usize)>,
        limit: usize,
    ) -> Result<(Best, f32)> {
        some.sort_unstable_by(|(a, _), (b, _)| b.total_cmp(a));
        let edge = some.last().map_or(f32::NEG_INFINITY, |(estimate, _)| *estimate);
        let (mut best, mut rest, mut step) = (Best::new(limit), some.as_slice(), RING_STEP);
        while let Some((highest, _)) = rest.first() {
            if best.cut().is_some_and(|cut| *highest < self.floor(cut)) {
                return Ok((best, *highest));
            }
            let (now, later) = rest.split_at(step.min(rest.len()));
            let ids: Vec<i64> = now.iter().map(|(_, slot)| self.index.at(*slot).0).collect();
            let meeting = candidates::ids_meeting(self.connection, condition, &ids)?;
            let cut = best.cut();
            for (estimate, slot) in now {
                let may_reach = cut.is_none_or(|cut| self.may_reach(*estimate, *slot, cut));
                if may_reach && meeting.contains(&self.index.at(*slot).0) {
                    self.take(&mut best, *slot)?;
                }
            }
            (rest, step) = (later, step * 2);
        }
        Ok((best, edge))
    }

    /// The nearest of the memories that meet the filter.
    fn measure_selected(&mut self, condition: &Condition, limit: usize) -> Result<Vec<Candidate>> {
        let sql = format!("SELECT m.id FROM memories AS m WHERE {}", condition.sql());
        let ids: Vec<i64> = self
            .connection
            .prepare_cached(&sql)
            .and_then(|mut statement| {
                statement.query_map(params_from_iter(condition.values()), |row| row.get(0))?.collect()
            })
            .doing("selecting memories to compare")?;
        let slots: Vec<usize> = ids.iter().flat_map(|id| self.index.slots(*id)).collect();
        let (index, query) = (self.index, &self.query);
        let estimates: Vec<f32> = if slots.len() <= ALL_MEASURED {
            vec![0.0; slots.len()]
        } else if slots.len() >= index.len() / SCAN_SHARE {
            index.estimates(query, |all| slots.iter().map(|slot| all[*slot]).collect())
        } else {
            slots.iter().map(|slot| index.estimate(query, *slot)).collect()
        };
        self.nearest_of(&Estimated { slots: Some(&slots), estimates: &estimates }, limit)
    }

    /// The nearest memories of some vectors, at most `limit`, nearest first.
    fn nearest_of(&mut self, some: &Estimated<'_>, limit: usize) -> Result<Vec<Candidate>> {
        let mut best = Best::new(limit);
        if some.estimates.len() <= ALL_MEASURED {
            // What was removed has no estimate.
            for (at, _) in some.estimates.iter().enumerate().filter(|(_, estimate)| !estimate.is_nan()) {
                self.take(&mut best, some.slot(at))?;
            }
            return Ok(best.sorted());
        }
        let mut width = limit.saturating_mul(FIRST.0).saturating_add(FIRST.1);
        let cut = loop {
            for at in highest(some.estimates, width) {
                self.take(&mut best, some.slot(at))?;
            }
            // Several of them may be of one memory.
            let cut = best.cut();
            if cut.is_some() || width >= some.estimates.len() {
                break cut;
            }
            width = width.saturating_mul(4);
        };
        let mut rest = self.others(some, cut);
        rest.sort_unstable_by(|(a, _), (b, _)| b.total_cmp(a));
        for step in rest.chunks(STEP) {
            // Each step raises the cosine that the others have to beat.
            let cut = best.cut();
            for (estimate, slot) in step {
                if cut.is_none_or(|cut| self.may_reach(*estimate, *slot, cut)) {
                    self.take(&mut best, *slot)?;
                }
            }
        }
        Ok(best.sorted())
    }

    /// Those that are not measured yet and may reach a cut; all of them when there is none to reach.
    fn others(&self, some: &Estimated<'_>, cut: Option<Cut>) -> Vec<(f32, usize)> {
        let floor = cut.map_or(f32::NEG_INFINITY, |cut| self.floor(cut));
        let near = some.estimates.iter().enumerate().filter(|(_, estimate)| **estimate >= floor);
        near.map(|(at, estimate)| (*estimate, some.slot(at)))
            .filter(|(estimate, slot)| cut.is_none_or(|cut| self.may_reach(*estimate, *slot, cut)))
            .filter(|(_, slot)| !self.measured.contains_key(slot))
            .collect()
    }

    /// About the lowest estimate that may reach a cut; who is above it is looked at more closely.
    fn floor(&self, cut: Cut) -> f32 {
        let deviations = self.deviations();
        let first = cut.first - deviations.0 * self.query.deviation(cut.first, WIDEST);
        first.min(cut.last - deviations.1 * self.query.deviation(cut.last, WIDEST))
    }

    fn may_reach(&self, estimate: f32, slot: usize, cut: Cut) -> bool {
        let deviation = |cosine| self.index.deviation(&self.query, cosine, slot);
        let deviations = self.deviations();
        estimate + deviations.0 * deviation(cut.first) >= cut.first
            || estimate + deviations.1 * deviation(cut.last) >= cut.last
    }

    fn deviations(&self) -> (f32, f32) {
        if self.index.is_fine() { DEVIATIONS_IN_MEMORY } else { DEVIATIONS }
    }

    fn take(&mut self, best: &mut Best, slot: usize) -> Result<()> {
        if let Some(cosine) = self.cosine(slot)? {
            best.add(self.index.at(slot).0, cosine);
        }
        Ok(())
    }

    fn cosine(&mut self, slot: usize) -> Result<Option<f64>> {
        if let Some(cosine) = self.measured.get(&slot) {
            return Ok(*cosine);
        }
        let cosine = self.measure.cosine(self.index, &self.reference, slot)?;
        self.measured.insert(slot, cosine);
        Ok(cosine)
    }
}

#[cfg(test)]
mod tests;
