//! `search`: finds memories, as pages.

use engine::{Capability, SearchRequest};

use crate::answer::{Answer, ToolError};
use crate::arguments::Arguments;
use crate::parameter::Parameter;
use crate::tools::{Annotations, Caller, Effect, Profile, Repeat, Running, Tool};
use crate::{schema, wire};

/// How many pages there are at most.
const LIMIT: u32 = 20;

pub(in crate::tools) static TOOL: Tool = Tool {
    name: "search",
    title: "Search",
    description: "Find memories by a question or words; fetch reads one whole.",
    annotations: Annotations { effect: Effect::ReadOnly, repeat: Repeat::Idempotent },
    capability: Capability::Read,
    profile: Profile::Full,
    parameters: &[Parameter::text("query", "Question or words").required()],
    unsupported: &[],
    example: r#"{"query": "which port does staging use"}"#,
    output: schema::of_answer::<wire::Pages>,
    run: |caller, arguments| -> Running<'_> { Box::pin(run(caller, arguments)) },
};

async fn run(caller: &Caller, mut arguments: Arguments) -> Result<Answer, ToolError> {
    let query = arguments.required_text("query")?;
    let request = SearchRequest { query: Some(query), limit: LIMIT, ..SearchRequest::default() };
    let found = caller.reader().search(request).await?;
    let results = found.hits.into_iter().map(|hit| wire::Found::from(hit.memory)).collect();
    Answer::compact(wire::Pages { results })
}
