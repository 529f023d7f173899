//! Fusions of other programs, for those who are used to them.

use std::collections::HashMap;
use std::hash::Hash;

use crate::fusion::{Fused, Leg, sort};

/// The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009).
const RANK_OFFSET: f64 = 60.0;

/// The weighted mean of both scores as they are, each held to 0 to 1. What a leg did not find counts 0 there.
#[must_use]
pub fn weighted_average<K: Copy + Eq + Hash + Ord>(first: &Leg<K>, second: &Leg<K>) -> Vec<Fused<K>> {
    let held = |leg: &Leg<K>| {
        let score = |score: f64| if score.is_finite() { score.clamp(0.0, 1.0) } else { 0.0 };
        leg.candidates.iter().map(|&(key, raw)| (key, raw, score(raw))).collect::<Vec<_>>()
    };
    mean([(first.weight, held(first)), (second.weight, held(second))])
}

/// Reciprocal rank fusion, as a share of the best that is possible: 1 is the first of both legs. Weights count. Equal scores
/// share a rank, so that it does not matter which was stored first.
#[must_use]
pub fn reciprocal_ranks<K: Copy + Eq + Hash + Ord>(first: &Leg<K>, second: &Leg<K>) -> Vec<Fused<K>> {
    let ranked = |leg: &Leg<K>| {
        let mut list = leg.candidates.clone();
        list.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        #[expect(clippy::cast_precision_loss, reason = "a rank")]
        let share = |rank: usize| (RANK_OFFSET + 1.0) / (RANK_OFFSET + 1.0 + rank as f64);
        let rank = |raw: f64| list.partition_point(|(_, other)| other.total_cmp(&raw).is_gt());
        list.iter().map(|&(key, raw)| (key, raw, share(rank(raw)))).collect::<Vec<_>>()
    };
    mean([(first.weight, ranked(first)), (second.weight, ranked(second))])
}

/// A candidate of a leg: its key, its score as it was, its score as it counts.
type Counted<K> = (K, f64, f64);

/// The weighted mean of what both legs give.
fn mean<K: Copy + Eq + Hash + Ord>(legs: [(f64, Vec<Counted<K>>); 2]) -> Vec<Fused<K>> {
    let total = legs[0].0 + legs[1].0;
    let mut fused: HashMap<K, Fused<K>> = HashMap::new();
    for (number, (weight, candidates)) in legs.into_iter().enumerate() {
        let weight = if total > 0.0 { weight / total } else { 0.5 };
        for (key, raw, counted) in candidates {
            let entry = fused.entry(key).or_insert(Fused { key, score: 0.0, first: None, second: None });
            entry.score += weight * counted;
            *(if number == 0 { &mut entry.first } else { &mut entry.second }) = Some(raw);
        }
    }
    let mut list: Vec<Fused<K>> = fused.into_values().collect();
    sort(&mut list);
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(list: &[Fused<u32>]) -> Vec<u32> {
        list.iter().map(|candidate| candidate.key).collect()
    }

    #[test]
    fn an_average_is_of_the_scores_as_they_are() {
        let words = Leg::of(0.3, vec![(1, 1.6), (2, 0.2)]);
        let meaning = Leg::of(0.7, vec![(2, 0.9), (3, -0.4)]);
        let list = weighted_average(&words, &meaning);
        assert_eq!(keys(&list), [2, 1, 3]);
        assert!((list[0].score - 0.69).abs() < 1e-9 && (list[1].score - 0.3).abs() < 1e-9, "{list:?}");
        assert_eq!((list[1].first, list[2].second), (Some(1.6), Some(-0.4)), "as they were given");
    }

    #[test]
    fn ranks_are_all_that_counts_and_the_first_of_both_legs_has_1() {
        let words = Leg::of(0.5, vec![(1, 0.1), (2, 0.09)]);
        let meaning = Leg::of(0.5, vec![(1, 0.9), (3, 0.8)]);
        let list = reciprocal_ranks(&words, &meaning);
        assert_eq!(keys(&list), [1, 2, 3]);
        assert!((list[0].score - 1.0).abs() < 1e-12);
        assert!((list[1].score - 0.5 * 61.0 / 62.0).abs() < 1e-12);
    }

    #[test]
    fn equal_scores_share_a_rank() {
        let words = Leg::of(1.0, vec![(1, 0.5), (2, 0.9), (3, 0.5), (4, 0.1)]);
        let list = reciprocal_ranks(&words, &Leg::of(0.0, Vec::new()));
        assert_eq!(keys(&list), [2, 1, 3, 4]);
        assert!((list[1].score - 61.0 / 62.0).abs() < 1e-12);
        assert_eq!(list[1].score.to_bits(), list[2].score.to_bits());
        assert!((list[3].score - 61.0 / 64.0).abs() < 1e-12);
    }
}
