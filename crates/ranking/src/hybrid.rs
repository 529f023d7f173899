//! The default search: both legs in their context, fused, with what else speaks for a memory.
//!
//! A search gathers what it can know of its candidates ([`Found`]); [`rank`] puts them in order. Whoever keeps what was
//! found can rank it again with other [`Weights`], which is how they are measured (`cargo xtask bench retrieval`).

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use crate::confidence::Evidence;
use crate::context::{Around, Covered, cosines_in_context, words_in_context};
use crate::fusion::{Fused, Leg, fuse, lead};
use crate::priors::{Naming, Parts, Prior, apply};
use crate::weights::Weights;

/// What a search found, and what is known of it.
#[derive(Debug, Clone)]
pub struct Found<K> {
    /// What words found.
    pub words: Vec<Covered<K>>,
    /// Those of them that have the whole query in their text.
    pub verbatim: Vec<K>,
    /// What meaning found, each with its cosine, or with its share where the vectors are of several models.
    pub meaning: Vec<(K, f64)>,
    /// The cosines of what meaning and words found and of what is around it. Empty where the vectors are of several
    /// models: those cannot be compared, and meaning stays without context.
    pub cosines: Vec<(K, f64)>,
    /// What is around the candidates, which are candidates too.
    pub around: Around<K>,
    /// What speaks for each candidate besides its text; nothing for those that are missing.
    pub priors: HashMap<K, Prior>,
}

/// Candidates in order.
#[derive(Debug, Clone)]
pub struct Ranked<K> {
    /// The best first.
    pub list: Vec<Fused<K>>,
    /// Words and meaning as they were fused.
    pub legs: [Leg<K>; 2],
    /// What each score is made of.
    pub parts: HashMap<K, Parts>,
}

impl<K> Default for Found<K> {
    fn default() -> Self {
        Self {
            words: Vec::new(),
            verbatim: Vec::new(),
            meaning: Vec::new(),
            cosines: Vec::new(),
            around: HashMap::new(),
            priors: HashMap::new(),
        }
    }
}

/// Puts what was found in order.
#[must_use]
pub fn rank<K: Copy + Eq + Hash + Ord>(found: &Found<K>, weights: &Weights) -> Ranked<K> {
    let covered = found.words.iter().map(|covered| (covered.key, covered.coverage)).collect();
    let words = Leg::of(weights.words, covered);
    let words = words.with(words_in_context(&found.words, &found.around, weights));
    let meaning = Leg::of(weights.meaning, found.meaning.clone());
    let meaning = if weights.near_meaning > 0.0 && !found.around.is_empty() && !found.cosines.is_empty() {
        meaning.with(cosines_in_context(&found.cosines, &found.around, weights))
    } else {
        meaning
    };
    let mut list = fuse(&words, &meaning, weights.exponent);
    let prior = |key: &K| found.priors.get(key).copied().unwrap_or_default();
    let parts = apply(&mut list, prior, weights);
    // Whoever wrote the query word for word means that memory, whatever else is near: it leads, unless words are to count
    // for nothing.
    let leading: HashSet<K> = match weights.words > 0.0 {
        true => found.verbatim.iter().copied().collect(),
        false => HashSet::new(),
    };
    let list = lead(list, |key| leading.contains(key));
    Ranked { list, legs: [words, meaning], parts }
}

impl<K: Copy + Eq + Hash + Ord> Ranked<K> {
    /// What is known of each candidate, in the order of the list, for how likely it is an answer.
    #[must_use]
    pub fn evidence(&self, found: &Found<K>) -> Vec<Evidence> {
        let [words, _] = &self.legs;
        let coverage: HashMap<K, f64> = words.candidates.iter().copied().collect();
        let somebody_is_named = found.priors.values().any(|prior| prior.naming == Naming::Named);
        let best = self.list.first().map_or(0.0, |best| best.score);
        let of = |(place, one): (usize, &Fused<K>)| {
            let naming = found.priors.get(&one.key).map(|prior| prior.naming);
            Evidence {
                score: one.score,
                behind: best - one.score,
                ahead: one.score - self.list.get(place + 1).map_or(0.0, |next| next.score),
                rank: place + 1,
                coverage: coverage.get(&one.key).copied().unwrap_or(0.0),
                is_of_another: somebody_is_named && naming == Some(Naming::Other),
                is_in_context: found.around.contains_key(&one.key),
            }
        };
        self.list.iter().enumerate().map(of).collect()
    }
}

#[cfg(test)]
mod tests;
