//! `POST /api/search`: by meaning and words, as the tool `memory_search` does.

use std::time::Instant;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{ranked, results, share};
use crate::App;
use crate::access::Read;
use crate::error::Failure;
use crate::extract::{Body, Lenient};
use crate::routes::memories::list;
use crate::tool;
use crate::wire::{Found, Hit};

/// How much quality counts when the caller only says that it does.
const DEFAULT_QUALITY_WEIGHT: f64 = 0.3;
/// What narrows a search down even without a query.
const FILTERS: [&str; 8] =
    ["tags", "memory_type", "after", "before", "time_expr", "entity", "agent_id", "conversation_id"];

/// What to look for.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SearchQuery {
    /// A question or some words. When it is empty, the newest memories are given.
    #[serde(default)]
    query: Option<String>,
    /// Hits at most.
    #[serde(default, alias = "limit", alias = "top_k")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 100, default = 10)]
    n_results: Option<Lenient<u64>>,
    /// Leave out hits that are less similar.
    #[serde(default)]
    #[schema(value_type = Option<f64>, minimum = 0, maximum = 1)]
    similarity_threshold: Option<Lenient<f64>>,
    /// Whether the quality of a memory counts.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    quality_boost: Option<Lenient<bool>>,
    /// How much it counts then.
    #[serde(default)]
    #[schema(value_type = Option<f64>, minimum = 0, maximum = 1, default = 0.3)]
    quality_weight: Option<Lenient<f64>>,
    #[serde(flatten)]
    more: More,
}

/// What the tool `memory_search` can do besides, under its names.
#[derive(Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub(crate) struct More {
    /// By what to look: `hybrid`, `semantic`, `exact`, `ranked`, `weighted_average` or `rrf`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, default = "hybrid")]
    mode: Option<Value>,
    /// Only memories with these tags: a list, or a text with commas.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>)]
    tags: Option<Value>,
    /// Whether one of the tags is enough: `any` or `all`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, default = "any")]
    tag_match: Option<Value>,
    /// Only this kind, compared exactly.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    memory_type: Option<Value>,
    /// Only from then on: YYYY-MM-DD (local time) or RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    after: Option<Value>,
    /// Only from before then: YYYY-MM-DD (that day excluded) or RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    before: Option<Value>,
    /// Only of this time: `yesterday`, `last-2-weeks`, `march 2026`.
    #[serde(skip_serializing_if = "Option::is_none", alias = "time_filter")]
    #[schema(value_type = Option<String>)]
    time_expr: Option<Value>,
    /// Only linked to this entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    entity: Option<Value>,
    /// Only this author's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    agent_id: Option<Value>,
    /// Only this conversation's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    conversation_id: Option<Value>,
    /// The named store to look in; `all` for every one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, default = "default")]
    store: Option<Value>,
    /// Also memories that a newer version replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<bool>)]
    include_superseded: Option<Value>,
    /// For `ranked`: semantic, time_decay, access_frequency, quality.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    ranking_weights: Option<Value>,
    /// When little is found, also look for the whole query and for its words as tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<bool>)]
    fallback: Option<Value>,
    /// `conversation`: the best of each conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    group_by: Option<Value>,
    /// Leave out near-repetitions.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<bool>)]
    unique: Option<Value>,
    /// So many memories around each, of its conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>, maximum = 5)]
    neighbours: Option<Value>,
    /// Leave out less likely answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>, minimum = 0, maximum = 1)]
    min_confidence: Option<Value>,
    /// Budget for the texts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>, minimum = 1)]
    max_tokens: Option<Value>,
    /// Cut the list after the last whole memory that fits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u64>, minimum = 1)]
    max_response_chars: Option<Value>,
    /// Explain every score.
    #[serde(skip_serializing_if = "Option::is_none", alias = "explain")]
    #[schema(value_type = Option<bool>)]
    include_debug: Option<Value>,
}

/// Find memories
#[utoipa::path(
    post,
    path = "/api/search",
    tag = "search",
    request_body = SearchQuery,
    security(("key" = ["read"])),
    responses((status = OK, body = Found))
)]
pub(crate) async fn by_query(
    State(app): State<App>,
    read: Read,
    Body(asked): Body<SearchQuery>,
) -> Result<Json<Found>, Failure> {
    let found = find(&read, asked).await?;
    app.searched(&read.0.principal, &found);
    Ok(Json(found))
}

/// What a search finds.
pub(crate) async fn find(read: &Read, asked: SearchQuery) -> Result<Found, Failure> {
    let since = Instant::now();
    let limit = results(asked.n_results, "body", "n_results")?;
    let threshold = share(asked.similarity_threshold, "similarity_threshold")?;
    let weight = share(asked.quality_weight, "quality_weight")?.unwrap_or(DEFAULT_QUALITY_WEIGHT);
    let boost = asked.quality_boost.is_some_and(|boost| boost.0).then_some(weight);
    let more = asked.more.arguments()?;
    let mode = more.get("mode").and_then(Value::as_str).unwrap_or("semantic").trim().to_lowercase();
    let search_type = if boost.is_some() { format!("{mode}_quality_boost") } else { mode };
    let is_narrowed = FILTERS.iter().any(|name| more.get(*name).is_some_and(|value| !is_blank(value)));
    let Some(query) = asked.query.or_else(|| is_narrowed.then(String::new)) else {
        return Err(Failure::problem("missing", vec!["body".into(), "query".into()], "Field required"));
    };
    let is_asked = !query.trim().is_empty();
    if !is_asked && !is_narrowed {
        let store = more.get("store").and_then(Value::as_str);
        let newest = list::newest(read.reader(), limit, store).await?;
        let hits = newest.into_iter().map(|memory| Hit::unranked(memory, None)).collect();
        return Ok(Found::new(hits, query, &search_type, since));
    }
    let mut arguments = more;
    let is_explained = arguments.get("include_debug").is_some_and(|wanted| !is_blank(wanted));
    arguments.extend(tool::arguments([
        ("query", is_asked.then(|| query.clone().into())),
        ("limit", Some(limit.into())),
        ("quality_boost", boost.map(Value::from)),
        // The reason of a boosted hit names its quality.
        ("include_debug", (boost.is_some() && !is_explained).then_some(true.into())),
    ]));
    let mut found = ranked(&read.caller(), arguments, threshold.filter(|_| is_asked)).await?;
    if !is_explained {
        found.hits.iter_mut().for_each(|hit| hit.explanation = None);
    }
    let notices = found.notices;
    Ok(Found { notices, ..Found::new(found.hits, query, &search_type, since) })
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

impl More {
    /// The arguments of the tool.
    fn arguments(self) -> Result<Map<String, Value>, Failure> {
        match serde_json::to_value(self) {
            Ok(Value::Object(arguments)) => Ok(arguments),
            _ => Err(Failure::internal()),
        }
    }
}

#[cfg(test)]
mod tests;
