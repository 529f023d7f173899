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
}

impl From<engine::Hit> for Hit {
    fn from(hit: engine::Hit) -> Self {
        let engine::Hit { memory, score, similarity, word_score } = hit;
        Self { memory: memory.into(), score, similarity, word_score }
    }
}
