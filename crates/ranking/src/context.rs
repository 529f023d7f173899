//! What was said around a memory counts for it too.
//!
//! A turn of a conversation says little by itself: the question before it and the answer after it have the words that it
//! lacks. *Words*: a word of the query that a neighbour has counts for a memory in part, when that is more than what the
//! memory has of this word itself; what both have counts once. *Meaning*: the cosine becomes a mean of its own and those of
//! its neighbours, as that of a vector made of all of them would be, so that a turn that is near by accident, among others
//! that are not, sinks. Both are worked out from the scores of a search. Nothing is stored, so nothing can be out of date.
//!
//! The weights are mild: stronger ones help one data set and no other (`docs/decisions/0010-retrieval-pipeline.md`).

use std::collections::HashMap;
use std::hash::Hash;

use crate::weights::Weights;

/// How far away neighbours count.
pub const DISTANCE: usize = 2;

/// What is around memories: for each, its neighbours with their distance from 1 to [`DISTANCE`].
pub type Around<K> = HashMap<K, Vec<(K, usize)>>;

/// What words found: how much of the query a memory covers, and what each word of the query adds to that (nothing when
/// that is not known).
#[derive(Debug, Clone, PartialEq)]
pub struct Covered<K> {
    /// The memory.
    pub key: K,
    /// How much of the query it covers.
    pub coverage: f64,
    /// What each word of the query adds.
    pub terms: Vec<f32>,
}

/// The coverage of each memory that words found, or that is next to one, in its context. The order of the answer is that
/// of `found`, then that of the keys.
#[must_use]
pub fn words_in_context<K: Copy + Eq + Hash + Ord>(
    found: &[Covered<K>],
    around: &Around<K>,
    weights: &Weights,
) -> Vec<(K, f64)> {
    let known: HashMap<K, Vec<f64>> = found.iter().map(|covered| (covered.key, terms(covered))).collect();
    let with_neighbours = |key: &K, own: Option<&Vec<f64>>| {
        let neighbours = around.get(key).into_iter().flatten();
        let said = neighbours.filter_map(|(near, distance)| {
            Some((known.get(near)?, weights.near_words.get(distance.checked_sub(1)?)?))
        });
        let mut best: Vec<f64> = own.cloned().unwrap_or_default();
        for (terms, weight) in said {
            best.resize(best.len().max(terms.len()), 0.0);
            best.iter_mut().zip(terms).for_each(|(best, term)| *best = best.max(weight * term));
        }
        best.iter().sum::<f64>() - own.into_iter().flatten().sum::<f64>()
    };
    let mut list: Vec<(K, f64)> = found
        .iter()
        .map(|covered| {
            (covered.key, covered.coverage + with_neighbours(&covered.key, known.get(&covered.key)))
        })
        .collect();
    let mut others: Vec<(K, f64)> = around
        .keys()
        .filter(|key| !known.contains_key(key))
        .map(|key| (*key, with_neighbours(key, None)))
        .filter(|(_, coverage)| *coverage > 0.0)
        .collect();
    others.sort_by_key(|(key, _)| *key);
    list.extend(others);
    list
}

/// Without the words' own parts, the whole is one part.
fn terms<K>(covered: &Covered<K>) -> Vec<f64> {
    match covered.terms.as_slice() {
        [] => vec![covered.coverage],
        terms => terms.iter().map(|term| f64::from(*term)).collect(),
    }
}

