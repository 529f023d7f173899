//! `memory_review`: the memories of a time, to be gone through.

use engine::{Access, ListRequest, Reader, SearchRequest};
use model::Memory;

use super::{Argument, Given, Prompt, filter, quoted};
use crate::answer::ToolError;
use crate::completion::Completes;
use crate::wire::Window;

/// How many memories are reviewed at most.
const LIMIT: u32 = 20;
/// How long the memories are together at most, in characters.
const BUDGET_CHARS: usize = 20_000;

pub(super) static PROMPT: Prompt = Prompt {
    name: "memory_review",
    title: "Review Memories",
    description: "Go through the memories of a time",
    arguments: &[
        Argument {
            name: "time_period",
            description: "a time such as yesterday, last week or march 2026",
            required: true,
            completes: Completes::Times,
        },
        Argument {
            name: "focus_area",
            description: "a question or words that the memories are about",
            required: false,
            completes: Completes::Nothing,
        },
    ],
    make: |reader, given| Box::pin(make(reader, given)),
};

async fn make(reader: &Reader, mut given: Given) -> Result<String, ToolError> {
    let (time, focus) = (given.take_required("time_period"), given.take("focus_area"));
    let filter = filter(reader, Some(("time_period", &time)), None)?;
    let window = Window::of(&filter).map(|window| format!(" ({window})")).unwrap_or_default();
    let (memories, total): (Vec<Memory>, u64) = match &focus {
        Some(focus) => {
            let request = SearchRequest {
                query: Some(focus.clone()),
                filter,
                limit: LIMIT,
                access: Access::Skip,
                ..SearchRequest::default()
            };
            let found = reader.search(request).await?;
            let total = found.hits.len() as u64;
            (found.hits.into_iter().map(|hit| hit.memory).collect(), total)
        }
        None => {
            let answer = reader.list(ListRequest { filter, page: 1, page_size: LIMIT }).await?;
            (answer.memories, answer.total)
        }
    };
    let about = focus.map(|focus| format!(" (focusing on {focus})")).unwrap_or_default();
    if memories.is_empty() {
        return Ok(format!("There are no memories from {time}{window}{about} to review."));
    }
    let shown = memories.len();
    Ok(format!(
        "Review of memories from {time}{about}: {shown} of {total}{window}.\n{}\n\n{}\n\nSummarise what was decided, \
         learned and left open, and name memories that contradict each other or are out of date.",
        quoted::PREAMBLE,
        quoted::memories(&memories, BUDGET_CHARS)
    ))
}
