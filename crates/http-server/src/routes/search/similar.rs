//! `GET /api/search/similar/{content_hash}`: memories that mean nearly the same as one.

use std::time::Instant;

use axum::Json;
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

use super::{MAX_RESULTS, ranked, results};
use crate::access::Read;
use crate::error::{ErrorDetail, Failure};
use crate::extract::{Lenient, Path, Query};
use crate::routes::memories::get::not_found;
use crate::tool;
use crate::wire::{Found, Memory};

/// How many, and where.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Hits at most.
    #[serde(default, alias = "limit")]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 10)]
    n_results: Option<Lenient<u64>>,
    /// The named store: `default`, another, or `all`.
    store: Option<String>,
}

/// Memories that mean nearly the same as one
#[utoipa::path(
    get,
    path = "/api/search/similar/{content_hash}",
    tag = "search",
    params(("content_hash" = String, Path, description = "The whole key of the one"), Which),
    security(("key" = ["read"])),
    responses((status = OK, body = Found), (status = NOT_FOUND, body = ErrorDetail))
)]
pub(crate) async fn similar(
    read: Read,
    Path(hash): Path<String>,
    Query(which): Query<Which>,
) -> Result<Json<Found>, Failure> {
    let since = Instant::now();
    let limit = results(which.n_results, "query", "n_results")?;
    let Some(memory) = Memory::find(read.reader(), &hash, which.store.as_deref()).await? else {
        return Err(not_found());
    };
    let arguments = tool::arguments([
        ("query", Some(beginning(&memory.content).into())),
        ("mode", Some("semantic".into())),
        // Itself is among them.
        ("limit", Some((limit + 1).min(MAX_RESULTS).into())),
        ("store", which.store.map(Value::from)),
    ]);
    let mut found = ranked(&read.caller(), arguments, None).await?;
    found.hits.retain(|hit| hit.memory.content_hash != hash);
    found.hits.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(Json(Found { notices: found.notices, ..Found::new(found.hits, hash, "similar", since) }))
}

/// As much of a text as a query may be long.
fn beginning(text: &str) -> &str {
    let mut end = text.len().min(engine::MAX_QUERY_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests;
