//! `memory://stats`: what the memories are like.

use super::Resource;
use crate::tools;

/// The statistics.
pub(super) static STATS: Resource = Resource {
    kind: "stats",
    argument: None,
    title: "Memory Statistics",
    description: "How many memories there are, by type, tag, named store, age and week",
    mime_type: super::JSON,
    read: |caller, _| {
        Box::pin(async move {
            let answer = tools::call_as(caller, "memory_stats", serde_json::Map::new()).await?;
            answer.structured()
        })
    },
};
