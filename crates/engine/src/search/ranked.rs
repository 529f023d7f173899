//! Ranking by meaning, age, use and quality together, as the original's `ranked` mode does.

use std::collections::HashMap;

use model::{Memory, MemoryId, Timestamp};
use ports::{MemoryStore, Usage};

use super::explain::{Explanation, Term, TermName};
use super::legs::Legs;
use super::meaning;
use super::{Detail, FoundBy, Hit, SearchRequest};
use crate::open_space::OpenSpace;
use crate::{EngineError, quality};

/// The largest weight.
const MAX_WEIGHT: f64 = 1000.0;
/// How often a memory must be used for its use to count wholly.
const MANY_USES: f64 = 100.0;
const DAY_SECONDS: f64 = 86_400.0;

/// How much each signal counts, against the others. All 0 means the default weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankingWeights {
    /// How near it is to the query.
    pub semantic: f64,
    /// How recently it was used, or stored. Without a window ([`Settings::decay_window_days`](crate::Settings)) every
    /// memory is as recent as the others.
    pub time_decay: f64,
    /// How often it was used.
    pub access_frequency: f64,
    /// How good it is.
    pub quality: f64,
}

impl Default for RankingWeights {
    fn default() -> Self {
        Self { semantic: 0.6, time_decay: 0.2, access_frequency: 0.1, quality: 0.1 }
    }
}

impl RankingWeights {
    /// Refuses weights that are no weights.
    pub(super) fn check(&self) -> Result<(), EngineError> {
        let named = [
            ("ranking_weights.semantic", self.semantic),
            ("ranking_weights.time_decay", self.time_decay),
            ("ranking_weights.access_frequency", self.access_frequency),
            ("ranking_weights.quality", self.quality),
        ];
        named.into_iter().try_for_each(|(name, given)| super::check_share(name, given, MAX_WEIGHT))
    }

    /// Shares that add up to 1.
    fn shares(self) -> Self {
        let sum = self.semantic + self.time_decay + self.access_frequency + self.quality;
        if sum <= 0.0 {
            return Self::default();
        }
        Self {
            semantic: self.semantic / sum,
            time_decay: self.time_decay / sum,
            access_frequency: self.access_frequency / sum,
            quality: self.quality / sum,
        }
    }
}

/// What memories are ranked by, besides themselves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ranking {
    pub(super) weights: RankingWeights,
    /// In days; 0 or less counts every memory as recent.
    pub(super) decay_window_days: f64,
    pub(super) now: Timestamp,
}

impl Ranking {
    /// The score of a memory, explained. `near` is how near it is to the query, 0 to 1.
    pub(super) fn explain(
        &self,
        memory: &Memory,
        (cosine, near): (Option<f64>, f64),
        usage: Option<&Usage>,
    ) -> Explanation {
        let weights = self.weights.shares();
        let count = usage.map_or(0, |usage| usage.count);
        let last = usage.and_then(|usage| usage.last).or(memory.created_at);
        let days = last.map(|last| ((self.now.as_seconds() - last.as_seconds()) / DAY_SECONDS).max(0.0));
        let term = |name, raw, value, weight| Term { name, raw, value, weight };
        #[expect(clippy::cast_precision_loss, reason = "a count of uses")]
        let (count, often) = (count as f64, ((count as f64).ln_1p() / MANY_USES.ln()).min(1.0));
        let quality = quality::of(&memory.metadata);
        let terms = vec![
            term(TermName::Semantic, cosine, near, weights.semantic),
            term(TermName::TimeDecay, days, self.decay(days), weights.time_decay),
            term(TermName::AccessFrequency, Some(count), often, weights.access_frequency),
            term(TermName::Quality, Some(quality), quality, weights.quality),
        ];
        let base_score = terms.iter().map(|term| term.value * term.weight).sum();
        Explanation { terms, is_verbatim: false, base_score, boost: None }
    }

