//! `learning_session`: what is known about a topic, and the note to be kept of a session about it. It writes nothing: the
//! assistant keeps the note when it is right.

use std::fmt::Write;

use engine::{Access, Reader, SearchRequest};

use super::{Argument, Given, Prompt, filter, quoted};
use crate::answer::ToolError;
use crate::completion::Completes;

/// How many memories about the topic are told.
const LIMIT: u32 = 5;
/// How long they are together at most, in characters.
const BUDGET_CHARS: usize = 8_000;

pub(super) static PROMPT: Prompt = Prompt {
    name: "learning_session",
    title: "Learning Session",
    description: "Prepare the note of a session about a topic, with what is known about it already",
    arguments: &[
        Argument {
            name: "topic",
            description: "what was learned about",
            required: true,
            completes: Completes::Nothing,
        },
        Argument {
            name: "key_points",
            description: "what was learned, with commas between the points",
            required: true,
            completes: Completes::Nothing,
        },
        Argument {
            name: "questions",
            description: "what is still open, with commas between the questions",
            required: false,
            completes: Completes::Nothing,
        },
    ],
    make: |reader, given| Box::pin(make(reader, given)),
};

async fn make(reader: &Reader, mut given: Given) -> Result<String, ToolError> {
    let topic = given.take_required("topic");
    let (points, questions) = (given.take_required("key_points"), given.take("questions"));
    let request = SearchRequest {
        query: Some(topic.clone()),
        filter: filter(reader, None, None)?,
        limit: LIMIT,
        access: Access::Skip,
        ..SearchRequest::default()
    };
    let known: Vec<_> = reader.search(request).await?.hits.into_iter().map(|hit| hit.memory).collect();
    let mut note = format!("# Learning Session: {topic}\n\n## Key Points\n");
    write_list(&mut note, &points);
    if let Some(questions) = questions {
        note.push_str("\n## Questions\n");
        write_list(&mut note, &questions);
    }
    let tag = topic.to_lowercase().replace(' ', "_");
    let mut text = format!(
        "{note}\nThis note is not stored yet. When it is right, keep it with memory_store: type learning, tags learning \
         and {tag}. Name what it adds to or changes in the memories below."
    );
    if !known.is_empty() {
        let memories = quoted::memories(&known, BUDGET_CHARS);
        let _infallible = write!(text, "\n\nKnown already. {}\n\n{memories}", quoted::PREAMBLE);
    }
    Ok(text)
}

fn write_list(note: &mut String, items: &str) {
    for item in items.split(',').map(str::trim).filter(|item| !item.is_empty()) {
        let _infallible = writeln!(note, "- {item}");
    }
}
