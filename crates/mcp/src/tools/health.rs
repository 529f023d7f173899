//! `memory_health`: whether the service works.

use engine::Capability;

use super::{Annotations, Caller, Effect, Profile, Repeat, Running, Tool};
use crate::answer::{Answer, ToolError};
use crate::arguments::Arguments;
use crate::wire::Audience;
use crate::{schema, wire};

pub(super) static TOOL: Tool = Tool {
    name: "memory_health",
    title: "Check Health",
    description: "Whether the memory service works, with counts and the embedding model.",
    annotations: Annotations { effect: Effect::ReadOnly, repeat: Repeat::Idempotent },
    capability: Capability::Read,
    profile: Profile::Default,
    parameters: &[],
    unsupported: &[],
    example: "{}",
    output: schema::of_answer::<wire::Health>,
    run: |caller, arguments| -> Running<'_> { Box::pin(run(caller, arguments)) },
};

async fn run(caller: &Caller, _no_arguments: Arguments) -> Result<Answer, ToolError> {
    let audience = if caller.admin().is_some() { Audience::Owner } else { Audience::Guest };
    let health = wire::Health::new(caller.reader().health().await, audience);
    Answer::json(health, "Database Health Check Results:\n")
}

#[cfg(test)]
mod tests;
