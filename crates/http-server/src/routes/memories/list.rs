//! `GET /api/memories`: a page of memories, newest first.

use axum::Json;
use engine::{EngineError, ListRequest, MAX_PAGE_SIZE, Reader};
use model::{Filter, MemoryType, PartitionScope, TagMatch, Tags};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::Read;
use crate::error::Failure;
use crate::extract::{Lenient, Query};
use crate::wire::Memory;

/// Which page of which memories.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// The page, from 1.
    #[serde(default)]
    #[param(value_type = Option<u64>, minimum = 1, maximum = 4_294_967_295_u64, default = 1)]
    page: Option<Lenient<u64>>,
    /// Memories on a page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 10)]
    page_size: Option<Lenient<u64>>,
    /// Only memories with these tags, separated by commas.
    tag: Option<String>,
    /// The same under the name that examples have.
    tags: Option<String>,
    /// Whether one of the tags is enough: `any` or `all`.
    tag_match: Option<String>,
    /// Only memories of this kind.
    memory_type: Option<String>,
    /// The named store: `default`, another, or `all`.
    store: Option<String>,
}

/// A page of memories.
#[derive(Serialize, ToSchema)]
pub(crate) struct Page {
    /// The memories of the page, newest first.
    memories: Vec<Memory>,
    /// How many there are on all pages.
    total: u64,
    /// The page, from 1.
    page: u64,
    /// Memories on a page.
    page_size: u32,
    /// Whether there is a page after this one.
    has_more: bool,
}

/// Memories, newest first
#[utoipa::path(
    get,
    path = "/api/memories",
    tag = "memories",
    params(Which),
    security(("key" = ["read"])),
    responses((status = OK, body = Page))
)]
pub(crate) async fn list(read: Read, Query(which): Query<Which>) -> Result<Json<Page>, Failure> {
    let listed = read.reader().list(which.request()?).await?;
    Ok(Json(Page {
        memories: listed.memories.into_iter().map(Memory::from).collect(),
        total: listed.total,
        page: listed.page,
        page_size: listed.page_size,
        has_more: listed.has_more,
    }))
}

impl Which {
    fn request(self) -> Result<ListRequest, Failure> {
        let mut filter = Filter::default();
        if let Some(tags) = self.tag.or(self.tags).filter(|tags| !tags.trim().is_empty()) {
            filter.tags = Tags::parse(&tags).map_err(|error| invalid("tag", &error))?;
        }
        // Another word is taken for `any`, as existing clients have it.
        filter.tag_match = match self.tag_match.as_deref() {
            Some("all") => TagMatch::All,
            _ => TagMatch::Any,
        };
        if let Some(name) = self.memory_type.filter(|name| !name.is_empty()) {
            filter.memory_type = MemoryType::parse(&name).map_err(|error| invalid("memory_type", &error))?;
        }
        if let Some(store) = self.store.filter(|store| !store.is_empty()) {
            filter.partitions = PartitionScope::parse(&store).map_err(|error| invalid("store", &error))?;
        }
        let page = self.page.map_or(1, |page| page.0);
        let page_size = self.page_size.map_or(10, |size| size.0);
        let highest = u64::from(MAX_PAGE_SIZE);
        for (name, given, highest) in [("page", page, u64::from(u32::MAX)), ("page_size", page_size, highest)]
        {
            if !(1..=highest).contains(&given) {
                let message = format!("{name} is {given}, it must be from 1 to {highest}");
                return Err(Failure::problem("out_of_range", vec!["query".into(), name.into()], message));
            }
        }
        Ok(ListRequest { filter, page, page_size: u32::try_from(page_size).unwrap_or(MAX_PAGE_SIZE) })
    }
}

/// The newest memories of a named store.
pub(crate) async fn newest(reader: &Reader, limit: u64, store: Option<&str>) -> Result<Vec<Memory>, Failure> {
    let mut filter = Filter::default();
    if let Some(store) = store {
        filter.partitions = PartitionScope::parse(store).map_err(|error| invalid("store", &error))?;
    }
    Ok(some(reader, filter, limit).await?.0)
}

/// The newest memories that meet a filter, and how many do.
///
/// # Errors
/// [`EngineError`].
pub(crate) async fn some(
    reader: &Reader,
    filter: Filter,
    limit: u64,
) -> Result<(Vec<Memory>, u64), EngineError> {
    let page_size = u32::try_from(limit).unwrap_or(MAX_PAGE_SIZE).clamp(1, MAX_PAGE_SIZE);
    let (limit, mut memories, mut page) = (usize::try_from(limit).unwrap_or(usize::MAX), Vec::new(), 1);
    loop {
        let listed = reader.list(ListRequest { filter: filter.clone(), page, page_size }).await?;
        memories.extend(listed.memories.into_iter().map(Memory::from));
        if !listed.has_more || memories.len() >= limit {
            memories.truncate(limit);
            return Ok((memories, listed.total));
        }
        page += 1;
    }
}

fn invalid(name: &str, error: &dyn std::error::Error) -> Failure {
    Failure::problem("value_error", vec!["query".into(), name.into()], error.to_string())
}

#[cfg(test)]
mod tests;
