//! The legs of a search: words and meaning.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::MemoryId;
use ports::{MemoryStore, WordCandidate, WordQuery};
use ranking::Leg;

use super::meaning::{self, Nearest};
use super::{Mode, SearchRequest, candidates};
use crate::EngineError;
use crate::open_space::OpenSpace;

/// What the legs of a search found.
pub(super) struct Legs {
    pub(super) words: Vec<WordCandidate>,
    pub(super) word_weight: f64,
    /// By the vectors of each model; none when meaning could not be searched.
    pub(super) spaces: Vec<Nearest>,
    pub(super) meaning_weight: f64,
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
    pub(super) fn by_coverage(&self) -> Leg<MemoryId> {
        let candidates = self.words.iter().map(|candidate| (candidate.id, candidate.coverage)).collect();
        Leg::of(self.word_weight, candidates)
    }

    pub(super) fn by_meaning(&self) -> Leg<MemoryId> {
        meaning::leg(&self.spaces, self.meaning_weight)
    }

    /// What the legs found.
    pub(super) fn ids(&self) -> BTreeSet<MemoryId> {
        let near = self.spaces.iter().flat_map(|nearest| &nearest.candidates).map(|candidate| candidate.id);
        self.words.iter().map(|word| word.id).chain(near).collect()
    }

    /// The cosines between what meaning found and the query, by whichever model.
    pub(super) fn cosines(&self) -> BTreeMap<MemoryId, f64> {
        let near = self.spaces.iter().flat_map(|nearest| &nearest.candidates);
        near.map(|candidate| (candidate.id, candidate.score)).collect()
    }

    /// The model by which a memory was found.
    pub(super) fn model_of(&self, id: MemoryId) -> &str {
        let has = |nearest: &&Nearest| nearest.candidates.iter().any(|candidate| candidate.id == id);
        let found = self.spaces.iter().find(has).or(self.spaces.first());
        found.map_or("", |nearest| nearest.model.name.as_str())
    }
}
