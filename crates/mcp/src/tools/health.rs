//! `memory_health`: whether the service works.

use engine::{Capability, Grant};

use super::{Annotations, Effect, Repeat, Running, Tool};
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
    parameters: &[],
    unsupported: &[],
    example: "{}",
    output: schema::of_answer::<wire::Health>,
    run: |grant, arguments| -> Running<'_> { Box::pin(run(grant, arguments)) },
};

async fn run(grant: &Grant, _no_arguments: Arguments) -> Result<Answer, ToolError> {
    let audience = if grant.admin().is_some() { Audience::Owner } else { Audience::Guest };
    let health = wire::Health::new(grant.reader().health().await, audience);
    Answer::json(&health, "Database Health Check Results:\n")
}

#[cfg(test)]
mod tests;
