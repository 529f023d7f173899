//! `memory_get`: reads one memory whole.

use engine::Capability;
use model::HashPrefix;

use super::filter::invalid;
use super::{Annotations, Caller, Effect, Profile, Repeat, Running, Tool};
use crate::answer::{Answer, ToolError};
use crate::arguments::Arguments;
use crate::parameter::Parameter;
use crate::{schema, wire};

pub(super) const CONTENT_HASH: Parameter =
    Parameter::text("content_hash", "Hash of the memory, or its first characters (at least 6)").also(&[
        "hash",
        "id",
        "memory_id",
    ]);

pub(super) static TOOL: Tool = Tool {
    name: "memory_get",
    title: "Get Memory",
    description: "Read one memory whole, by its hash.",
    annotations: Annotations { effect: Effect::ReadOnly, repeat: Repeat::Idempotent },
    capability: Capability::Read,
    profile: Profile::Default,
    parameters: &[CONTENT_HASH.required()],
    unsupported: &[],
    example: r#"{"content_hash": "b94d27b9934d3e08"}"#,
    output: schema::of_answer::<wire::Memory>,
    run: |caller, arguments| -> Running<'_> { Box::pin(run(caller, arguments)) },
};

async fn run(caller: &Caller, mut arguments: Arguments) -> Result<Answer, ToolError> {
    let hash = arguments.required_text(CONTENT_HASH.name)?;
    let hash = HashPrefix::parse(&hash).map_err(|error| invalid(CONTENT_HASH.name, &error))?;
    let memory = wire::Memory::from(caller.reader().get(&hash).await?);
    Answer::json(memory, "")
}

#[cfg(test)]
mod tests;
