//! `memory_stats`: what the memories are like.

use engine::{Capability, MAX_TAG_COUNTS};
use model::{Filter, PartitionScope};

use super::filter::{STORE, invalid};
use super::{Annotations, Caller, Effect, Profile, Repeat, Running, Tool};
use crate::answer::{Answer, ToolError};
use crate::arguments::Arguments;
use crate::parameter::{Kind, Parameter};
use crate::wire::BackendInfo;
use crate::{schema, wire};

/// How many tags are counted when the caller does not say.
const DEFAULT_TAGS: u64 = 20;

pub(super) static TOOL: Tool = Tool {
    name: "memory_stats",
    title: "Memory Statistics",
    description: "How many memories there are, by type, tag, named store, age and week.",
    annotations: Annotations { effect: Effect::ReadOnly, repeat: Repeat::Idempotent },
    capability: Capability::Read,
    profile: Profile::Full,
    parameters: &[
        Parameter::text("tag_prefix", "Count only tags that begin so, such as proj:").also(&["prefix"]),
        Parameter::of(
            "tag_limit",
            Kind::Integer { default: Some(DEFAULT_TAGS), lowest: 1, highest: MAX_TAG_COUNTS as u64 },
            "Tags at most",
        )
        .also(&["limit"]),
        Parameter { kind: Kind::Text { default: Some("all") }, ..STORE },
    ],
    unsupported: &[],
    example: r#"{"tag_prefix": "proj:"}"#,
    output: schema::of_answer::<wire::Stats>,
    run: |caller, arguments| -> Running<'_> { Box::pin(run(caller, arguments)) },
};

async fn run(caller: &Caller, mut arguments: Arguments) -> Result<Answer, ToolError> {
    let reader = caller.reader();
    let prefix = arguments.text("tag_prefix")?.unwrap_or_default();
    let limit = arguments.integer("tag_limit")?.unwrap_or(DEFAULT_TAGS);
    let limit = u32::try_from(limit).unwrap_or(MAX_TAG_COUNTS);
    let store = arguments.text(STORE.name)?.unwrap_or_default();
    let partitions = PartitionScope::parse(&store).map_err(|error| invalid(STORE.name, &error))?;
    let filter = Filter { partitions, include_superseded: true, ..Filter::default() };
    let survey = reader.survey(&filter).await?;
    let tags = reader.tags(&filter, prefix.trim(), limit).await?;
    Answer::json(wire::Stats::new(survey, tags, backend(caller).await), "")
}

/// Where the memories are kept; the place itself is for their owner.
async fn backend(caller: &Caller) -> Option<BackendInfo> {
    let health = caller.reader().health().await;
    let statistics = health.statistics?;
    Some(BackendInfo {
        storage_backend: statistics.backend.to_owned(),
        sqlite_path: caller.admin().map(|_| statistics.location),
        embedding_model: health.model.identity.name,
    })
}

#[cfg(test)]
mod tests;
