//! Convex fusion of a word leg and a vector leg.
//!
//! Both legs are measured on absolute scales, where 1 is the best a memory can be: the share of the query that its words
//! cover, and the cosine. From each leg its background is taken away: what its last candidate scores, which is what a
//! memory has by accident. What remains are shares of the way from the background to the best, and they are joined by
//! a weighted mean with an exponent above 1 (the p-norm "or" of Salton, Fox and Wu, "Extended Boolean Information
//! Retrieval", 1983), so that what stands out in one leg counts more than what is middling in both.
//!
//! A convex sum beats reciprocal rank fusion, and bounds that do not depend on the candidates found ("theoretical
//! min-max") are the stable ones: Bruch et al., "An Analysis of Fusion Functions for Hybrid Retrieval", arXiv 2210.11934.
//! With the usual min-max, or with z-scores, the best of a leg counts much however little it fits. What was compared,
//! with figures, stands in `docs/decisions/0010-retrieval-pipeline.md`.

use std::collections::HashMap;
use std::hash::Hash;

/// One leg of a search: candidates with scores of which 1 is the best that is expected.
#[derive(Debug, Clone, PartialEq)]
pub struct Leg<K> {
    /// How much the leg counts, 0 or more.
    pub weight: f64,
    /// What a memory scores in this leg by accident.
    pub background: f64,
    /// The candidates, in any order, each key once. A score that is not finite counts as none.
    pub candidates: Vec<(K, f64)>,
}

/// A candidate after fusion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fused<K> {
    /// Its key.
    pub key: K,
    /// How well it fits, 0 to 1.
    pub score: f64,
    /// Its score in the first leg, as it was given, if that leg found it.
    pub first: Option<f64>,
    /// Its score in the second leg, as it was given, if that leg found it.
    pub second: Option<f64>,
}

impl<K: Copy> Leg<K> {
    /// The candidates that a search found. The background is the lowest score found, drawn to 0 when few were found, as a
    /// handful found is no accident.
    #[must_use]
    pub fn of(weight: f64, candidates: Vec<(K, f64)>) -> Self {
        let background = background(&candidates);
        Self { weight, background, candidates }
    }

    /// Other scores for the same leg, of more memories too: what is accident stays.
    #[must_use]
    pub fn with(&self, candidates: Vec<(K, f64)>) -> Self {
        Self { weight: self.weight, background: self.background, candidates }
    }

    /// What each candidate counts before the legs are weighted and joined: 0 for what a memory has by accident, 1 for the
    /// best that is expected. Legs of different scales can be compared by it.
    #[must_use]
    pub fn shares(&self) -> Vec<(K, f64)> {
        self.candidates.iter().map(|&(key, raw)| (key, self.share(raw))).collect()
    }

    /// How far a score is on the way from the background to 1. It may lie beyond.
    fn share(&self, score: f64) -> f64 {
        if !score.is_finite() {
            return 0.0;
        }
        ((score - self.background) / (1.0 - self.background)).max(0.0)
    }
}

/// Joins two legs into one list, best first, by a mean with this exponent, 1 or more. A candidate that a leg did not find
/// has nothing from that leg. Equal scores are ordered by key, so that the same candidates always give the same list.
#[must_use]
pub fn fuse<K: Copy + Eq + Hash + Ord>(first: &Leg<K>, second: &Leg<K>, exponent: f64) -> Vec<Fused<K>> {
    let total = first.weight + second.weight;
    let mut fused: HashMap<K, Fused<K>> =
        HashMap::with_capacity(first.candidates.len() + second.candidates.len());
    for (is_first, leg) in [(true, first), (false, second)] {
        let weight = if total > 0.0 { leg.weight / total } else { 0.5 };
        for &(key, raw) in &leg.candidates {
            let entry = fused.entry(key).or_insert(Fused { key, score: 0.0, first: None, second: None });
            entry.score += weight * leg.share(raw).powf(exponent);
            *(if is_first { &mut entry.first } else { &mut entry.second }) = Some(raw);
        }
    }
    let mut list: Vec<Fused<K>> = fused.into_values().collect();
    for candidate in &mut list {
        candidate.score = candidate.score.powf(exponent.recip());
    }
    sort(&mut list);
    // Cut after sorting: what is beyond the best keeps its order.
    list.iter_mut().for_each(|candidate| candidate.score = candidate.score.min(1.0));
    list
}

/// The best first; equal scores by key.
pub(crate) fn sort<K: Ord>(list: &mut [Fused<K>]) {
    list.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.key.cmp(&b.key)));
}

/// Puts the candidates that `leads` says first, in their order, before the others, in theirs. No candidate that leads
/// keeps a lower score than one it passed.
#[must_use]
pub fn lead<K>(list: Vec<Fused<K>>, leads: impl Fn(&K) -> bool) -> Vec<Fused<K>> {
    let (mut first, others): (Vec<_>, Vec<_>) = list.into_iter().partition(|candidate| leads(&candidate.key));
    let passed = others.first().map_or(0.0, |best| best.score);
    for candidate in &mut first {
        candidate.score = candidate.score.max(passed);
    }
    first.extend(others);
    first
}

#[expect(clippy::cast_precision_loss, reason = "counts of candidates")]
fn background<K>(candidates: &[(K, f64)]) -> f64 {
    let finite = candidates.iter().map(|(_, score)| *score).filter(|score| score.is_finite());
    let lowest = finite.fold(f64::INFINITY, f64::min);
    if candidates.is_empty() || lowest == f64::INFINITY {
        return 0.0;
    }
    let (lowest, count) = (lowest.min(1.0), candidates.len() as f64);
    if lowest > 0.0 { lowest * count / (count + 1.0) } else { lowest }
}

#[cfg(test)]
mod tests;
