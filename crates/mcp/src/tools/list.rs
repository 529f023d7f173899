//! `memory_list`: browses memories page by page.

use engine::{Capability, Grant, ListRequest, MAX_PAGE_SIZE};

use super::{Annotations, Effect, Repeat, Running, Tool, filter};
use crate::answer::{Answer, ToolError};
use crate::arguments::Arguments;
use crate::parameter::{Kind, Parameter, Unsupported};
use crate::{schema, wire};

/// What a failure's text begins with, as the original's clients know it.
const FAILURE: &str = "Error listing memories";
/// How many memories a page has when the caller does not say.
const DEFAULT_PAGE_SIZE: u64 = 20;

pub(super) static TOOL: Tool = Tool {
    name: "memory_list",
    title: "List Memories",
    description: "Browse memories, newest first, page by page, with the true total.",
    annotations: Annotations { effect: Effect::ReadOnly, repeat: Repeat::Idempotent },
    capability: Capability::Read,
    parameters: &[
        Parameter::of(
            "page",
            Kind::Integer { default: Some(1), lowest: 1, highest: u32::MAX as u64 },
            "Page, from 1",
        ),
        Parameter::of(
            "page_size",
            Kind::Integer { default: Some(DEFAULT_PAGE_SIZE), lowest: 1, highest: MAX_PAGE_SIZE as u64 },
            "Memories on a page",
        )
        .also(&["limit", "n_results", "per_page"]),
        filter::TAGS,
        filter::TAG_MATCH,
        filter::MEMORY_TYPE,
        filter::AFTER,
        filter::BEFORE,
        filter::STORE,
        Parameter::of(
            "include_superseded",
            Kind::Flag { default: true },
            "Also memories that a newer version replaced",
        ),
    ],
    unsupported: &[
        Unsupported::new("stale_days", "list with `before` to find old memories"),
        Unsupported::new("agent_id", "list by `tags` such as agent:<id>"),
    ],
    example: r#"{"page": 1, "page_size": 5}"#,
    output: schema::of_answer::<wire::List>,
    run: |grant, arguments| -> Running<'_> { Box::pin(run(grant, arguments)) },
};

async fn run(grant: &Grant, mut arguments: Arguments) -> Result<Answer, ToolError> {
    let reader = grant.reader();
    let mut filter = filter::read(&mut arguments, reader)?;
    filter.include_superseded = arguments.flag("include_superseded")?;
    let page = arguments.integer("page")?.unwrap_or(1);
    let page_size = arguments.integer("page_size")?.unwrap_or(DEFAULT_PAGE_SIZE);
    let page_size = u32::try_from(page_size).unwrap_or(MAX_PAGE_SIZE);
    let answer = reader.list(ListRequest { filter, page, page_size }).await;
    let answer = answer.map_err(|error| ToolError::from(error).while_doing(FAILURE))?;
    Answer::json(&wire::List::from(answer), "")
}

#[cfg(test)]
mod tests;
