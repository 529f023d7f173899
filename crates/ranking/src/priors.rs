//! What speaks for a memory besides its text.
//!
//! Small and absolute, on the scale of the fit from 0 to 1: they decide between memories that fit about as well, and never
//! lift one that does not fit above one that does.

use std::collections::HashMap;
use std::hash::Hash;

use crate::fusion::{Fused, sort};
use crate::weights::Weights;

/// Whether the query names who says a memory, or an entity that it is linked to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Naming {
    /// Nobody is known to say it, and it is linked to no entity.
    #[default]
    Nobody,
    /// It does not.
    Other,
    /// It does.
    Named,
}

/// What speaks for one memory.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Prior {
    /// Whether the query names its speaker or an entity of it.
    pub naming: Naming,
    /// Whether it is of the time that the query speaks of.
    pub is_timely: bool,
    /// The number of its conversation; a memory without one is by itself.
    pub conversation: Option<usize>,
}

/// How a fit came about with what speaks for a memory besides its text: the parts that were added, as they were counted.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Parts {
    /// How well the text fits.
    pub fit: f64,
    /// For its speaker or an entity.
    pub named: f64,
    /// For its time.
    pub timely: f64,
    /// The fit of the best memory of its conversation; its own when it has none.
    pub conversation: f64,
}

impl Parts {
    /// The score of all parts, 0 to 1.
    #[must_use]
    pub fn score(&self, weights: &Weights) -> f64 {
        let own = self.fit + self.named + self.timely;
        ((own + weights.conversation * self.conversation) / (1.0 + weights.conversation)).clamp(0.0, 1.0)
    }
}

/// Adds what speaks for each memory, puts the list in order, and gives the parts of each score.
pub fn apply<K: Copy + Eq + Hash + Ord>(
    list: &mut [Fused<K>],
    prior: impl Fn(&K) -> Prior,
    weights: &Weights,
) -> HashMap<K, Parts> {
    let mut parts: Vec<(Prior, Parts)> = Vec::with_capacity(list.len());
    let mut best: HashMap<usize, f64> = HashMap::new();
    for candidate in list.iter() {
        let prior = prior(&candidate.key);
        let named = if prior.naming == Naming::Named { weights.named } else { 0.0 };
        let timely = if prior.is_timely { weights.timely } else { 0.0 };
        let own = candidate.score + named + timely;
        if let Some(number) = prior.conversation {
            let best = best.entry(number).or_insert(own);
            *best = best.max(own);
        }
        parts.push((prior, Parts { fit: candidate.score, named, timely, conversation: own }));
    }
    let mut told = HashMap::with_capacity(list.len());
    for (candidate, (prior, mut part)) in list.iter_mut().zip(parts) {
        part.conversation =
            prior.conversation.and_then(|number| best.get(&number)).copied().unwrap_or(part.conversation);
        candidate.score = part.score(weights);
        told.insert(candidate.key, part);
    }
    sort(list);
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fused(scores: &[(u32, f64)]) -> Vec<Fused<u32>> {
        scores.iter().map(|&(key, score)| Fused { key, score, first: None, second: None }).collect()
    }

    fn keys(list: &[Fused<u32>]) -> Vec<u32> {
        list.iter().map(|candidate| candidate.key).collect()
    }

    #[test]
    fn without_priors_nothing_changes() {
        let mut list = fused(&[(1, 0.9), (2, 0.4), (3, 0.4)]);
        let before = list.clone();
        apply(&mut list, |_| Prior::default(), &Weights::default());
        assert_eq!(keys(&list), keys(&before));
        assert!(list.iter().zip(&before).all(|(a, b)| (a.score - b.score).abs() < 1e-12), "{list:?}");
    }

    #[test]
    fn a_name_decides_between_memories_that_fit_alike_and_no_others() {
        let named = |key: &u32| Prior {
            naming: if *key == 2 { Naming::Named } else { Naming::Nobody },
            ..Prior::default()
        };
        let mut list = fused(&[(1, 0.42), (2, 0.40), (3, 0.1)]);
        apply(&mut list, named, &Weights::default());
        assert_eq!(keys(&list), [2, 1, 3]);
        let mut list = fused(&[(1, 0.6), (2, 0.40)]);
        apply(&mut list, named, &Weights::default());
        assert_eq!(keys(&list), [1, 2]);
    }

    #[test]
    fn a_memory_of_a_conversation_that_fits_comes_before_one_that_fits_alike_alone() {
        let mut list = fused(&[(1, 0.9), (2, 0.3), (3, 0.31)]);
        let of = |key: &u32| Prior { conversation: (*key < 3).then_some(7), ..Prior::default() };
        let parts = apply(&mut list, of, &Weights::default());
        assert_eq!(keys(&list), [1, 2, 3]);
        assert_eq!((parts[&2].conversation, parts[&3].conversation), (0.9, 0.31));
    }

    #[test]
    fn the_parts_add_up_to_the_score_which_is_never_above_1() {
        let mut list = fused(&[(1, 1.0), (2, 0.4)]);
        let both = |_: &u32| Prior { naming: Naming::Named, is_timely: true, conversation: Some(0) };
        let parts = apply(&mut list, both, &Weights::default());
        assert_eq!(list[0].score, 1.0);
        let Parts { fit, named, timely, conversation } = parts[&2];
        let weight = Weights::default().conversation;
        let sum = (fit + named + timely + weight * conversation) / (1.0 + weight);
        assert!((list[1].score - sum).abs() < 1e-12);
    }
}
