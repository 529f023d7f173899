//! Finding memories by meaning and by words.

use std::collections::HashSet;
use std::sync::Arc;

use model::{Filter, Memory, MemoryId};
use ports::{Candidate, MemoryStore, Page, WordCandidate, WordQuery};
use ranking::{Fused, Leg, fuse, lead};
use tokio::time::Instant;

use crate::capability::Reader;
use crate::{EngineError, Settings, embedding, list};

/// The most hits that one search gives.
pub const MAX_RESULTS: u32 = 100;
/// The longest query, in bytes of UTF-8.
pub const MAX_QUERY_BYTES: usize = 64 * 1024;
/// How many candidates each leg brings, at least.
const CANDIDATES: usize = 100;

/// What to look for.
#[derive(Debug, Clone)]
pub struct SearchRequest {
    /// A question or some words. Without one, the filter's memories are given, newest first.
    pub query: Option<String>,
    /// Only memories that meet it. It is applied before the best are chosen.
    pub filter: Filter,
    /// How many hits at most, 1 to [`MAX_RESULTS`].
    pub limit: u32,
    /// By what to look.
    pub mode: Mode,
}

/// By what to look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// By meaning and by words, fused.
    #[default]
    Hybrid,
    /// By meaning alone.
    Semantic,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchAnswer {
    /// The hits, best first.
    pub hits: Vec<Hit>,
    /// What the caller should know: that meaning, or words, could not be searched.
    pub notices: Vec<String>,
}

/// A memory that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The memory.
    pub memory: Memory,
    /// How well it fits, 0 to 1: 1 is the same text, and a query that nothing fits has no high one. None without a query.
    pub score: Option<f64>,
    /// The cosine between it and the query, -1 to 1, if meaning found it.
    pub similarity: Option<f64>,
    /// How much of the query's words it covers, rare words weighing more, if words found it: about 1 when it has each of
    /// them once, more when it is short or repeats them.
    pub word_score: Option<f64>,
}

impl Reader {
    /// Finds memories. When meaning cannot be searched now, words alone are, and a notice says so; and the other way
    /// round.
    ///
    /// # Errors
    /// [`EngineError::NothingToSearch`] without query and filter, [`EngineError::OutOfRange`],
    /// [`EngineError::QueryTooLong`], [`EngineError::EmptyRange`], [`EngineError::Store`]; with [`Mode::Semantic`] also
    /// [`EngineError::Embed`].
    pub async fn search(&self, request: SearchRequest) -> Result<SearchAnswer, EngineError> {
        list::check_range("limit", request.limit.into(), MAX_RESULTS.into())?;
        list::check_times(&request.filter)?;
        let query = request.query.as_deref().map(str::trim).filter(|query| !query.is_empty());
        let Some(query) = query else { return self.newest(&request).await };
        if query.len() > MAX_QUERY_BYTES {
            return Err(EngineError::QueryTooLong { bytes: query.len(), limit: MAX_QUERY_BYTES });
        }
        let store = self.space.store().await?;
        let mut notices = Vec::new();
        let fused = match request.mode {
            Mode::Hybrid => self.by_both(store, query, &request, &mut notices).await?,
            Mode::Semantic => {
                let nearest = self.by_meaning(store, query, &request).await?;
                fuse(&by_coverage(0.0, &[]), &by_cosine(1.0, &nearest))
            }
        };
        let limit = request.limit as usize;
        Ok(SearchAnswer { hits: hydrate(store.as_ref(), &fused, limit).await?, notices })
    }

    async fn newest(&self, request: &SearchRequest) -> Result<SearchAnswer, EngineError> {
        if !request.filter.is_selective() {
            return Err(EngineError::NothingToSearch);
        }
        let store = self.space.store().await?;
        let listing = store.list(&request.filter, Page { offset: 0, limit: request.limit }).await?;
        let hit = |memory| Hit { memory, score: None, similarity: None, word_score: None };
        Ok(SearchAnswer { hits: listing.memories.into_iter().map(hit).collect(), notices: Vec::new() })
    }

