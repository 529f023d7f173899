//! The legs of a search, words and meaning, and how they are joined.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use model::MemoryId;
use ports::{MemoryStore, WordCandidate, WordQuery};
use ranking::{Fused, Leg, fuse, lead, shares};

use super::explain::{Explanation, Term, TermName};
use super::meaning::{self, Nearest};
use super::{Detail, FoundBy, Hit, Mode, SearchRequest, candidates, pool};
use crate::EngineError;
use crate::open_space::OpenSpace;

/// What the legs of a search found.
pub(super) struct Legs {
    words: Vec<WordCandidate>,
    word_weight: f64,
    /// By the vectors of each model; none when meaning could not be searched.
    pub(super) spaces: Vec<Nearest>,
    meaning_weight: f64,
}

/// Both legs or meaning alone, as the request wants it.
pub(super) async fn search(
    space: &Arc<OpenSpace>,
    store: &Arc<dyn MemoryStore>,
    query: &str,
    request: &SearchRequest,
    notices: &mut Vec<String>,
) -> Result<Legs, EngineError> {
    if request.mode == Mode::Semantic {
        return by_meaning_alone(space, store, query, request, notices).await;
    }
    let words = WordQuery(query.to_owned());
    // While the query is being embedded, words are looked up.
    let (words, meant) = tokio::join!(
        store.search_words(&words, &request.filter, candidates(request.limit)),
        meaning::search(space, store.as_ref(), query, request)
    );
    let (words, spaces) = match (words, meant) {
        (Ok(words), Ok((spaces, more))) => {
            notices.extend(more);
            (words, spaces)
        }
        (Ok(words), Err(error)) => {
            tracing::warn!(error = %error, "searching by meaning failed");
            notices.push(format!("only words were searched, not meaning: {error}"));
            (words, Vec::new())
        }
        (Err(error), Ok((spaces, more))) => {
            tracing::warn!(error = %error, "searching by words failed");
            notices.push(format!("only meaning was searched, not words: {error}"));
            notices.extend(more);
            (Vec::new(), spaces)
        }
        (Err(error), Err(_)) => return Err(error.into()),
    };
    let settings = &space.parts.settings;
    let (word_weight, meaning_weight) = (settings.word_weight, settings.meaning_weight);
    Ok(Legs { words, word_weight, spaces, meaning_weight })
}

/// Meaning alone.
pub(super) async fn by_meaning_alone(
    space: &Arc<OpenSpace>,
    store: &Arc<dyn MemoryStore>,
    query: &str,
    request: &SearchRequest,
    notices: &mut Vec<String>,
) -> Result<Legs, EngineError> {
    let (spaces, more) = meaning::search(space, store.as_ref(), query, request).await?;
    notices.extend(more);
    Ok(Legs { words: Vec::new(), word_weight: 0.0, spaces, meaning_weight: 1.0 })
}

impl Legs {
    /// Fuses both legs. Whoever wrote the query word for word means that memory, whatever else is near: it leads, unless
    /// words are to count for nothing.
    fn joined(&self) -> Vec<Fused<MemoryId>> {
        let leading: HashSet<MemoryId> = match self.word_weight > 0.0 {
            true => self.words.iter().filter(|word| word.is_verbatim).map(|word| word.id).collect(),
            false => HashSet::new(),
        };
        lead(fuse(&self.by_coverage(), &self.by_meaning()), |id| leading.contains(id))
    }

    fn by_coverage(&self) -> Leg<MemoryId> {
        let candidates = self.words.iter().map(|candidate| (candidate.id, candidate.coverage)).collect();
        Leg { weight: self.word_weight, candidates }
    }

    fn by_meaning(&self) -> Leg<MemoryId> {
        meaning::leg(&self.spaces, self.meaning_weight)
    }

    /// The cosine between a memory and the query, and the model by which it is.
    pub(super) fn cosine(&self, id: MemoryId) -> Option<(f64, &str)> {
        self.spaces.iter().find_map(|nearest| {
            let candidate = nearest.candidates.iter().find(|candidate| candidate.id == id)?;
            Some((candidate.score, nearest.model.as_str()))
        })
    }

    /// The best candidates as hits, best first.
    pub(super) async fn hits(
        &self,
        store: &dyn MemoryStore,
        request: &SearchRequest,
    ) -> Result<Vec<Hit>, EngineError> {
        let mut best = self.joined();
        best.truncate(pool(request));
        let explainer = (request.detail == Detail::Explained).then(|| Explainer::new(self));
        let ids: Vec<MemoryId> = best.iter().map(|candidate| candidate.key).collect();
        let memories = store.get_many(&ids).await?;
        let found = memories.into_iter().filter_map(|memory| {
            let candidate = best.iter().find(|candidate| candidate.key == memory.id)?;
            Some(Hit {
                score: Some(candidate.score),
                similarity: self.cosine(candidate.key).map(|(cosine, _)| cosine),
                word_score: candidate.first,
                explanation: explainer.as_ref().map(|explainer| explainer.explain(candidate)),
                ..Hit::of(memory, FoundBy::Query)
            })
        });
        Ok(found.collect())
    }
}

/// Knows what each candidate counts in each leg.
struct Explainer<'l> {
    legs: &'l Legs,
    words: HashMap<MemoryId, f64>,
    meaning: HashMap<MemoryId, f64>,
}

impl<'l> Explainer<'l> {
    fn new(legs: &'l Legs) -> Self {
        let words = shares(&legs.by_coverage()).into_iter().collect();
        let meaning = shares(&legs.by_meaning()).into_iter().collect();
        Self { legs, words, meaning }
    }

    fn explain(&self, candidate: &Fused<MemoryId>) -> Explanation {
        let (id, legs) = (candidate.key, self.legs);
        let total = legs.word_weight + legs.meaning_weight;
        let weight = |own: f64| if total > 0.0 { own / total } else { 0.5 };
        let value = |shares: &HashMap<MemoryId, f64>| shares.get(&id).copied().unwrap_or(0.0);
        let term = |name, raw, value, own| Term { name, raw, value, weight: weight(own) };
        let by = legs.cosine(id);
        let model = by
            .map(|(_, model)| model.to_owned())
            .or_else(|| legs.spaces.first().map(|nearest| nearest.model.clone()));
        let meaning = TermName::Meaning { model: model.unwrap_or_default() };
        Explanation {
            terms: vec![
                term(TermName::Words, candidate.first, value(&self.words), legs.word_weight),
                term(meaning, by.map(|(cosine, _)| cosine), value(&self.meaning), legs.meaning_weight),
            ],
            is_verbatim: legs.words.iter().any(|word| word.id == id && word.is_verbatim),
            base_score: candidate.score,
            boost: None,
        }
    }
}
