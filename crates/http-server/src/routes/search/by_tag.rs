//! `POST /api/search/by-tag`: memories with some tags, newest first.

use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::{Filter, PartitionScope, TagMatch, Tags};
use serde::Deserialize;
use utoipa::ToSchema;

use super::within;
use crate::App;
use crate::access::Read;
use crate::error::{ErrorDetail, Failure};
use crate::extract::{Body, Lenient};
use crate::routes::memories::list;
use crate::time;
use crate::wire::{Found, Hit};

/// How many hits there are when the caller does not say.
const MAX_UNASKED: u64 = 1000;

/// Which memories.
#[derive(Deserialize, ToSchema)]
pub(crate) struct TagQuery {
    /// Their tags.
    tags: Vec<String>,
    /// Whether a memory needs all of them.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    match_all: Option<Lenient<bool>>,
    /// Only those since the begin of this time: `yesterday`, `last-2-weeks`.
    #[serde(default)]
    time_filter: Option<String>,
    /// Hits at most; without it the newest 1000.
    #[serde(default, alias = "n_results")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<Lenient<u64>>,
    /// The named store: `default`, another, or `all`.
    #[serde(default)]
    store: Option<String>,
}

/// Memories with some tags, newest first
#[utoipa::path(
    post,
    path = "/api/search/by-tag",
    tag = "search",
    request_body = TagQuery,
    security(("key" = ["read"])),
    responses((status = OK, body = Found), (status = BAD_REQUEST, body = ErrorDetail))
)]
pub(crate) async fn by_tag(
    State(app): State<App>,
    read: Read,
    Body(asked): Body<TagQuery>,
) -> Result<Json<Found>, Failure> {
    let since = Instant::now();
    let match_all = asked.match_all.is_some_and(|all| all.0);
    let tags = Tags::from_list(&asked.tags).map_err(|error| invalid("tags", &error))?;
    if tags.is_empty() {
        return Err(Failure::new(StatusCode::BAD_REQUEST, "At least one tag must be specified"));
    }
    let limit = asked.limit.map(|limit| within(limit.0, 1..=100, "body", "limit")).transpose()?;
    let time = asked.time_filter.filter(|time| !time.trim().is_empty());
    let query = echo(&tags, match_all, time.as_deref());
    let mut filter = Filter { tags, ..Filter::default() };
    filter.tag_match = if match_all { TagMatch::All } else { TagMatch::Any };
    if let Some(time) = time {
        // What was kept since then, not only until the end of that time: clients ask for recent memories so.
        let range = time::spoken(read.reader(), &time)?.range;
        match range.from {
            Some(from) => filter.created_from = Some(from),
            None => filter.created_before = range.before,
        }
    }
    if let Some(store) = asked.store {
        filter.partitions = PartitionScope::parse(&store).map_err(|error| invalid("store", &error))?;
    }
    let (memories, total) = list::some(read.reader(), filter, limit.unwrap_or(MAX_UNASKED)).await?;
    let hits = memories.into_iter().map(|memory| {
        let shared = memory
            .tags
            .iter()
            .filter(|tag| asked.tags.iter().any(|one| one.trim().eq_ignore_ascii_case(tag)));
        let reason = format!("Tags match: {}", shared.cloned().collect::<Vec<_>>().join(", "));
        Hit::unranked(memory, Some(reason))
    });
    let found = Found::new(hits.collect(), query, "tag", since);
    app.searched(&read.0.principal, &found);
    Ok(Json(Found { total_found: total, ..found }))
}

/// What was asked, in the original's form.
fn echo(tags: &Tags, match_all: bool, time: Option<&str>) -> String {
    let tags = tags.iter().collect::<Vec<_>>().join(", ");
    let kind = if match_all { "ALL" } else { "ANY" };
    let time = time.map(|time| format!(" | Time: {time}")).unwrap_or_default();
    format!("Tags: {tags} ({kind}){time}")
}

fn invalid(name: &str, error: &dyn std::error::Error) -> Failure {
    Failure::problem("value_error", vec!["body".into(), name.into()], error.to_string())
}

#[cfg(test)]
mod tests;
