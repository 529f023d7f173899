//! Prompts: texts for a conversation, made of memories. None of them writes.
//!
//! Memories in a prompt are quoted, line by line, so that no text in them can pass for something else, and each with its
//! origin and its time.
//!
//! To add one: a file here with its [`Prompt`], and a line in [`PROMPTS`].

mod analysis;
mod cleanup;
mod export;
mod learning;
mod quoted;
mod review;

use std::pin::Pin;

use engine::Reader;
use model::{Filter, PartitionScope, Tags};
use serde_json::{Map, Value};

use crate::answer::ToolError;
use crate::completion::Completes;

/// Every prompt, in the order in which they are listed.
pub(crate) static PROMPTS: [&Prompt; 5] =
    [&review::PROMPT, &analysis::PROMPT, &export::PROMPT, &cleanup::PROMPT, &learning::PROMPT];

type Making<'reader> = Pin<Box<dyn Future<Output = Result<String, ToolError>> + Send + 'reader>>;

/// One prompt.
pub(crate) struct Prompt {
    /// Its name on the wire.
    pub(crate) name: &'static str,
    /// Its name for people.
    pub(crate) title: &'static str,
    /// What it gives.
    pub(crate) description: &'static str,
    /// Its arguments.
    pub(crate) arguments: &'static [Argument],
    make: for<'reader> fn(&'reader Reader, Given) -> Making<'reader>,
}

/// An argument of a prompt; always a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Argument {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it means.
    pub(crate) description: &'static str,
    /// Whether the prompt needs it.
    pub(crate) required: bool,
    /// What completes it.
    pub(crate) completes: Completes,
}

/// What was given, checked for names: only texts that say something.
struct Given(Map<String, Value>);

impl Given {
    fn take(&mut self, name: &str) -> Option<String> {
        self.0.shift_remove(name).and_then(|value| value.as_str().map(|text| text.trim().to_owned()))
    }

    fn take_required(&mut self, name: &str) -> String {
        self.take(name).unwrap_or_default()
    }
}

/// The prompt with this name.
///
/// # Errors
/// [`ToolError`] with the names that there are.
pub(crate) fn find(name: &str) -> Result<&'static Prompt, ToolError> {
    PROMPTS.iter().find(|prompt| prompt.name == name).copied().ok_or_else(|| {
        let shown: String = name.chars().take(60).collect();
        let known: Vec<&str> = PROMPTS.iter().map(|prompt| prompt.name).collect();
        ToolError::invalid(format!("unknown prompt {shown:?}: there are {}", known.join(", ")))
    })
}

/// The text of a prompt.
///
/// # Errors
/// [`ToolError`] for arguments that are missing, unknown or not understood, and what reading memories fails with.
pub(crate) async fn make(
    reader: &Reader,
    name: &str,
    arguments: Option<Map<String, Value>>,
) -> Result<String, ToolError> {
    let prompt = find(name)?;
    let mut given = Map::new();
    for (name, value) in arguments.unwrap_or_default() {
        if !prompt.arguments.iter().any(|argument| argument.name == name) {
            let known: Vec<&str> = prompt.arguments.iter().map(|argument| argument.name).collect();
            let message = format!("{} has no argument {name:?}: it takes {}", prompt.name, known.join(", "));
            return Err(ToolError::invalid(message));
        }
        match value {
            Value::Null => {}
            Value::String(text) if text.trim().is_empty() => {}
            Value::String(_) => {
                given.insert(name, value);
            }
            _ => return Err(ToolError::invalid(format!("`{name}` must be a text"))),
        }
    }
    for argument in prompt.arguments.iter().filter(|argument| argument.required) {
        if !given.contains_key(argument.name) {
            return Err(ToolError::invalid(format!(
                "`{}` is required: {}",
                argument.name, argument.description
            )));
        }
    }
    (prompt.make)(reader, Given(given)).await
}

/// Memories of every named store, narrowed by a time in words and by tags.
fn filter(
    reader: &Reader,
    time: Option<(&'static str, &str)>,
    tags: Option<(&'static str, &str)>,
) -> Result<Filter, ToolError> {
    let mut filter = Filter { partitions: PartitionScope::All, ..Filter::default() };
    if let Some((name, time)) = time {
        let range = reader.parse_time_expression(time);
        let range = range.map_err(|error| ToolError::invalid(format!("`{name}`: {error}")))?;
        filter = filter.created_within(range);
    }
    if let Some((name, tags)) = tags {
        filter.tags = Tags::parse(tags).map_err(|error| ToolError::invalid(format!("`{name}`: {error}")))?;
    }
    Ok(filter)
}

#[cfg(test)]
mod tests;
