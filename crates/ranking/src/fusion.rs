//! Convex fusion of a word leg and a vector leg.
//!
//! Each leg's scores are scaled to 0..1 over its own candidates (min-max), then added with the legs' weights. A convex
//! sum beats reciprocal rank fusion on conversations (Bruch et al., "An Analysis of Fusion Functions for Hybrid
//! Retrieval", arXiv 2210.11934, and this project's own measurements), and which scaling is used hardly matters.

use std::collections::HashMap;
use std::hash::Hash;

/// One leg of a search: candidates with scores of the leg's own scale, larger is better.
#[derive(Debug, Clone, PartialEq)]
pub struct Leg<K> {
    /// How much the leg counts, 0 or more.
    pub weight: f64,
    /// The candidates, in any order, each key once. A score that is not finite counts as the leg's lowest.
    pub candidates: Vec<(K, f64)>,
}

/// A candidate after fusion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fused<K> {
    /// Its key.
    pub key: K,
    /// The weighted sum of its scaled scores, 0 to 1.
    pub score: f64,
    /// Its score in the first leg, unscaled, if that leg found it.
    pub first: Option<f64>,
    /// Its score in the second leg, unscaled, if that leg found it.
    pub second: Option<f64>,
}

/// Joins two legs into one list, best first. A candidate that a leg did not find has that leg's lowest scaled score, 0.
/// Equal scores are ordered by key, so that the same candidates always give the same list.
#[must_use]
pub fn fuse<K: Copy + Eq + Hash + Ord>(first: &Leg<K>, second: &Leg<K>) -> Vec<Fused<K>> {
    let total = first.weight + second.weight;
    let mut fused: HashMap<K, Fused<K>> =
        HashMap::with_capacity(first.candidates.len() + second.candidates.len());
    for (is_first, leg) in [(true, first), (false, second)] {
        let share = if total > 0.0 { leg.weight / total } else { 0.5 };
        let scale = Scale::of(leg);
        for &(key, raw) in &leg.candidates {
            let entry = fused.entry(key).or_insert(Fused { key, score: 0.0, first: None, second: None });
            entry.score += share * scale.apply(raw);
            *(if is_first { &mut entry.first } else { &mut entry.second }) = Some(raw);
        }
    }
    let mut list: Vec<Fused<K>> = fused.into_values().collect();
    list.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.key.cmp(&b.key)));
    list
}

/// Scaling of a leg's scores to `FLOOR..=1`: the leg's last candidate still counts more than one it did not find.
struct Scale {
    lowest: f64,
    range: f64,
}

/// What the lowest candidate of a leg is worth.
const FLOOR: f64 = 0.05;

impl Scale {
    fn of<K>(leg: &Leg<K>) -> Self {
        let finite = || leg.candidates.iter().map(|(_, score)| *score).filter(|score| score.is_finite());
        let lowest = finite().fold(f64::INFINITY, f64::min);
        let highest = finite().fold(f64::NEG_INFINITY, f64::max);
        Self { lowest, range: highest - lowest }
    }

    fn apply(&self, score: f64) -> f64 {
        if !score.is_finite() {
            return FLOOR;
        }
        if self.range <= 0.0 {
            return 1.0;
        }
        FLOOR + (1.0 - FLOOR) * (score - self.lowest) / self.range
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn leg(weight: f64, candidates: &[(u32, f64)]) -> Leg<u32> {
        Leg { weight, candidates: candidates.to_vec() }
    }

    fn keys(list: &[Fused<u32>]) -> Vec<u32> {
        list.iter().map(|fused| fused.key).collect()
    }

    #[test]
    fn what_both_legs_find_comes_before_what_one_leg_finds() {
        let words = leg(0.5, &[(1, 9.0), (2, 8.0)]);
        let vectors = leg(0.5, &[(2, 0.8), (3, 0.9)]);
        assert_eq!(keys(&fuse(&words, &vectors))[..1], [1]);
        let words = leg(0.5, &[(1, 9.0), (2, 8.5), (4, 1.0)]);
        let vectors = leg(0.5, &[(2, 0.85), (3, 0.9), (5, 0.1)]);
        assert_eq!(keys(&fuse(&words, &vectors))[0], 2);
    }

    #[test]
    fn one_leg_alone_keeps_its_order() {
        let words = leg(0.5, &[]);
        let vectors = leg(0.5, &[(7, 0.1), (8, 0.9), (9, 0.5)]);
        assert_eq!(keys(&fuse(&words, &vectors)), [8, 9, 7]);
    }

    #[test]
    fn a_leg_without_weight_changes_nothing_but_the_list() {
        let words = leg(0.0, &[(1, 100.0)]);
        let vectors = leg(1.0, &[(2, 0.2), (3, 0.4)]);
        assert_eq!(keys(&fuse(&words, &vectors)), [3, 2, 1]);
    }

    #[test]
    fn scores_that_are_not_finite_are_the_lowest_and_never_the_best() {
        let words = leg(0.5, &[(1, f64::NAN), (2, 1.0), (3, 2.0)]);
        let fused = fuse(&words, &leg(0.5, &[]));
        assert_eq!(fused[0].key, 3);
        assert!(fused.iter().all(|candidate| candidate.score.is_finite()));
    }

    #[test]
    fn an_infinite_score_does_not_flatten_the_others() {
        let fused = fuse(&leg(1.0, &[(1, f64::INFINITY), (2, 1.0), (3, 2.0)]), &leg(0.0, &[]));
        assert_eq!((fused[0].key, fused[0].score), (3, 1.0));
    }

    #[test]
    fn candidates_of_equal_score_are_all_the_best_of_their_leg() {
        let fused = fuse(&leg(0.5, &[(1, 4.0), (2, 4.0)]), &leg(0.5, &[(3, 0.9), (4, 0.1)]));
        assert_eq!(keys(&fused), [1, 2, 3, 4]);
        assert_eq!((fused[0].score, fused[1].score), (0.5, 0.5));
    }

    #[test]
    fn legs_without_any_weight_count_the_same() {
        let fused = fuse(&leg(0.0, &[(1, 1.0)]), &leg(0.0, &[(1, 1.0), (2, 2.0)]));
        assert_eq!(keys(&fused), [1, 2]);
        assert!(fused[1].score > 0.4, "{fused:?}");
    }

    #[test]
    fn the_raw_scores_stay_visible() {
        let fused = fuse(&leg(0.5, &[(1, 3.5)]), &leg(0.5, &[(1, 0.25)]));
        assert_eq!((fused[0].first, fused[0].second), (Some(3.5), Some(0.25)));
    }

    proptest! {
        #[test]
        fn every_candidate_comes_out_once_with_a_score_between_0_and_1(
            first in proptest::collection::hash_map(0_u32..50, -10.0_f64..10.0, 0..30),
            second in proptest::collection::hash_map(0_u32..50, -1.0_f64..1.0, 0..30),
            weights in (0.0_f64..2.0, 0.0_f64..2.0),
        ) {
            let mut union: Vec<u32> = first.keys().chain(second.keys()).copied().collect();
            union.sort_unstable();
            union.dedup();
            let fused = fuse(
                &Leg { weight: weights.0, candidates: first.into_iter().collect() },
                &Leg { weight: weights.1, candidates: second.into_iter().collect() },
            );
            let mut found = keys(&fused);
            prop_assert!(fused.iter().all(|candidate| (0.0..=1.0 + 1e-9).contains(&candidate.score)));
            prop_assert!(fused.windows(2).all(|pair| pair[0].score >= pair[1].score));
            found.sort_unstable();
            prop_assert_eq!(found, union);
        }
    }
}
