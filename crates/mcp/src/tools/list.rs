//! `memory_list`: browses memories page by page.

use engine::{Capability, ListRequest, MAX_PAGE_SIZE};

use super::search::{DEFAULT_RESPONSE_CHARS, MAX_RESPONSE_CHARS};
use super::{Annotations, Caller, Effect, Profile, Repeat, Running, Tool, filter};
use crate::answer::{Answer, ToolError};
use crate::arguments::Arguments;
use crate::parameter::{Kind, Parameter};
use crate::{schema, text, wire};

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
    profile: Profile::Default,
    parameters: &parameters(DEFAULT_PAGE_SIZE, false),
    unsupported: &[],
    example: r#"{"page": 1, "page_size": 5}"#,
    output: schema::of_answer::<wire::List>,
    run: |caller, arguments| -> Running<'_> { Box::pin(run(caller, arguments)) },
};

/// The parameters, with the defaults of a name.
pub(super) const fn parameters(page_size: u64, include_superseded: bool) -> [Parameter; 15] {
    [
        Parameter::of(
            "page",
            Kind::Integer { default: Some(1), lowest: 1, highest: u32::MAX as u64 },
            "Page, from 1",
        ),
        Parameter::of(
            "page_size",
            Kind::Integer { default: Some(page_size), lowest: 1, highest: MAX_PAGE_SIZE as u64 },
            "Memories on a page",
        )
        .also(&["limit", "n_results", "per_page"]),
        filter::TAGS,
        filter::TAG_MATCH,
        filter::MEMORY_TYPE,
        filter::AFTER,
        filter::BEFORE,
        filter::TIME_EXPR,
        filter::ENTITY,
        filter::AGENT_ID,
        filter::CONVERSATION_ID,
        filter::STALE_DAYS,
        filter::STORE,
        Parameter::of(
            "include_superseded",
            Kind::Flag { default: include_superseded },
            "Also memories that a newer version replaced",
        ),
        MAX_RESPONSE_CHARS,
    ]
}

async fn run(caller: &Caller, mut arguments: Arguments) -> Result<Answer, ToolError> {
    let reader = caller.reader();
    let mut filter = filter::read(&mut arguments, reader)?;
    filter.include_superseded = arguments.flag("include_superseded")?;
    let page = arguments.integer("page")?.unwrap_or(1);
    let page_size = arguments.integer("page_size")?.unwrap_or(DEFAULT_PAGE_SIZE);
    let page_size = u32::try_from(page_size).unwrap_or(MAX_PAGE_SIZE);
    let budget = arguments.integer(MAX_RESPONSE_CHARS.name)?.unwrap_or(DEFAULT_RESPONSE_CHARS);
    let time_window = wire::Window::of(&filter);
    let answer = reader.list(ListRequest { filter, page, page_size }).await;
    let answer = answer.map_err(|error| ToolError::from(error).while_doing(FAILURE))?;
    let mut list = wire::List::new(answer, time_window);
    if list.superseded_hidden > 0 {
        let hidden = list.superseded_hidden;
        list.notices.push(format!(
            "{hidden} more were replaced by newer versions and are left out: `include_superseded` shows them"
        ));
    }
    list.omitted = text::Cut::to(&mut list.memories, budget).omitted;
    if list.omitted > 0 {
        let (shown, omitted) = (list.memories.len(), list.omitted);
        list.notices.push(format!(
            "{omitted} memories of this page are left out to keep the answer short: ask for pages of \
             {shown} memories (`page_size`), or raise `max_response_chars`"
        ));
    }
    Answer::json(list, "")
}

#[cfg(test)]
mod tests;