/// The cosine of each memory in its context, in the order of `cosines`.
#[must_use]
pub fn cosines_in_context<K: Copy + Eq + Hash>(
    cosines: &[(K, f64)],
    around: &Around<K>,
    weights: &Weights,
) -> Vec<(K, f64)> {
    let by_distance: [f64; DISTANCE] = [1.0, weights.far_meaning];
    let share = weights.near_meaning;
    let known: HashMap<K, f64> = cosines.iter().copied().collect();
    let in_context = |&(key, own): &(K, f64)| {
        let (mut sum, mut counted) = (0.0, 0.0);
        for (near, distance) in around.get(&key).into_iter().flatten() {
            let weight = distance.checked_sub(1).and_then(|place| by_distance.get(place));
            if let (Some(cosine), Some(weight)) = (known.get(near), weight) {
                sum += weight * cosine;
                counted += weight;
            }
        }
        let whole = if counted > 0.0 { (own + share * sum / counted) / (1.0 + share) } else { own };
        (key, whole)
    };
    cosines.iter().map(in_context).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn covered(key: u32, terms: &[f32]) -> Covered<u32> {
        Covered { key, coverage: terms.iter().map(|term| f64::from(*term)).sum(), terms: terms.to_vec() }
    }

    /// 1, 2, 3, ... in a row.
    fn row(count: u32) -> Around<u32> {
        let near = |key: u32| {
            let others = (1..=count).filter(move |other| *other != key && key.abs_diff(*other) <= 2);
            others.map(|other| (other, key.abs_diff(other) as usize)).collect()
        };
        (1..=count).map(|key| (key, near(key))).collect()
    }

    fn of(list: &[(u32, f64)], key: u32) -> f64 {
        list.iter().find(|(own, _)| *own == key).map_or(0.0, |(_, score)| *score)
    }

    #[test]
    fn a_word_that_a_neighbour_has_counts_in_part_and_once() {
        let found = [covered(1, &[0.4, 0.0]), covered(2, &[0.0, 0.4]), covered(4, &[0.4, 0.0])];
        let list = words_in_context(&found, &row(4), &Weights::default());
        assert!((of(&list, 1) - 0.6).abs() < 1e-6, "its own and half of the other: {list:?}");
        assert!((of(&list, 3) - 0.4).abs() < 1e-6, "one half of each, whoever else has it: {list:?}");
    }

    #[test]
    fn what_a_memory_has_itself_is_not_counted_again() {
        let found = [covered(1, &[0.4]), covered(2, &[0.4])];
        assert_eq!(
            words_in_context(&found, &row(2), &Weights::default()),
            words_in_context(&found, &Around::new(), &Weights::default())
        );
    }

    #[test]
    fn without_neighbours_nothing_changes() {
        let found = [covered(7, &[0.2, 0.3]), Covered { key: 9, coverage: 0.7, terms: Vec::new() }];
        let expected: Vec<(u32, f64)> = found.iter().map(|own| (own.key, own.coverage)).collect();
        assert_eq!(words_in_context(&found, &Around::new(), &Weights::default()), expected);
        assert_eq!(cosines_in_context(&[(7, 0.4)], &Around::new(), &Weights::default()), [(7, 0.4)]);
    }

    #[test]
    fn words_whose_parts_are_not_known_count_as_a_whole() {
        let found = [Covered { key: 1, coverage: 0.8, terms: Vec::new() }];
        assert_eq!(of(&words_in_context(&found, &row(2), &Weights::default()), 2), 0.4);
    }

    #[test]
    fn a_turn_among_others_that_are_near_rises_above_one_that_is_alone() {
        let cosines = [(1, 0.5), (2, 0.5), (3, 0.5), (10, 0.5), (11, 0.1)];
        let mut around = row(3);
        around.extend([(10, vec![(11, 1)]), (11, vec![(10, 1)])]);
        let list = cosines_in_context(&cosines, &around, &Weights::default());
        assert!(of(&list, 2) > of(&list, 10), "{list:?}");
        assert!((of(&list, 10) - (0.5 + 0.05) / 1.5).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn context_never_lowers_coverage_and_cosines_stay_between_their_ends(
            terms in proptest::collection::vec(proptest::collection::vec(0.0_f32..0.5, 3), 1..12),
            cosines in proptest::collection::vec(-1.0_f64..1.0, 1..12),
        ) {
            let found: Vec<Covered<u32>> = (1_u32..).zip(&terms).map(|(key, own)| covered(key, own)).collect();
            let around = row(u32::try_from(terms.len().max(cosines.len())).unwrap());
            let list = words_in_context(&found, &around, &Weights::default());
            for own in &found {
                prop_assert!(of(&list, own.key) >= own.coverage - 1e-9);
            }
            let given: Vec<(u32, f64)> = (1_u32..).zip(cosines.iter().copied()).collect();
            let lowest = cosines.iter().copied().fold(f64::INFINITY, f64::min);
            let highest = cosines.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            for (_, cosine) in cosines_in_context(&given, &around, &Weights::default()) {
                prop_assert!((lowest - 1e-9..=highest + 1e-9).contains(&cosine));
            }
        }
    }
}
