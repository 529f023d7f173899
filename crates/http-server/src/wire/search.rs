//! What a search found.

use std::time::Instant;

use mcp::wire;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Memory;

/// What a search found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Found {
    /// The memories, best first; newest first where nothing was ranked.
    pub results: Vec<Hit>,
    /// How many there are.
    pub total_found: u64,
    /// What was looked for.
    pub query: String,
    /// How: `semantic`, `semantic_quality_boost`, another mode that was asked for, `tag`, `time` or `similar`.
    pub search_type: String,
    /// How long it took, in milliseconds.
    pub processing_time_ms: Option<f64>,
    /// What to know, as that meaning could not be searched.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<String>,
}

/// A memory that was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Hit {
    /// The memory.
    pub memory: Memory,
    /// How near its meaning is: the cosine to the query. For a memory that words alone found, its score.
    pub similarity_score: Option<f64>,
    /// Why it is here, for people.
    pub relevance_reason: Option<String>,
    /// How well it fits, 0 to 1, relative to the other hits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// How likely it is that it answers, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// More found of its conversation, with `group_by`.
    #[serde(skip_serializing_if = "is_zero")]
    pub more_of_conversation: usize,
    /// Near-repetitions left out, with `unique`.
    #[serde(skip_serializing_if = "is_zero")]
    pub repetitions: usize,
    /// Said before it, with `neighbours`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Memory>,
    /// Said after it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<Memory>,
    /// How it was found, when a fallback found any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub match_method: Option<String>,
    /// How its score came about, with `include_debug`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub explanation: Option<Value>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl Found {
    /// All that was found of a kind, for a query.
    pub(crate) fn new(results: Vec<Hit>, query: String, search_type: &str, since: Instant) -> Self {
        Self {
            total_found: results.len() as u64,
            results,
            query,
            search_type: search_type.to_owned(),
            processing_time_ms: Some(since.elapsed().as_secs_f64() * 1000.0),
            notices: Vec::new(),
        }
    }
}

impl Hit {
    /// A memory that is here without being ranked.
    pub(crate) fn unranked(memory: Memory, reason: Option<String>) -> Self {
        Self {
            memory,
            similarity_score: None,
            relevance_reason: reason,
            score: None,
            confidence: None,
            more_of_conversation: 0,
            repetitions: 0,
            before: Vec::new(),
            after: Vec::new(),
            match_method: None,
            explanation: None,
        }
    }
}

impl From<wire::Hit> for Hit {
    fn from(hit: wire::Hit) -> Self {
        let relevance_reason = reason(&hit);
        let memories = |near: Vec<wire::Memory>| near.into_iter().map(Memory::from).collect();
        Self {
            memory: hit.memory.into(),
            similarity_score: hit.similarity.or(hit.score),
            relevance_reason,
            score: hit.score,
            confidence: hit.confidence,
            more_of_conversation: hit.more_of_conversation,
            repetitions: hit.repetitions,
            before: memories(hit.before),
            after: memories(hit.after),
            match_method: hit.match_method,
            explanation: hit.explanation.and_then(|explanation| serde_json::to_value(explanation).ok()),
        }
    }
}

/// Why a memory is here, for people.
fn reason(hit: &wire::Hit) -> Option<String> {
    let quality = hit.explanation.as_ref().and_then(|explanation| explanation.quality);
    match (hit.score, hit.similarity, quality) {
        (Some(score), similarity, Some(quality)) => {
            let similarity = similarity.unwrap_or_default();
            Some(format!("Composite: {score:.3} (semantic: {similarity:.3}, quality: {quality:.3})"))
        }
        (_, Some(similarity), None) => Some(format!("Semantic similarity: {similarity:.3}")),
        (Some(_), None, None) => Some(match hit.word_score {
            Some(words) => format!("Words of the query: {words:.3}"),
            None => "The query is in its text".to_owned(),
        }),
        _ => None,
    }
}
