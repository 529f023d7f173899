//! Finding memories by meaning and by words.
//!
//! A mode gives scored hits ([`legs`] with [`meaning`], [`ranked`], [`exact`]); what they have in common is here: the filter with its
//! time, the boost by quality, the cut, the fallback, the counting of uses.

mod exact;
mod explain;
mod fallback;
mod legs;
mod meaning;
mod ranked;
mod request;

use model::{Memory, TimeRange};
use ports::Page;

use crate::capability::Reader;
use crate::{EngineError, access, list, quality};

pub use explain::{Boost, Explanation, Term, TermName};
pub use ranked::RankingWeights;
pub use request::{Access, Detail, Fallback, MAX_QUERY_BYTES, MAX_RESULTS, Mode, SearchRequest};

use request::check_share;

/// How many candidates there are at least before the best are chosen.
const CANDIDATES: usize = 100;

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchAnswer {
    /// The hits, best first.
    pub hits: Vec<Hit>,
    /// What the caller should know: that meaning, or words, could not be searched.
    pub notices: Vec<String>,
    /// What the request's time expression meant, if it had one.
    pub window: Option<TimeRange>,
    /// By what else hits were found because there were few, in order; none of [`FoundBy::Query`].
    pub fallback: Vec<FoundBy>,
}

/// A memory that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The memory.
    pub memory: Memory,
    /// How well it fits, 0 to 1, relative to the other hits of this search. None without a query, and for hits of the
    /// fallback.
    pub score: Option<f64>,
    /// The cosine between it and the query, -1 to 1, if meaning found it.
    pub similarity: Option<f64>,
    /// How much of the query's words it covers, rare words weighing more, if words found it: about 1 when it has each of
    /// them once, more when it is short or repeats them.
    pub word_score: Option<f64>,
    /// How it was found.
    pub found_by: FoundBy,
    /// Why it has its score, with [`Detail::Explained`].
    pub explanation: Option<Explanation>,
}

/// How a memory was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundBy {
    /// By the search that was asked for.
    Query,
    /// By the fallback: the whole query is in its text.
    Text,
    /// By the fallback: a word of the query is one of its tags.
    Tag,
}

impl FoundBy {
    /// Its name, as the original writes it: `semantic`, `exact_fallback`, `tag_fallback`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Query => "semantic",
            Self::Text => "exact_fallback",
            Self::Tag => "tag_fallback",
        }
    }
}

impl Hit {
    fn of(memory: Memory, found_by: FoundBy) -> Self {
        Self { memory, score: None, similarity: None, word_score: None, found_by, explanation: None }
    }
}

impl Reader {
    /// Finds memories. When meaning cannot be searched now, words alone are, and a notice says so; and the other way
    /// round.
    ///
    /// # Errors
    /// [`EngineError::NothingToSearch`] without query and filter, [`EngineError::QueryRequired`] for modes that need one,
    /// [`EngineError::OutOfRange`], [`EngineError::NotAShare`], [`EngineError::QueryTooLong`], [`EngineError::Time`],
    /// [`EngineError::EmptyRange`], [`EngineError::Store`]; with [`Mode::Semantic`] and [`Mode::Ranked`] also
    /// [`EngineError::Embed`].
    pub async fn search(&self, mut request: SearchRequest) -> Result<SearchAnswer, EngineError> {
        request.check()?;
        let time = request.time.as_deref().filter(|time| !time.trim().is_empty());
        let window = time.map(|time| self.parse_time_expression(time)).transpose()?;
        if let Some(window) = window {
            request.filter = std::mem::take(&mut request.filter).created_within(window);
        }
        list::check_times(&request.filter)?;
        let mut answer = match request.query() {
            Some(query) => self.by_query(query, &request).await?,
            None => self.newest(&request).await?,
        };
        answer.window = window;
        Ok(answer)
    }

    async fn newest(&self, request: &SearchRequest) -> Result<SearchAnswer, EngineError> {
        match request.mode {
            Mode::Exact => return Err(EngineError::QueryRequired { what: "exact mode" }),
            Mode::Ranked => return Err(EngineError::QueryRequired { what: "ranked mode" }),
            Mode::Hybrid | Mode::Semantic => {}
        }
        if !request.filter.is_selective() {
            return Err(EngineError::NothingToSearch);
        }
        let mut notices = Vec::new();
        if request.quality_boost > 0.0 {
            notices.push("quality_boost counts only with a query: the newest come first".to_owned());
        }
        let store = self.space.store().await?;
        let listing = store.list(&request.filter, Page { offset: 0, limit: request.limit }).await?;
        notices.extend(left_out(list::superseded(store.as_ref(), &request.filter, listing.total).await?));
        let hits = listing.memories.into_iter().map(|memory| Hit::of(memory, FoundBy::Query)).collect();
        Ok(SearchAnswer { hits, notices, window: None, fallback: Vec::new() })
    }

    async fn by_query(&self, query: &str, request: &SearchRequest) -> Result<SearchAnswer, EngineError> {
        let store = self.space.store().await?;
        let (limit, mut notices) = (request.limit as usize, Vec::new());
        let mut hits = match request.mode {
            Mode::Hybrid | Mode::Semantic => {
                let legs = legs::search(&self.space, store, query, request, &mut notices).await?;
                legs.hits(store.as_ref(), request).await?
            }
            Mode::Ranked => {
                let legs = legs::by_meaning_alone(&self.space, store, query, request, &mut notices).await?;
                ranked::hits(&self.space, store.as_ref(), &legs, request).await?
            }
            Mode::Exact => exact::hits(store.as_ref(), query, request).await?,
        };
        boost(&mut hits, request.quality_boost);
        hits.truncate(limit);
        let fallback = match (request.fallback, request.mode) {
            (Fallback::WhenFew, Mode::Hybrid | Mode::Semantic) => {
                fallback::widen(store.as_ref(), query, &request.filter, limit, &mut hits).await?
            }
            _ => Vec::new(),
        };
        if request.access == Access::Record {
            access::record(&self.space, hits.iter().map(|hit| hit.memory.id));
        }
        Ok(SearchAnswer { hits, notices, window: None, fallback })
    }
}

/// What to know when a search that lists memories left some out because they were replaced. (One that ranks them does not
/// know how many it would have found.)
fn left_out(superseded: u64) -> Option<String> {
    (superseded > 0).then(|| format!("{superseded} more were replaced by newer versions and are left out"))
}

/// Lets quality count so much, and the score that was found the rest.
fn boost(hits: &mut [Hit], weight: f64) {
    if weight <= 0.0 {
        return;
    }
    for hit in &mut *hits {
        let quality = quality::of(&hit.memory.metadata);
        hit.score = hit.score.map(|score| (1.0 - weight) * score + weight * quality);
        if let Some(explanation) = &mut hit.explanation {
            explanation.boost = Some(Boost { weight, quality });
        }
    }
    // Equal scores stay in the order they were found in.
    hits.sort_by(|a, b| b.score.unwrap_or(0.0).total_cmp(&a.score.unwrap_or(0.0)));
}

/// How many of the best candidates become hits: with a boost, all that may still rise.
fn pool(request: &SearchRequest) -> usize {
    let limit = request.limit as usize;
    if request.quality_boost > 0.0 || request.mode == Mode::Ranked { CANDIDATES.max(limit) } else { limit }
}

/// How many candidates each leg brings.
fn candidates(limit: u32) -> usize {
    CANDIDATES.max(limit as usize)
}
