//! What to look for.

use model::Filter;

use super::RankingWeights;
use crate::{EngineError, list};

/// The most hits that one search gives.
pub const MAX_RESULTS: u32 = 100;
/// The longest query, in bytes of UTF-8.
pub const MAX_QUERY_BYTES: usize = 64 * 1024;
/// The most memories before and after a hit that come with it.
pub const MAX_NEIGHBOURS: u32 = 5;
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
    /// Whether several memories of one conversation are hits.
    pub grouping: Grouping,
    /// Whether memories are hits that nearly repeat a better one.
    pub repetitions: Repetitions,
    /// How many tokens the texts of the hits have at most, about; the first hit is always given.
    pub max_tokens: Option<u32>,
    /// How many memories before and after each hit come with it, of its conversation; 0 to [`MAX_NEIGHBOURS`].
    pub neighbours: u32,
    /// How likely a hit must be an answer, 0 to 1; counts where there is a confidence ([`Mode::has_confidence`]).
    pub min_confidence: f64,
}

/// By what to look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// By meaning and by words, in their context, with what else speaks for a memory.
    #[default]
    Hybrid,
    /// By meaning and by words, as a weighted mean of both scores.
    WeightedAverage,
    /// By meaning and by words, by their ranks alone (reciprocal rank fusion).
    ReciprocalRank,
    /// By meaning alone.
    Semantic,
    /// For the whole query in the text, without regard to case; newest first.
    Exact,
    /// By meaning, age, use and quality.
    Ranked,
}

impl Mode {
    /// Every mode, the default one first.
    pub const ALL: [Self; 6] = [
        Self::Hybrid,
        Self::Semantic,
        Self::Exact,
        Self::Ranked,
        Self::WeightedAverage,
        Self::ReciprocalRank,
    ];

    /// Its name on every wire: `hybrid`, `semantic`, `exact`, `ranked`, `weighted_average`, `rrf`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Hybrid => "hybrid",
            Self::WeightedAverage => "weighted_average",
            Self::ReciprocalRank => "rrf",
            Self::Semantic => "semantic",
            Self::Exact => "exact",
            Self::Ranked => "ranked",
        }
    }

    /// The mode of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }

    /// Whether hits of this mode have a confidence.
    #[must_use]
    pub fn has_confidence(self) -> bool {
        self == Self::Hybrid
    }
}

/// Whether several memories of one conversation are hits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Grouping {
    /// They are.
    #[default]
    None,
    /// The best of each conversation is; conversations with several that fit come before those with one.
    Conversation,
}

/// Whether memories are hits that nearly repeat a better one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Repetitions {
    /// They are.
    #[default]
    Keep,
    /// They are left out and counted ([`Hit::repetitions`](super::Hit::repetitions)).
    Suppress,
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
            grouping: Grouping::default(),
            repetitions: Repetitions::default(),
            max_tokens: None,
            neighbours: 0,
            min_confidence: 0.0,
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
        check_share("min_confidence", self.min_confidence, 1.0)?;
        if self.neighbours > MAX_NEIGHBOURS {
            let (given, highest) = (self.neighbours.into(), MAX_NEIGHBOURS.into());
            return Err(EngineError::OutOfRange { name: "neighbours", given, lowest: 0, highest });
        }
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
