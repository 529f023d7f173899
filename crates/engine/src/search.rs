//! Finding memories by meaning and by words.
//!
//! A mode gives scored hits: [`legs`] (words and [`meaning`]) put in [`order`], by the [`pipeline`] or more simply; [`ranked`];
//! [`exact`]. What they have in common is here: the filter with its time, the boost by quality, the [`shape`] of the list, the
//! fallback, [`neighbours`], the counting of uses.

mod exact;
mod explain;
mod fallback;
mod legs;
mod meaning;
mod neighbours;
mod order;
mod pipeline;
mod ranked;
mod request;
mod shape;

use model::{Memory, MemoryId, TimeRange};
use ports::Page;
use ranking::Found;

use crate::capability::Reader;
use crate::{EngineError, access, list, quality};

pub use explain::{Boost, Explanation, Term, TermName};
pub use ranked::RankingWeights;
pub use request::{
    Access, Detail, Fallback, Grouping, MAX_NEIGHBOURS, MAX_QUERY_BYTES, MAX_RESULTS, Mode, Repetitions,
    SearchRequest,
};

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
    /// What was found and is no hit, because the request wanted it so.
    pub left_out: LeftOut,
}

/// How many memories were found and are no hits, and why.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// They nearly repeat a hit.
    pub repetitions: usize,
    /// They are less likely an answer than was asked for.
    pub unlikely: usize,
    /// There was no room for them in the budget of tokens.
    pub over_budget: usize,
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
    /// How likely it is that it answers the query, 0 to 1, where the mode knows that ([`Mode::has_confidence`]).
    pub confidence: Option<f64>,
    /// How many more memories of its conversation were found, with [`Grouping::Conversation`].
    pub more_of_conversation: usize,
    /// How many memories were found that nearly repeat it, with [`Repetitions::Suppress`].
    pub repetitions: usize,
    /// What was said before it in its conversation, in order, with [`SearchRequest::neighbours`].
    pub before: Vec<Memory>,
    /// What was said after it.
    pub after: Vec<Memory>,
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
        Self {
            memory,
            score: None,
            similarity: None,
            word_score: None,
            confidence: None,
            more_of_conversation: 0,
            repetitions: 0,
            before: Vec::new(),
            after: Vec::new(),
            found_by,
            explanation: None,
        }
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

    /// What [`Mode::Hybrid`] finds for a query, before it is put in order: for measurements of how it is. Each leg brings
    /// as many candidates as the limit says, but 100 at least; [`SearchRequest::time`] is not read.
    ///
    /// # Errors
    /// [`EngineError::QueryRequired`], [`EngineError::Store`].
    pub async fn gather(&self, request: &SearchRequest) -> Result<Found<MemoryId>, EngineError> {
        let query = request.query().ok_or(EngineError::QueryRequired { what: "hybrid mode" })?;
        let (store, mut notices) = (self.space.store().await?, Vec::new());
        let legs = legs::search(&self.space, store, query, request, &mut notices).await?;
        Ok(pipeline::gather(&self.space, store.as_ref(), &legs, query, request, &mut notices).await)
    }

    async fn newest(&self, request: &SearchRequest) -> Result<SearchAnswer, EngineError> {
        match request.mode {
            Mode::Exact => return Err(EngineError::QueryRequired { what: "exact mode" }),
            Mode::Ranked => return Err(EngineError::QueryRequired { what: "ranked mode" }),
            _ => {}
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
        notices.extend(replaced(list::superseded(store.as_ref(), &request.filter, listing.total).await?));
        let mut hits: Vec<Hit> =
            listing.memories.into_iter().map(|memory| Hit::of(memory, FoundBy::Query)).collect();
        let over_budget = shape::fit(&mut hits, request.max_tokens);
        neighbours::add(store.as_ref(), request, &mut hits).await?;
        let left_out = LeftOut { over_budget, ..LeftOut::default() };
        Ok(SearchAnswer { hits, notices, window: None, fallback: Vec::new(), left_out })
    }

    async fn by_query(&self, query: &str, request: &SearchRequest) -> Result<SearchAnswer, EngineError> {
        let store = self.space.store().await?;
        let (limit, mut notices, mut left_out) = (request.limit as usize, Vec::new(), LeftOut::default());
        let mut hits = match request.mode {
            Mode::Hybrid | Mode::Semantic | Mode::WeightedAverage | Mode::ReciprocalRank => {
                let legs = legs::search(&self.space, store, query, request, &mut notices).await?;
                let order = order::of(&self.space, store.as_ref(), &legs, query, request, &mut notices).await;
                order.hits(store.as_ref(), &legs, request, &mut left_out).await?
            }
            Mode::Ranked => {
                let legs = legs::by_meaning_alone(&self.space, store, query, request, &mut notices).await?;
                ranked::hits(&self.space, store.as_ref(), &legs, request).await?
            }
            Mode::Exact => exact::hits(store.as_ref(), query, request).await?,
        };
        boost(&mut hits, request.quality_boost);
        left_out.repetitions = shape::unrepeated(&mut hits, request.repetitions, limit);
        hits.truncate(limit);
        left_out.over_budget = shape::fit(&mut hits, request.max_tokens);
        let fallback = match (request.fallback, request.mode) {
            (Fallback::WhenFew, Mode::Hybrid | Mode::Semantic) => {
                fallback::widen(store.as_ref(), query, &request.filter, limit, &mut hits).await?
            }
            _ => Vec::new(),
        };
        neighbours::add(store.as_ref(), request, &mut hits).await?;
        if request.access == Access::Record {
            access::record(&self.space, hits.iter().map(|hit| hit.memory.id));
        }
        Ok(SearchAnswer { hits, notices, window: None, fallback, left_out })
    }
}

/// What to know when a search that lists memories left some out because they were replaced. (One that ranks them does not
/// know how many it would have found.)
fn replaced(superseded: u64) -> Option<String> {
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

/// How many of the best candidates become hits before the list is shaped: with a boost, and where some may be left out,
/// all that may still rise.
fn pool(request: &SearchRequest) -> usize {
    let limit = request.limit as usize;
    let is_shaped = request.quality_boost > 0.0 || request.repetitions == Repetitions::Suppress;
    if is_shaped || request.mode == Mode::Ranked { CANDIDATES.max(limit) } else { limit }
}

/// How many candidates each leg brings.
fn candidates(limit: u32) -> usize {
    CANDIDATES.max(limit as usize)
}
