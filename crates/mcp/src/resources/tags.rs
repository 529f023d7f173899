//! `memory://tags`: tags with their counts.

use engine::MAX_TAG_COUNTS;
use model::{Filter, PartitionScope};
use serde::Serialize;
use serde_json::Value;

use super::{Resource, document};
use crate::answer::ToolError;
use crate::tools::Caller;
use crate::wire::TagCount;

/// The tags.
pub(super) static TAGS: Resource = Resource {
    kind: "tags",
    argument: None,
    title: "Available Tags",
    description: "The tags of all memories, the most frequent first",
    mime_type: super::JSON,
    read: |caller, _| Box::pin(read(caller)),
};

/// The tags, and how many memories have each.
#[derive(Serialize)]
struct Tags {
    tags: Vec<TagCount>,
    /// Different tags, also those that are not listed.
    count: u64,
}

async fn read(caller: &Caller) -> Result<Value, ToolError> {
    let filter = Filter { partitions: PartitionScope::All, ..Filter::default() };
    let counts = caller.reader().tags(&filter, "", MAX_TAG_COUNTS).await?;
    document(&Tags { tags: counts.tags.into_iter().map(TagCount::from).collect(), count: counts.total })
}
