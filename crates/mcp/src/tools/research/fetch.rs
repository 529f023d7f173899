//! `fetch`: reads one memory, as a page.

use engine::Capability;
use model::HashPrefix;

use crate::answer::{Answer, ToolError};
use crate::arguments::Arguments;
use crate::parameter::Parameter;
use crate::tools::filter::invalid;
use crate::tools::{Annotations, Caller, Effect, Profile, Repeat, Running, Tool};
use crate::{schema, wire};

pub(in crate::tools) static TOOL: Tool = Tool {
    name: "fetch",
    title: "Fetch",
    description: "Read one memory whole, by an id that search gave.",
    annotations: Annotations { effect: Effect::ReadOnly, repeat: Repeat::Idempotent },
    capability: Capability::Read,
    profile: Profile::Full,
    parameters: &[Parameter::text("id", "Id from search").required().also(&["content_hash", "hash"])],
    unsupported: &[],
    example: r#"{"id": "b94d27b9934d3e08"}"#,
    output: schema::of_answer::<wire::Page>,
    run: |caller, arguments| -> Running<'_> { Box::pin(run(caller, arguments)) },
};

async fn run(caller: &Caller, mut arguments: Arguments) -> Result<Answer, ToolError> {
    let id = arguments.required_text("id")?;
    let hash = HashPrefix::parse(&id).map_err(|error| invalid("id", &error))?;
    Answer::compact(wire::Page::from(caller.reader().get(&hash).await?))
}