    /// Both legs at once: while the query is being embedded, words are looked up.
    async fn by_both(
        &self,
        store: &Arc<dyn MemoryStore>,
        query: &str,
        request: &SearchRequest,
        notices: &mut Vec<String>,
    ) -> Result<Vec<Fused<MemoryId>>, EngineError> {
        let words = WordQuery(query.to_owned());
        let limit = candidates(request.limit);
        let (words, nearest) = tokio::join!(
            store.search_words(&words, &request.filter, limit),
            self.by_meaning(store, query, request)
        );
        let (words, nearest) = match (words, nearest) {
            (Ok(words), Ok(nearest)) => (words, nearest),
            (Ok(words), Err(error)) => {
                tracing::warn!(error = %error, "searching by meaning failed");
                notices.push(format!("only words were searched, not meaning: {error}"));
                (words, Vec::new())
            }
            (Err(error), Ok(nearest)) => {
                tracing::warn!(error = %error, "searching by words failed");
                notices.push(format!("only meaning was searched, not words: {error}"));
                (Vec::new(), nearest)
            }
            (Err(error), Err(_)) => return Err(error.into()),
        };
        let settings = &self.space.parts.settings;
        Ok(join(settings, &words, &nearest))
    }

    async fn by_meaning(
        &self,
        store: &Arc<dyn MemoryStore>,
        query: &str,
        request: &SearchRequest,
    ) -> Result<Vec<Candidate>, EngineError> {
        let deadline = Instant::now() + self.space.parts.settings.embed_wait;
        let vector = self.space.in_time(deadline, async {
            embedding::settle(&self.space).await?;
            self.space.vector(query).await
        });
        let vector = vector.await?;
        Ok(store.search_vectors(&vector, &request.filter, candidates(request.limit)).await?)
    }
}

fn candidates(limit: u32) -> usize {
    CANDIDATES.max(limit as usize)
}

/// Fuses both legs. Whoever wrote the query word for word means that memory, whatever else is near: it leads, unless
/// words are to count for nothing.
fn join(settings: &Settings, words: &[WordCandidate], nearest: &[Candidate]) -> Vec<Fused<MemoryId>> {
    let verbatim = words.iter().filter(|candidate| candidate.is_verbatim && settings.word_weight > 0.0);
    let leading: HashSet<MemoryId> = verbatim.map(|candidate| candidate.id).collect();
    let fused = fuse(&by_coverage(settings.word_weight, words), &by_cosine(settings.meaning_weight, nearest));
    lead(fused, |id| leading.contains(id))
}

fn by_coverage(weight: f64, words: &[WordCandidate]) -> Leg<MemoryId> {
    let candidates = words.iter().map(|candidate| (candidate.id, candidate.coverage)).collect();
    Leg { weight, candidates }
}

fn by_cosine(weight: f64, nearest: &[Candidate]) -> Leg<MemoryId> {
    let candidates = nearest.iter().map(|candidate| (candidate.id, candidate.score)).collect();
    Leg { weight, candidates }
}

async fn hydrate(
    store: &dyn MemoryStore,
    fused: &[Fused<MemoryId>],
    limit: usize,
) -> Result<Vec<Hit>, EngineError> {
    let best = &fused[..limit.min(fused.len())];
    let ids: Vec<MemoryId> = best.iter().map(|candidate| candidate.key).collect();
    let memories = store.get_many(&ids).await?;
    let found = memories.into_iter().filter_map(|memory| {
        let candidate = best.iter().find(|candidate| candidate.key == memory.id)?;
        let (word_score, similarity) = (candidate.first, candidate.second);
        Some(Hit { memory, score: Some(candidate.score), similarity, word_score })
    });
    Ok(found.collect())
}
