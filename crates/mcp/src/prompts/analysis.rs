//! `memory_analysis`: what the memories of some tags and a time are like.

use std::fmt::Write;

use engine::Reader;

use super::{Argument, Given, Prompt, filter};
use crate::answer::ToolError;
use crate::completion::Completes;
use crate::wire::Window;

/// How many tags are named.
const TAGS: u32 = 10;

pub(super) static PROMPT: Prompt = Prompt {
    name: "memory_analysis",
    title: "Analyse Memories",
    description: "Count the memories of some tags and a time by tag, type and week",
    arguments: &[
        Argument {
            name: "tags",
            description: "tags with commas between them; a memory needs one of them",
            required: false,
            completes: Completes::TagList,
        },
        Argument {
            name: "time_range",
            description: "a time such as last month",
            required: false,
            completes: Completes::Times,
        },
    ],
    make: |reader, given| Box::pin(make(reader, given)),
};

async fn make(reader: &Reader, mut given: Given) -> Result<String, ToolError> {
    let (tags, time) = (given.take("tags"), given.take("time_range"));
    let filter = filter(
        reader,
        time.as_deref().map(|time| ("time_range", time)),
        tags.as_deref().map(|tags| ("tags", tags)),
    )?;
    let survey = reader.survey(&filter).await?;
    let counts = reader.tags(&filter, "", TAGS).await?;
    let mut text = "Memory Analysis".to_owned();
    if let Some(tags) = tags {
        let _infallible = write!(text, " for tags: {tags}");
    }
    if let (Some(time), Some(window)) = (time, Window::of(&filter)) {
        let _infallible = write!(text, " from {time} ({window})");
    }
    let _infallible = write!(text, "\n\nTotal memories analyzed: {}\n\nTop tags:\n", survey.memories);
    for count in &counts.tags {
        let _infallible = writeln!(text, "- {}: {} occurrences", count.tag, count.memories);
    }
    text.push_str("\nMemory types:\n");
    for count in &survey.types {
        let kind = count.memory_type.as_deref().unwrap_or("(none)");
        let _infallible = writeln!(text, "- {kind}: {}", count.memories);
    }
    text.push_str("\nStored per week:\n");
    for week in survey.weeks.iter().filter(|week| week.memories > 0) {
        let _infallible = writeln!(text, "- from {}: {}", week.from, week.memories);
    }
    text.push_str("\nSay what these memories are mostly about, and what is missing or grows fast.");
    Ok(text)
}
