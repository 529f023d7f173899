//! What a search found.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Memory, Window};

/// What a search found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Search {
    /// Best first; newest first without a query
    pub memories: Vec<Hit>,
    /// Memories in this answer
    pub total: usize,
    /// Memories found but left out by max_response_chars
    pub omitted: usize,
    /// Mode used
    pub mode: String,
    /// Query
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Time that was asked for
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_window: Option<Window>,
    /// By what else memories were found because there were few: exact_fallback, tag_fallback
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fallback: Vec<String>,
    /// What to know
    pub notices: Vec<String>,
}

/// A memory that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Hit {
    /// The memory.
    #[serde(flatten)]
    pub memory: Memory,
    /// Fit, 0 to 1
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// Cosine to the query, -1 to 1
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub similarity: Option<f64>,
    /// Share of the query's words
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub word_score: Option<f64>,
    /// Chance that it answers, 0 to 1
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// More found of its conversation
    #[serde(default, skip_serializing_if = "is_none")]
    pub more_of_conversation: usize,
    /// Near-repetitions left out
    #[serde(default, skip_serializing_if = "is_none")]
    pub repetitions: usize,
    /// Said before it
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Memory>,
    /// Said after it
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<Memory>,
    /// How it was found, when a fallback found any: semantic, exact_fallback or tag_fallback
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub match_method: Option<String>,
    /// How its score came about, with include_debug
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
}

/// How a score came about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Explanation {
    /// What was counted
    pub terms: Vec<Term>,
    /// Whether the whole query is in the text
    pub verbatim: bool,
    /// Score of the terms together
    pub base_score: f64,
    /// How much quality counts
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality_weight: Option<f64>,
    /// Quality, 0 to 1
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<f64>,
}

/// One part of a score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Term {
    /// What it is
    pub name: String,
    /// Value on its own scale
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<f64>,
    /// Value as counted
    pub value: f64,
    /// How much it counts
    pub weight: f64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_none(count: &usize) -> bool {
    *count == 0
}

impl Hit {
    /// A hit; in an answer that a fallback widened, each says how it was found.
    pub(crate) fn new(hit: engine::Hit, is_widened: bool) -> Self {
        let engine::Hit { memory, score, similarity, word_score, confidence, found_by, .. } = hit;
        let (more_of_conversation, repetitions) = (hit.more_of_conversation, hit.repetitions);
        let [before, after] =
            [hit.before, hit.after].map(|near| near.into_iter().map(Memory::from).collect());
        let match_method = is_widened.then(|| found_by.name().to_owned());
        let explanation = hit.explanation.map(Explanation::from);
        Self {
            memory: memory.into(),
            score,
            similarity,
            word_score,
            confidence,
            more_of_conversation,
            repetitions,
            before,
            after,
            match_method,
            explanation,
        }
    }
}

impl From<engine::Explanation> for Explanation {
    fn from(explanation: engine::Explanation) -> Self {
        let engine::Explanation { terms, is_verbatim, base_score, boost } = explanation;
        let term = |term: engine::Term| Term {
            name: term.name.name().to_owned(),
            raw: term.raw,
            value: term.value,
            weight: term.weight,
        };
        Self {
            terms: terms.into_iter().map(term).collect(),
            verbatim: is_verbatim,
            base_score,
            quality_weight: boost.as_ref().map(|boost| boost.weight),
            quality: boost.map(|boost| boost.quality),
        }
    }
}
