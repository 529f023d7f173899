//! Memories as resources: the newest, those with a tag, one, those that a search finds.

use engine::{ErrorCode, ListRequest, MAX_PAGE_SIZE, SearchRequest};
use model::{Filter, HashPrefix, PartitionScope, Tags};
use serde::Serialize;
use serde_json::Value;

use super::{Argument, JSON, Resource, document};
use crate::answer::ToolError;
use crate::completion::Completes;
use crate::text::Cut;
use crate::tools::Caller;
use crate::wire::{Hit, Memory};

/// How long a document is at most, in characters, beyond its first memory.
const BUDGET_CHARS: u64 = 40_000;
/// How many memories a search gives.
const SEARCH_LIMIT: u32 = 10;

/// The newest memories.
pub(super) static RECENT: Resource = Resource {
    kind: "recent",
    argument: Some(Argument { name: "n", completes: Completes::Counts }),
    title: "Recent Memories",
    description: "The newest memories, 100 at most",
    mime_type: JSON,
    read: |caller, count| Box::pin(async move { recent(caller, &count).await }),
};

/// The newest memories with a tag.
pub(super) static TAG: Resource = Resource {
    kind: "tag",
    argument: Some(Argument { name: "tag", completes: Completes::Tags }),
    title: "Memories With a Tag",
    description: "The newest memories with this tag, 100 at most",
    mime_type: JSON,
    read: |caller, tag| Box::pin(async move { tagged(caller, tag).await }),
};

/// One memory.
pub(super) static MEMORY: Resource = Resource {
    kind: "memory",
    argument: Some(Argument { name: "hash", completes: Completes::Nothing }),
    title: "Memory",
    description: "One memory whole, by its hash",
    mime_type: JSON,
    read: |caller, hash| Box::pin(async move { one(caller, &hash).await }),
};

/// What a search finds.
pub(super) static SEARCH: Resource = Resource {
    kind: "search",
    argument: Some(Argument { name: "query", completes: Completes::Nothing }),
    title: "Memory Search",
    description: "The ten memories that fit a query best",
    mime_type: JSON,
    read: |caller, query| Box::pin(async move { search(caller, query).await }),
};

/// A list of memories.
#[derive(Serialize)]
struct Memories {
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
    memories: Vec<Memory>,
    /// Memories in this document.
    count: usize,
    /// Memories that there are.
    total: u64,
    /// Memories that were asked for and left out to keep the document short.
    omitted: usize,
    /// Memories left out because a newer version replaced them.
    superseded_hidden: u64,
}

/// What a search found.
#[derive(Serialize)]
struct Found {
    query: String,
    results: Vec<Hit>,
    count: usize,
    omitted: usize,
    notices: Vec<String>,
}

async fn recent(caller: &Caller, count: &str) -> Result<Value, ToolError> {
    let size = count.parse().ok().filter(|size| (1..=MAX_PAGE_SIZE).contains(size)).ok_or_else(|| {
        let shown: String = count.chars().take(20).collect();
        ToolError::invalid(format!("memory://recent/{shown}: the number must be from 1 to {MAX_PAGE_SIZE}"))
    })?;
    let filter = Filter { partitions: PartitionScope::All, ..Filter::default() };
    listed(caller, filter, size, None).await
}

async fn tagged(caller: &Caller, tag: String) -> Result<Value, ToolError> {
    let tags = Tags::from_list([tag.clone()])
        .map_err(|error| ToolError::invalid(format!("memory://tag: {error}")))?;
    if tags.is_empty() {
        return Err(ToolError::invalid("memory://tag: the tag is empty"));
    }
    let filter = Filter { tags, partitions: PartitionScope::All, ..Filter::default() };
    listed(caller, filter, MAX_PAGE_SIZE, Some(tag)).await
}

async fn listed(caller: &Caller, filter: Filter, size: u32, tag: Option<String>) -> Result<Value, ToolError> {
    let answer = caller.reader().list(ListRequest { filter, page: 1, page_size: size }).await?;
    let mut memories: Vec<Memory> = answer.memories.into_iter().map(Memory::from).collect();
    let omitted = Cut::to(&mut memories, BUDGET_CHARS).omitted;
    let (total, superseded_hidden) = (answer.total, answer.superseded);
    document(&Memories { tag, count: memories.len(), memories, total, omitted, superseded_hidden })
}

async fn one(caller: &Caller, hash: &str) -> Result<Value, ToolError> {
    let hash =
        HashPrefix::parse(hash).map_err(|error| ToolError::new(ErrorCode::NotFound, error.to_string()))?;
    document(&Memory::from(caller.reader().get(&hash).await?))
}

async fn search(caller: &Caller, query: String) -> Result<Value, ToolError> {
    let filter = Filter { partitions: PartitionScope::All, ..Filter::default() };
    let request =
        SearchRequest { query: Some(query.clone()), filter, limit: SEARCH_LIMIT, ..SearchRequest::default() };
    let answer = caller.reader().search(request).await?;
    let mut results: Vec<Hit> = answer.hits.into_iter().map(|hit| Hit::new(hit, false)).collect();
    let omitted = Cut::to(&mut results, BUDGET_CHARS).omitted;
    document(&Found { query, count: results.len(), results, omitted, notices: answer.notices })
}
