//! The candidates of a search in order, and hits made of the best.

use std::collections::{BTreeMap, HashMap};

use model::MemoryId;
use ports::MemoryStore;
use ranking::{
    Found, Fused, Group, Leg, Parts, Prior, Ranked, Weights, by_conversation, fuse, rank, reciprocal_ranks,
    weighted_average,
};

use super::explain::{Explanation, Term, TermName};
use super::legs::Legs;
use super::{Detail, FoundBy, Grouping, Hit, LeftOut, Mode, SearchRequest, pipeline, pool};
use crate::EngineError;
use crate::open_space::OpenSpace;

/// The candidates, best first, with what is known of each.
#[derive(Default)]
pub(super) struct Order {
    list: Vec<Fused<MemoryId>>,
    /// What each counts in each leg, words first.
    shares: [HashMap<MemoryId, f64>; 2],
    /// The cosine between each and the query, as far as it is known.
    cosines: BTreeMap<MemoryId, f64>,
    /// What its score is made of, in the default mode.
    parts: HashMap<MemoryId, Parts>,
    /// How likely each is an answer, in the default mode.
    confidence: HashMap<MemoryId, f64>,
    /// What each part counts, in the default mode.
    weights: Weights,
    /// The number of its conversation, in the default mode.
    conversations: HashMap<MemoryId, usize>,
}

/// What the legs found, in the order of the mode.
pub(super) async fn of(
    space: &OpenSpace,
    store: &dyn MemoryStore,
    legs: &Legs,
    query: &str,
    request: &SearchRequest,
    notices: &mut Vec<String>,
) -> Order {
    if request.mode == Mode::Hybrid {
        let found = pipeline::gather(space, store, legs, query, request, notices).await;
        return Order::ranked(&found, legs);
    }
    let (words, meaning) = (legs.by_coverage(), legs.by_meaning());
    let list = match request.mode {
        Mode::WeightedAverage => weighted_average(&words, &meaning),
        Mode::ReciprocalRank => reciprocal_ranks(&words, &meaning),
        _ => fuse(&words, &meaning, Weights::default().exponent),
    };
    Order::new(list, [&words, &meaning], legs.cosines())
}

impl Order {
    fn ranked(found: &Found<MemoryId>, legs: &Legs) -> Self {
        let weights = Weights { words: legs.word_weight, meaning: legs.meaning_weight, ..Weights::default() };
        let ranked = rank(found, &weights);
        let evidence = ranked.evidence(found).into_iter();
        let Ranked { list, legs: [words, meaning], parts } = ranked;
        let confidence = list.iter().zip(evidence).map(|(one, evidence)| (one.key, evidence.confidence()));
        let confidence = confidence.collect();
        let known =
            if found.cosines.is_empty() { legs.cosines() } else { found.cosines.iter().copied().collect() };
        let conversation = |(id, prior): (&MemoryId, &Prior)| Some((*id, prior.conversation?));
        let conversations = found.priors.iter().filter_map(conversation).collect();
        Self { parts, confidence, conversations, weights, ..Self::new(list, [&words, &meaning], known) }
    }

    fn new(list: Vec<Fused<MemoryId>>, legs: [&Leg<MemoryId>; 2], cosines: BTreeMap<MemoryId, f64>) -> Self {
        let shares = legs.map(|leg| leg.shares().into_iter().collect());
        Self { list, shares, cosines, ..Self::default() }
    }

    /// The best as hits, best first, and how many were left out because they are unlikely an answer.
    pub(super) async fn hits(
        &self,
        store: &dyn MemoryStore,
        legs: &Legs,
        request: &SearchRequest,
        left_out: &mut LeftOut,
    ) -> Result<Vec<Hit>, EngineError> {
        let coverage: HashMap<MemoryId, f64> =
            legs.words.iter().map(|word| (word.id, word.coverage)).collect();
        let confidence = |id: &MemoryId| self.confidence.get(id).copied().unwrap_or(0.0);
        let mut best = self.groups(request.grouping);
        if request.mode.has_confidence() && request.min_confidence > 0.0 {
            let before = best.len();
            best.retain(|(candidate, _)| confidence(&candidate.key) >= request.min_confidence);
            left_out.unlikely = before - best.len();
        }
        best.truncate(pool(request));
        let ids: Vec<MemoryId> = best.iter().map(|(candidate, _)| candidate.key).collect();
        let memories = store.get_many(&ids).await?;
        let best: HashMap<MemoryId, (Fused<MemoryId>, usize)> =
            best.into_iter().map(|(candidate, more)| (candidate.key, (candidate, more))).collect();
        let hit = |memory: model::Memory| {
            let (candidate, more) = best.get(&memory.id)?;
            let own = coverage.get(&memory.id).copied();
            let is_explained = request.detail == Detail::Explained;
            Some(Hit {
                score: Some(candidate.score),
                similarity: self.cosines.get(&memory.id).copied(),
                word_score: own,
                confidence: request.mode.has_confidence().then(|| confidence(&memory.id)),
                more_of_conversation: *more,
                explanation: is_explained.then(|| self.explain(legs, candidate, own)),
                ..Hit::of(memory, FoundBy::Query)
            })
        };
        Ok(memories.into_iter().filter_map(hit).collect())
    }

    /// The candidates, or the best of each conversation, with how many more of it were found.
    fn groups(&self, grouping: Grouping) -> Vec<(Fused<MemoryId>, usize)> {
        if grouping == Grouping::None {
            return self.list.iter().map(|candidate| (*candidate, 0)).collect();
        }
        let scores: Vec<(MemoryId, f64)> = self.list.iter().map(|one| (one.key, one.score)).collect();
        let candidates: HashMap<MemoryId, &Fused<MemoryId>> =
            self.list.iter().map(|candidate| (candidate.key, candidate)).collect();
        let groups = by_conversation(&scores, |id| self.conversations.get(id).copied(), &self.weights);
        let best = |Group { best, more }| Some((**candidates.get(&best)?, more));
        groups.into_iter().filter_map(best).collect()
    }

    fn explain(&self, legs: &Legs, candidate: &Fused<MemoryId>, coverage: Option<f64>) -> Explanation {
        let id = candidate.key;
        let total = legs.word_weight + legs.meaning_weight;
        let weight = |own: f64| if total > 0.0 { own / total } else { 0.5 };
        let value = |leg: usize| self.shares[leg].get(&id).copied().unwrap_or(0.0);
        let term = |name, raw, value, own| Term { name, raw, value, weight: weight(own) };
        let by_meaning = TermName::Meaning { model: legs.model_of(id).to_owned() };
        let mut terms = vec![
            term(TermName::Words, coverage, value(0), legs.word_weight),
            term(by_meaning, self.cosines.get(&id).copied(), value(1), legs.meaning_weight),
        ];
        terms.extend(self.parts.get(&id).into_iter().flat_map(|parts| pipeline::added(parts, &self.weights)));
        Explanation {
            terms,
            is_verbatim: legs.words.iter().any(|word| word.id == id && word.is_verbatim),
            base_score: candidate.score,
            boost: None,
        }
    }
}
