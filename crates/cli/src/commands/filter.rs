//! Flags that say which memories are meant, the same for every command that has them.

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

/// Flags that say which memories are meant.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Which memories")]
pub struct Filter {
    /// Only memories with these tags, separated by commas
    #[arg(short, long, value_name = "TAGS", value_delimiter = ',', value_parser = not_blank)]
    pub tags: Vec<String>,
    /// Whether any of the tags is enough or all are needed: any, all
    #[arg(long, value_name = "HOW", default_value = "any", hide_possible_values = true)]
    pub tag_match: TagMatch,
    /// Only memories of this type
    #[arg(long = "type", value_name = "TYPE", value_parser = not_blank)]
    pub memory_type: Option<String>,
    /// Only memories stored then or later: 2026-03-11 or 2026-03-11T15:30:00Z
    #[arg(long, value_name = "DATE", value_parser = not_blank)]
    pub after: Option<String>,
    /// Only memories stored before this time
    #[arg(long, value_name = "DATE", value_parser = not_blank)]
    pub before: Option<String>,
    /// Named store to look in, `all` for every one [default: default]
    #[arg(long, value_name = "NAME", value_parser = not_blank)]
    pub store: Option<String>,
}

/// Whether one tag is enough.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum TagMatch {
    /// One of the tags is enough.
    #[default]
    Any,
    /// A memory must have all of them.
    All,
}

/// A condition that says something. An empty one, as a script writes it whose variable is not set, would be no condition:
/// what is deleted would be more than was meant.
///
/// # Errors
/// What to do instead.
pub fn not_blank(text: &str) -> Result<String, &'static str> {
    match text.trim() {
        "" => Err("it is empty: write a value, or leave the flag out"),
        _ => Ok(text.to_owned()),
    }
}

impl Filter {
    /// Whether no flag narrows down which memories are meant.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty() && self.memory_type.is_none() && self.after.is_none() && self.before.is_none()
    }

    /// The same as arguments of a tool.
    pub fn write_to(&self, arguments: &mut Map<String, Value>) {
        if !self.tags.is_empty() {
            arguments.insert("tags".to_owned(), json!(self.tags));
        }
        if self.tag_match == TagMatch::All {
            arguments.insert("tag_match".to_owned(), json!("all"));
        }
        let texts = [
            ("memory_type", &self.memory_type),
            ("after", &self.after),
            ("before", &self.before),
            ("store", &self.store),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                arguments.insert(name.to_owned(), json!(text));
            }
        }
    }
}
