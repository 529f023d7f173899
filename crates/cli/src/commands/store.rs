//! `memory store`: keeps a text.

use std::io::{self, Read};

use clap::Args;
use mcp::wire::{Receipt, Stored};
use model::MAX_CONTENT_BYTES;
use serde_json::{Map, Value, json};

use super::Session;
use crate::exit::{Failure, Verdict};
use crate::render::memory::short;
use crate::render::text::{GOOD, WARNING, plain, styled, warning};
use crate::render::{Format, Voice};

/// Keeps a text, so that it is found again by meaning, words, tags and time.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory store \"The staging database listens on port 5433\" --tags infra,staging
  memory store \"We chose SQLite because it needs no server\" --type decision
  git log -1 --format=%B | memory store - --tags git
  memory store -- \"-v means verbose, not version\"

The text is kept exactly; from standard input without its last line end. A text
that is stored already is told as such, with exit code 0. Similar texts are kept
and named.")]
pub struct Store {
    /// Text to keep, or - to read it from standard input
    pub text: String,
    /// Tags, separated by commas
    #[arg(short, long, value_name = "TAGS", value_delimiter = ',')]
    pub tags: Vec<String>,
    /// Kind of memory: note, decision, error, ... or any name [default: note]
    #[arg(long = "type", value_name = "TYPE")]
    pub memory_type: Option<String>,
    /// Free fields, as a JSON object
    #[arg(short, long, value_name = "JSON")]
    pub metadata: Option<String>,
    /// Conversation it belongs to
    #[arg(long, value_name = "ID")]
    pub conversation_id: Option<String>,
    /// Author [default: MCP_AGENT_ID]
    #[arg(long, value_name = "ID")]
    pub agent_id: Option<String>,
    /// Named store to keep it in [default: default]
    #[arg(long, value_name = "NAME")]
    pub store: Option<String>,
}

impl Store {
    pub(crate) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let arguments = self.arguments()?;
        session.warm();
        let answer = session.call::<Stored>("storing", "memory_store", arguments).await?;
        if session.terminal.format() == Format::Human {
            for text in &answer.typed.receipt.warnings {
                session.terminal.say(&warning(text));
            }
        }
        let voice = session.terminal.voice();
        session.print(&answer, |Stored { receipt, .. }| match voice {
            Voice::Quiet => receipt.content_hash.clone(),
            Voice::Normal => for_people(receipt),
        })
    }

    fn arguments(self) -> Result<Map<String, Value>, Failure> {
        let mut arguments = Map::new();
        let content = if self.text == "-" { from_stdin(io::stdin().lock())? } else { self.text };
        arguments.insert("content".to_owned(), json!(content));
        if !self.tags.is_empty() {
            arguments.insert("tags".to_owned(), json!(self.tags));
        }
        if let Some(text) = &self.metadata {
            arguments.insert("metadata".to_owned(), metadata(text)?);
        }
        let texts = [
            ("memory_type", self.memory_type),
            ("conversation_id", self.conversation_id),
            ("agent_id", self.agent_id),
            ("store", self.store),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                arguments.insert(name.to_owned(), json!(text));
            }
        }
        Ok(arguments)
    }
}

/// The text on standard input, without its last line end. Reads no more than can be stored.
fn from_stdin(input: impl Read) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    // One byte more than the limit, and a line end: enough to see that the text is too long.
    let read = input.take(MAX_CONTENT_BYTES as u64 + 3).read_to_end(&mut bytes);
    read.map_err(|error| Failure::system("standard input could not be read", &error))?;
    if bytes.len() > MAX_CONTENT_BYTES + 2 {
        let message = format!("the text is longer than {MAX_CONTENT_BYTES} bytes");
        return Err(Failure::invalid(message, "split it into several memories"));
    }
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::invalid(format!("the text is not valid UTF-8 at byte {at}"), "convert it to UTF-8")
    })?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}

pub(super) fn metadata(text: &str) -> Result<Value, Failure> {
    let hint = "write it as in --metadata '{\"project\": \"apollo\"}'";
    match serde_json::from_str::<Value>(text) {
        Ok(object @ Value::Object(_)) => Ok(object),
        Ok(_) => Err(Failure::invalid("--metadata is JSON but no object", hint)),
        Err(error) => Err(Failure::invalid(format!("--metadata is not JSON: {error}"), hint)),
    }
}

fn for_people(receipt: &Receipt) -> String {
    let hash = plain(&receipt.content_hash);
    let mut lines = vec![match receipt.outcome.as_str() {
        "created" => format!("{} {hash}", styled(GOOD, "stored")),
        _ if receipt.store == model::Partition::DEFAULT => {
            format!("{} {hash}", styled(WARNING, "stored already"))
        }
        _ => format!("{} {hash} in store {}", styled(WARNING, "stored already"), plain(&receipt.store)),
    }];
    lines.extend(receipt.near_duplicates.iter().map(|near| {
        format!("similar to {} (cosine {:.2}); both are kept", short(&near.content_hash), near.similarity)
    }));
    if receipt.vector == "pending" {
        lines.push(
            "not found by meaning yet: a running server or `memory doctor --fix` will see to it".to_owned(),
        );
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_end_of_standard_input_is_not_part_of_the_text() {
        for (input, text) in [("a\n", "a"), ("a\r\n", "a"), ("a\n\n", "a\n"), ("a", "a"), ("\n", "")] {
            assert_eq!(from_stdin(input.as_bytes()).unwrap(), text, "{input:?}");
        }
    }

    #[test]
    fn standard_input_that_cannot_be_stored_is_refused() {
        let longest = "x".repeat(MAX_CONTENT_BYTES) + "\r\n";
        assert_eq!(from_stdin(longest.as_bytes()).unwrap().len(), MAX_CONTENT_BYTES);
        let endless = io::repeat(b'x');
        assert!(
            matches!(from_stdin(endless), Err(Failure::Known { message, .. }) if message.contains("longer"))
        );
        let broken = &b"ab\xff"[..];
        assert!(
            matches!(from_stdin(broken), Err(Failure::Known { message, .. }) if message.ends_with("at byte 2"))
        );
    }

    #[test]
    fn metadata_is_an_object_or_refused() {
        assert_eq!(metadata("{\"a\": 1}").unwrap(), json!({"a": 1}));
        for text in ["", "[1]", "a=1", "null"] {
            assert!(metadata(text).is_err(), "{text}");
        }
    }
}
