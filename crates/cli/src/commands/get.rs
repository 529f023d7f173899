//! `memory get`: prints one memory whole.

use clap::Args;
use mcp::wire::Memory;
use serde_json::{Map, json};

use super::{Session, filter};
use crate::exit::{Failure, Verdict};
use crate::render::{Format, memory};

/// Prints one memory whole.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory get b94d27b9934d
  memory get b94d27b9934d --raw > note.md     the text alone, byte for byte")]
pub struct Get {
    /// Hash of the memory, or its first characters (at least 6)
    #[arg(value_parser = filter::not_blank)]
    pub hash: String,
    /// Print the text alone, exactly as it was stored
    #[arg(long, conflicts_with = "json")]
    pub raw: bool,
}

impl Get {
    pub(crate) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let mut arguments = Map::new();
        arguments.insert("content_hash".to_owned(), json!(self.hash));
        let answer = session.call::<Memory>("reading", "memory_get", arguments).await?;
        if self.raw && session.terminal.format() == Format::Human {
            session.terminal.print_exactly(&answer.typed.content)?;
            return Ok(Verdict::Success);
        }
        let now = session.now();
        session.print(&answer, |found| memory::whole(found, &now))
    }
}