    /// 1 for a memory of now, less the older it is. One of unknown age is as old as can be.
    fn decay(&self, days: Option<f64>) -> f64 {
        if self.decay_window_days <= 0.0 {
            return 1.0;
        }
        days.map_or(0.0, |days| (-days / self.decay_window_days.max(1.0)).exp())
    }
}

/// The memories that meaning found, in the order of all signals.
pub(super) async fn hits(
    space: &OpenSpace,
    store: &dyn MemoryStore,
    legs: &Legs,
    request: &SearchRequest,
) -> Result<Vec<Hit>, EngineError> {
    let (near, cosines) = (nearness(legs), legs.cosines());
    let ids: Vec<MemoryId> = near.keys().copied().collect();
    let (memories, usage) = tokio::try_join!(store.get_many(&ids), store.usage(&ids))?;
    let usage: HashMap<MemoryId, Usage> = usage.into_iter().map(|usage| (usage.id, usage)).collect();
    let (settings, now) = (&space.parts.settings, space.parts.clock.now());
    let ranking = Ranking { weights: request.weights, decay_window_days: settings.decay_window_days, now };
    let mut hits: Vec<Hit> = memories
        .into_iter()
        .map(|memory| {
            let cosine = cosines.get(&memory.id).copied();
            let near = near.get(&memory.id).copied().unwrap_or(0.0);
            let explanation = ranking.explain(&memory, (cosine, near), usage.get(&memory.id));
            Hit {
                score: Some(explanation.base_score),
                similarity: cosine,
                explanation: (request.detail == Detail::Explained).then_some(explanation),
                ..Hit::of(memory, FoundBy::Query)
            }
        })
        .collect();
    hits.sort_by(|a, b| {
        let scores = b.score.unwrap_or(0.0).total_cmp(&a.score.unwrap_or(0.0));
        scores.then(a.memory.id.cmp(&b.memory.id))
    });
    Ok(hits)
}

/// How near each memory is to the query, 0 to 1: by one model as the original counts it, from the opposite to the same;
/// by several models as each one's share, because their cosines cannot be compared.
fn nearness(legs: &Legs) -> HashMap<MemoryId, f64> {
    let near = meaning::leg(&legs.spaces, 1.0).candidates.into_iter();
    match legs.spaces.len() {
        1 => near.map(|(id, cosine)| (id, f64::midpoint(1.0, cosine).clamp(0.0, 1.0))).collect(),
        _ => near.map(|(id, share)| (id, share.clamp(0.0, 1.0))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_shares_of_their_sum_and_none_at_all_are_the_default() {
        let shares = RankingWeights { semantic: 3.0, time_decay: 0.0, access_frequency: 0.0, quality: 1.0 };
        assert_eq!(shares.shares().semantic, 0.75);
        let none = RankingWeights { semantic: 0.0, time_decay: 0.0, access_frequency: 0.0, quality: 0.0 };
        assert_eq!(none.shares(), RankingWeights::default());
    }

    #[test]
    fn weights_that_are_no_weights_are_refused() {
        assert!(RankingWeights { quality: MAX_WEIGHT, ..RankingWeights::default() }.check().is_ok());
        for quality in [-0.1, f64::NAN, f64::INFINITY, MAX_WEIGHT + 1.0] {
            let weights = RankingWeights { quality, ..RankingWeights::default() };
            assert!(matches!(weights.check(), Err(EngineError::NotAShare { .. })), "{quality}");
        }
    }

    #[test]
    fn age_counts_only_with_a_window() {
        let now = Timestamp::from_microseconds(0);
        let ranking =
            |decay_window_days| Ranking { weights: RankingWeights::default(), decay_window_days, now };
        assert_eq!(ranking(0.0).decay(Some(1000.0)), 1.0);
        assert_eq!(ranking(30.0).decay(Some(0.0)), 1.0);
        assert!((ranking(30.0).decay(Some(30.0)) - (-1.0_f64).exp()).abs() < 1e-12);
        assert!((ranking(0.5).decay(Some(1.0)) - (-1.0_f64).exp()).abs() < 1e-12, "a day at least");
        assert_eq!(ranking(30.0).decay(None), 0.0);
    }
}
