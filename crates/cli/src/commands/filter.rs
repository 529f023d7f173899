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
    /// Only memories of this time, in words: yesterday, last week, "3 days ago", "march 2026"
    #[arg(short, long, value_name = "TIME", value_parser = not_blank)]
    pub when: Option<String>,
    /// Only memories of this author
    #[arg(long, value_name = "ID", value_parser = not_blank)]
    pub agent: Option<String>,
    /// Only memories of this conversation
    #[arg(long, value_name = "ID", value_parser = not_blank)]
    pub conversation: Option<String>,
    /// Only memories that are linked to this person, project or thing
    #[arg(long, value_name = "NAME", value_parser = not_blank)]
    pub entity: Option<String>,
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
        let texts = [
            &self.memory_type,
            &self.after,
            &self.before,
            &self.when,
            &self.agent,
            &self.conversation,
            &self.entity,
        ];
        self.tags.is_empty() && texts.iter().all(|text| text.is_none())
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
            ("time_expr", &self.when),
            ("agent_id", &self.agent),
            ("conversation_id", &self.conversation),
            ("entity", &self.entity),
            ("store", &self.store),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                arguments.insert(name.to_owned(), json!(text));
            }
        }
    }
}

#[cfg(test)]
impl Filter {
    /// A filter with every flag, for tests.
    pub(crate) fn every(text: &str) -> Self {
        let text = || Some(text.to_owned());
        Self {
            tags: Vec::from_iter(text()),
            tag_match: TagMatch::All,
            memory_type: text(),
            after: text(),
            before: text(),
            when: text(),
            agent: text(),
            conversation: text(),
            entity: text(),
            store: text(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_becomes_the_argument_of_the_tools_and_narrows_down() {
        let text = || Some("x".to_owned());
        let all = Filter::every("x");
        let mut arguments = Map::new();
        all.write_to(&mut arguments);
        for tool in ["memory_search", "memory_list", "memory_delete"] {
            let tool = mcp::tools::find(tool).unwrap();
            for name in arguments.keys() {
                assert!(
                    tool.parameters.iter().any(|parameter| parameter.name == name),
                    "{}.{name}",
                    tool.name
                );
            }
        }
        assert_eq!(arguments.len(), 10);
        assert!(Filter { store: text(), tag_match: TagMatch::All, ..Filter::default() }.is_empty());
        assert!(!Filter { when: text(), ..Filter::default() }.is_empty());
        assert!(!Filter { entity: text(), ..Filter::default() }.is_empty());
    }
}
