//! Tools and their answers as `rmcp` has them.

use std::sync::{Arc, LazyLock};

use rmcp::model::{CallToolResult, ContentBlock, ToolAnnotations};

use crate::answer::{Answer, ToolError};
use crate::tools::{self, Effect, Repeat, Tool};

/// Every tool as MCP lists it.
pub(super) static LISTED: LazyLock<Vec<(&'static Tool, rmcp::model::Tool)>> =
    LazyLock::new(|| tools::all().map(|tool| (tool, listed(tool))).collect());

fn listed(tool: &Tool) -> rmcp::model::Tool {
    let annotations = ToolAnnotations::with_title(tool.title)
        .read_only(tool.annotations.effect == Effect::ReadOnly)
        .destructive(tool.annotations.effect == Effect::Destructive)
        .idempotent(tool.annotations.repeat == Repeat::Idempotent)
        .open_world(false);
    rmcp::model::Tool::new(tool.name, tool.description, tool.input_schema())
        .with_title(tool.title)
        .with_raw_output_schema(Arc::new(tool.output_outline()))
        .with_annotations(annotations)
}

/// The answer of a tool.
pub(super) fn answered(answer: Answer) -> Result<CallToolResult, ToolError> {
    let structured = answer.structured()?;
    let content = vec![ContentBlock::text(answer.text)];
    let mut result =
        if answer.is_error { CallToolResult::error(content) } else { CallToolResult::success(content) };
    result.structured_content = Some(structured);
    Ok(result)
}

/// A failure has no structured content: clients check it against the schema of a success.
pub(super) fn failed(error: &ToolError) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(error.to_string())])
}
