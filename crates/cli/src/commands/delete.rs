//! `memory delete`: deletes memories.

use clap::Args;
use mcp::wire::DeleteReceipt;
use serde_json::{Map, Value, json};

use super::{Answered, Session, filter};
use crate::exit::{Failure, Verdict};
use crate::render::memory::short;
use crate::render::text::{memories, thousands};

/// How many hashes are printed for people.
const SHOWN_HASHES: usize = 10;

/// Deletes memories: one by its hash, or all that meet the filters.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory delete b94d27b9934d
  memory delete --tags scratch --dry-run      say what would be deleted
  memory delete --tags scratch --before 2026-01-01
  memory delete --when \"last year\" --type scratch
  memory delete --tags scratch --yes          without a question, as a script needs it")]
pub struct Delete {
    /// Hash of the memory, or its first characters (at least 6)
    #[arg(value_parser = filter::not_blank)]
    pub hash: Option<String>,
    /// Only say what would be deleted
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask before deleting what meets the filters
    #[arg(short, long)]
    pub yes: bool,
    /// Which memories.
    #[command(flatten)]
    pub filter: filter::Filter,
}

/// Whether to delete or only to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rehearsal {
    Yes,
    No,
}

impl Delete {
    pub(crate) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        if self.hash.is_none() && self.filter.is_empty() {
            return Err(Failure::invalid(
                "nothing says which memories to delete",
                "give a hash, or a filter: --tags, --type, --when, --after, --before",
            ));
        }
        if self.dry_run {
            let answer = self.call(session, Rehearsal::Yes).await?;
            return session.print(&answer, for_people);
        }
        if self.hash.is_none() && !self.yes {
            let rehearsed = self.call(session, Rehearsal::Yes).await?;
            let count = rehearsed.typed.matched_count as u64;
            if count > 0 && !confirmed(session, count)? {
                session.terminal.say("nothing was deleted");
                return Ok(Verdict::Success);
            }
        }
        let answer = self.call(session, Rehearsal::No).await?;
        session.print(&answer, for_people)
    }

    async fn call(
        &self,
        session: &Session,
        rehearsal: Rehearsal,
    ) -> Result<Answered<DeleteReceipt>, Failure> {
        session.call("deleting", "memory_delete", self.arguments(rehearsal)).await
    }

    fn arguments(&self, rehearsal: Rehearsal) -> Map<String, Value> {
        let mut arguments = Map::new();
        if let Some(hash) = &self.hash {
            arguments.insert("content_hash".to_owned(), json!(hash));
        }
        arguments.insert("dry_run".to_owned(), json!(rehearsal == Rehearsal::Yes));
        self.filter.write_to(&mut arguments);
        arguments
    }
}

fn confirmed(session: &Session, count: u64) -> Result<bool, Failure> {
    let what = memories(count);
    if !session.terminal.can_ask() {
        let meet = if count == 1 { "meets" } else { "meet" };
        return Err(Failure::invalid(
            format!("{what} {meet} the filters, and nobody can be asked here"),
            "give --yes to delete, or --dry-run to see what would be deleted",
        ));
    }
    session
        .terminal
        .ask(&format!("Delete {what}?"))
        .map_err(|error| Failure::system("the answer could not be read", &error))
}

fn for_people(receipt: &DeleteReceipt) -> String {
    let (done, count) = match receipt.dry_run {
        true => ("would delete", receipt.matched_count),
        false => ("deleted", receipt.deleted_count),
    };
    let mut lines = vec![format!("{done} {}", memories(count as u64))];
    lines.extend(receipt.hashes.iter().take(SHOWN_HASHES).map(|hash| format!("  {}", short(hash))));
    if count > SHOWN_HASHES && receipt.hashes.len() > SHOWN_HASHES {
        lines.push(format!("  and {} more", thousands((count - SHOWN_HASHES) as u64)));
    }
    lines.extend(
        receipt.undo.map(|number| format!("take it back with `memory undelete --deletion {number}`")),
    );
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_names_some_hashes_and_counts_the_others() {
        let hashes: Vec<String> = (0..12).map(|number| format!("key_{number}")).collect();
        let receipt = json!({ "dry_run": true, "matched_count": 2012, "deleted_count": 0, "hashes": hashes });
        let receipt = serde_json::from_value(receipt).unwrap();
        let text = for_people(&receipt);
        assert!(text.starts_with("would delete 2,012 memories\n  key_0\n"), "{text}");
        assert!(text.ends_with("  key_9\n  and 2,002 more"), "{text}");
    }

    #[test]
    fn one_deleted_memory_is_told_in_the_singular() {
        let receipt =
            json!({ "dry_run": false, "matched_count": 1, "deleted_count": 1, "hashes": ["key_0"] });
        let receipt = serde_json::from_value(receipt).unwrap();
        assert_eq!(for_people(&receipt), "deleted 1 memory\n  key_0");
    }
}
