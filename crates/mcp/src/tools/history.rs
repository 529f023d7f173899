//! `memory_history`: every version of a memory.

use engine::Capability;
use model::HashPrefix;

use super::filter::invalid;
use super::get::CONTENT_HASH;
use super::search::{DEFAULT_RESPONSE_CHARS, MAX_RESPONSE_CHARS};
use super::{Annotations, Caller, Effect, Profile, Repeat, Running, Tool};
use crate::answer::{Answer, ToolError};
use crate::arguments::Arguments;
use crate::{schema, text, wire};

pub(super) static TOOL: Tool = Tool {
    name: "memory_history",
    title: "Memory History",
    description: "Every version of a memory, oldest first, with the reasons for the changes.",
    annotations: Annotations { effect: Effect::ReadOnly, repeat: Repeat::Idempotent },
    capability: Capability::Read,
    profile: Profile::Full,
    parameters: &[CONTENT_HASH.required(), MAX_RESPONSE_CHARS],
    unsupported: &[],
    example: r#"{"content_hash": "b94d27b9934d3e08"}"#,
    output: schema::of_answer::<wire::History>,
    run: |caller, arguments| -> Running<'_> { Box::pin(run(caller, arguments)) },
};

async fn run(caller: &Caller, mut arguments: Arguments) -> Result<Answer, ToolError> {
    let hash = arguments.required_text(CONTENT_HASH.name)?;
    let hash = HashPrefix::parse(&hash).map_err(|error| invalid(CONTENT_HASH.name, &error))?;
    let budget = arguments.integer(MAX_RESPONSE_CHARS.name)?.unwrap_or(DEFAULT_RESPONSE_CHARS);
    let versions = caller.reader().history(&hash).await?;
    let mut versions = versions.into_iter().map(wire::Version::from).collect();
    let omitted = text::Cut::to(&mut versions, budget).omitted;
    Answer::json(wire::History { versions, omitted }, "")
}

#[cfg(test)]
mod tests;
