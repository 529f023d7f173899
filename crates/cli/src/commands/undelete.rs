//! `memory undelete`: takes deletions back.

use clap::Args;
use model::ContentHash;
use ports::{DeletionId, NotRestored, Undelete as Which, Undeleted};
use serde_json::{Value, json};

use super::Session;
use super::filter::not_blank;
use crate::exit::{Failure, Verdict};
use crate::render::Format;
use crate::render::memory::short;
use crate::render::text::{GOOD, WARNING, memories, styled};

/// Brings deleted memories back as they were.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory undelete --deletion 7            all that one deletion took; `memory delete` tells its number
  memory undelete b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9

What was stored anew meanwhile stays as it is. Exit code 3 when nothing came back.",
    group = clap::ArgGroup::new("which").required(true).args(["hashes", "deletion"]))]
pub struct Undelete {
    /// Whole hashes of deleted memories
    #[arg(value_name = "HASH", value_parser = not_blank)]
    pub hashes: Vec<String>,
    /// Number of a deletion
    #[arg(long, value_name = "NUMBER")]
    pub deletion: Option<i64>,
}

impl Undelete {
    pub(crate) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        session.refuse_to_create()?;
        let Some(writer) = session.grant.writer() else {
            return Err(Failure::invalid(
                "only the owner of the memories may do that",
                "run it as the owner",
            ));
        };
        let which = match self.deletion {
            Some(number) => Which::Deletion(DeletionId(number)),
            None => {
                Which::Hashes(self.hashes.into_iter().map(|hash| ContentHash::stored(hash.trim())).collect())
            }
        };
        let undeleted = writer.undelete(which).await?;
        match session.terminal.format() {
            Format::Json => session.terminal.print_json(&for_programs(&undeleted))?,
            Format::Human => session.terminal.print(&for_people(&undeleted))?,
        }
        Ok(if undeleted.restored.is_empty() { Verdict::NotFound } else { Verdict::Success })
    }
}

fn for_programs(undeleted: &Undeleted) -> Value {
    let not_restored: Vec<Value> = undeleted
        .not_restored
        .iter()
        .map(|(hash, reason)| json!({ "content_hash": hash.as_str(), "reason": name(*reason) }))
        .collect();
    let restored: Vec<&str> = undeleted.restored.iter().map(ContentHash::as_str).collect();
    json!({ "restored": restored, "not_restored": not_restored })
}

fn for_people(undeleted: &Undeleted) -> String {
    let count = undeleted.restored.len() as u64;
    let style = if count > 0 { GOOD } else { WARNING };
    let mut lines = vec![format!("{} {}", styled(style, "brought back"), memories(count))];
    lines.extend(undeleted.restored.iter().map(|hash| format!("  {}", short(hash.as_str()))));
    lines.extend(undeleted.not_restored.iter().map(|(hash, reason)| {
        let why = match reason {
            NotRestored::Live => "is there: it was stored anew, or never deleted",
            NotRestored::Gone => "is gone for good, never was, or is not the whole hash",
        };
        format!("  {} {why}", short(hash.as_str()))
    }));
    lines.join("\n")
}

fn name(reason: NotRestored) -> &'static str {
    match reason {
        NotRestored::Live => "live",
        NotRestored::Gone => "gone",
    }
}

#[cfg(test)]
mod tests;
