//! `memory update`: changes a memory, in place or as a new version.

use clap::Args;
use mcp::wire::Updated;
use serde_json::{Map, Value, json};

use super::filter::not_blank;
use super::store::metadata;
use super::{Session, filter};
use crate::exit::{Failure, Verdict};
use crate::render::memory::short;
use crate::render::text::{GOOD, plain, styled, warning};

/// Changes tags, type and free fields of a memory in place, or its text as a new version.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory update b94d27b9934d --tags infra,staging     these tags instead of the old ones
  memory update b94d27b9934d --metadata '{\"checked\": true, \"draft\": null}'
  memory update b94d27b9934d --content \"It listens on port 5434\" --reason \"moved\"

A new text makes a new version: the old one is kept in the history and no longer
found. Free fields are merged; null removes one.")]
pub struct Update {
    /// Hash of the memory, or its first characters (at least 6)
    #[arg(value_parser = filter::not_blank)]
    pub hash: String,
    /// Tags instead of the old ones, separated by commas
    #[arg(short, long, value_name = "TAGS", value_delimiter = ',', value_parser = not_blank)]
    pub tags: Vec<String>,
    /// Kind of memory
    #[arg(long = "type", value_name = "TYPE", value_parser = not_blank)]
    pub memory_type: Option<String>,
    /// Free fields to set, as a JSON object
    #[arg(short, long, value_name = "JSON")]
    pub metadata: Option<String>,
    /// New text: makes a new version
    #[arg(long, value_name = "TEXT", value_parser = not_blank)]
    pub content: Option<String>,
    /// Why there is a new version
    #[arg(long, value_name = "TEXT", requires = "content")]
    pub reason: Option<String>,
}

impl Update {
    pub(crate) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let arguments = self.arguments()?;
        let answer = session.call::<Updated>("changing", "memory_update", arguments).await?;
        for text in &answer.typed.warnings {
            session.terminal.say(&warning(text));
        }
        session.print(&answer, for_people)
    }

    fn arguments(self) -> Result<Map<String, Value>, Failure> {
        let mut updates = Map::new();
        if !self.tags.is_empty() {
            updates.insert("tags".to_owned(), json!(self.tags));
        }
        if let Some(text) = &self.metadata {
            updates.insert("metadata".to_owned(), metadata(text)?);
        }
        let texts =
            [("memory_type", &self.memory_type), ("content", &self.content), ("reason", &self.reason)];
        for (name, text) in texts {
            if let Some(text) = text {
                updates.insert(name.to_owned(), json!(text));
            }
        }
        if updates.is_empty() {
            return Err(Failure::invalid(
                "nothing says what to change",
                "give --tags, --type, --metadata or --content",
            ));
        }
        let versioned = self.content.is_some();
        let arguments = json!({ "content_hash": self.hash, "updates": updates, "versioned": versioned });
        Ok(arguments.as_object().cloned().unwrap_or_default())
    }
}

fn for_people(updated: &Updated) -> String {
    let hash = plain(&updated.content_hash);
    match &updated.parent {
        Some(parent) if updated.outcome == "versioned" => format!(
            "{} {hash}, version {}, in the place of {}",
            styled(GOOD, "stored"),
            updated.version,
            short(parent)
        ),
        _ => format!("{} {hash}: {}", styled(GOOD, "changed"), updated.updated_fields.join(", ")),
    }
}
