//! `POST /api/search/by-time`: memories of a time, newest first, or what of them fits a query.

use std::time::Instant;

use axum::Json;
use model::{Filter, PartitionScope, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{ranked, results};
use crate::access::Read;
use crate::error::{ErrorDetail, Failure};
use crate::extract::{Body, Lenient};
use crate::routes::memories::list;
use crate::time::{self, Spoken};
use crate::tool;
use crate::wire::{Found, Hit};

/// Which time, and what of it.
#[derive(Deserialize, ToSchema)]
pub(crate) struct TimeQuery {
    /// The time in words: `yesterday`, `last-2-weeks`, `week`, `march 2026`. Other words around it are what to look for, unless
    /// `semantic_query` says that.
    query: String,
    /// Hits at most.
    #[serde(default, alias = "limit")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 100, default = 10)]
    n_results: Option<Lenient<u64>>,
    /// What to look for among the memories of that time.
    #[serde(default)]
    semantic_query: Option<String>,
    /// The named store: `default`, another, or `all`.
    #[serde(default)]
    store: Option<String>,
}

/// Memories of a time
#[utoipa::path(
    post,
    path = "/api/search/by-time",
    tag = "search",
    request_body = TimeQuery,
    security(("key" = ["read"])),
    responses((status = OK, body = Found), (status = BAD_REQUEST, body = ErrorDetail))
)]
pub(crate) async fn by_time(read: Read, Body(asked): Body<TimeQuery>) -> Result<Json<Found>, Failure> {
    let since = Instant::now();
    let limit = results(asked.n_results, "body", "n_results")?;
    let Spoken { range, rest } = time::spoken(read.reader(), &asked.query)?;
    let semantic = asked.semantic_query.filter(|query| !query.trim().is_empty()).or(rest);
    let scope = asked.store.as_deref().map_or(Ok(PartitionScope::default()), PartitionScope::parse);
    let partitions = scope.map_err(|error| {
        Failure::problem("value_error", vec!["body".into(), "store".into()], error.to_string())
    })?;
    let reason = format!("Time match: {}", asked.query);
    let (mut hits, notices) = match semantic {
        None => {
            let filter = Filter { partitions, ..Filter::default() }.created_within(range);
            let (memories, _) = list::some(read.reader(), filter, limit).await?;
            let hits = memories.into_iter().map(|memory| Hit::unranked(memory, None)).collect::<Vec<_>>();
            (hits, Vec::new())
        }
        Some(query) => {
            let written = |time: Option<Timestamp>| time.map(|time| Value::from(time.to_string()));
            let arguments = tool::arguments([
                ("query", Some(query.into())),
                ("limit", Some(limit.into())),
                ("after", written(range.from)),
                ("before", written(range.before)),
                ("store", asked.store.map(Value::from)),
            ]);
            let found = ranked(&read.caller(), arguments, None).await?;
            (found.hits, found.notices)
        }
    };
    hits.iter_mut().for_each(|hit| hit.relevance_reason = Some(reason.clone()));
    Ok(Json(Found { notices, ..Found::new(hits, asked.query, "time", since) }))
}

#[cfg(test)]
mod tests;
