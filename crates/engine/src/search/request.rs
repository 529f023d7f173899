//! What to look for.

use model::Filter;

use super::RankingWeights;
use crate::{EngineError, list};

/// The most hits that one search gives.
pub const MAX_RESULTS: u32 = 100;
/// The longest query, in bytes of UTF-8.
pub const MAX_QUERY_BYTES: usize = 64 * 1024;
/// How many hits there are when the request does not say.
const DEFAULT_LIMIT: u32 = 10;

/// What to look for.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchRequest {
    /// A question or some words. Without one, the filter's memories are given, newest first.
    pub query: Option<String>,
    /// Only memories that meet it. It is applied before the best are chosen.
    pub filter: Filter,
    /// Only memories of this time as well: a time expression such as `last week`.
    pub time: Option<String>,
    /// How many hits at most, 1 to [`MAX_RESULTS`].
    pub limit: u32,
    /// By what to look.
    pub mode: Mode,
    /// How much each signal counts in [`Mode::Ranked`].
    pub weights: RankingWeights,
    /// How much the quality of a memory counts in every mode, 0 to 1.
    pub quality_boost: f64,
    /// What to do when little is found.
    pub fallback: Fallback,
    /// How much to say of each hit.
    pub detail: Detail,
    /// Whether the hits count as used.
    pub access: Access,
}

/// By what to look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// By meaning and by words, fused.
    #[default]
    Hybrid,
    /// By meaning alone.
    Semantic,
    /// For the whole query in the text, without regard to case; newest first.
    Exact,
    /// By meaning, age, use and quality.
    Ranked,
}

/// What to do when [`Mode::Hybrid`] or [`Mode::Semantic`] find fewer than three memories.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fallback {
    /// Nothing.
    #[default]
    No,
    /// Add memories with the whole query in their text, then those that have one of its words as a tag.
    WhenFew,
}

/// How much to say of each hit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Detail {
    /// Its scores.
    #[default]
    Plain,
    /// Also how they came about.
    Explained,
}

/// Whether the hits of a search count as used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Access {
    /// They do, after the answer.
    #[default]
    Record,
    /// They do not: nobody reads them, or only to try something out.
    Skip,
}

impl Default for SearchRequest {
    fn default() -> Self {
        Self {
            query: None,
            filter: Filter::default(),
            time: None,
            limit: DEFAULT_LIMIT,
            mode: Mode::default(),
            weights: RankingWeights::default(),
            quality_boost: 0.0,
            fallback: Fallback::default(),
            detail: Detail::default(),
            access: Access::default(),
        }
    }
}

impl SearchRequest {
    /// The query without outer white space, if it says anything.
    pub(super) fn query(&self) -> Option<&str> {
        self.query.as_deref().map(str::trim).filter(|query| !query.is_empty())
    }

    /// Refuses what is outside its range.
    pub(super) fn check(&self) -> Result<(), EngineError> {
        list::check_range("limit", self.limit.into(), MAX_RESULTS.into())?;
        check_share("quality_boost", self.quality_boost, 1.0)?;
        self.weights.check()?;
        match self.query().map_or(0, str::len) {
            bytes if bytes > MAX_QUERY_BYTES => {
                Err(EngineError::QueryTooLong { bytes, limit: MAX_QUERY_BYTES })
            }
            _ => Ok(()),
        }
    }
}

/// Refuses what is no number from 0 to `highest`.
pub(super) fn check_share(name: &'static str, given: f64, highest: f64) -> Result<(), EngineError> {
    if (0.0..=highest).contains(&given) {
        return Ok(());
    }
    Err(EngineError::NotAShare { name, given, lowest: 0.0, highest })
}
