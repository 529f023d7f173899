//! `memory history`: the versions of a memory.

use clap::Args;
use mcp::wire::{History as Versions, Version};
use model::Timestamp;
use serde_json::{Map, json};

use super::{Session, filter};
use crate::exit::{Failure, Verdict};
use crate::render::memory::short;
use crate::render::text::{FAINT, STRONG, plain, styled};
use crate::render::time::Now;

/// Prints every version of a memory, oldest first.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory history b94d27b9934d
  memory history b94d27b9934d --json | jq -r '.versions[].reason'")]
pub struct History {
    /// Hash of any version, or its first characters (at least 6)
    #[arg(value_parser = filter::not_blank)]
    pub hash: String,
}

impl History {
    pub(crate) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let mut arguments = Map::new();
        arguments.insert("content_hash".to_owned(), json!(self.hash));
        let answer = session.call::<Versions>("reading", "memory_history", arguments).await?;
        let now = session.now();
        session.print(&answer, |history| for_people(history, &now))
    }
}

fn for_people(history: &Versions, now: &Now) -> String {
    let blocks: Vec<String> = history.versions.iter().map(|version| block(version, now)).collect();
    blocks.join("\n\n")
}

fn block(version: &Version, now: &Now) -> String {
    let time = |text: &Option<String>| text.as_deref().and_then(Timestamp::from_stored_iso);
    let mut facts = vec![short(&version.content_hash)];
    facts.extend(time(&version.created_at_iso).map(|time| now.in_full(time)));
    facts.extend(time(&version.deleted_at_iso).map(|time| format!("deleted {}", now.in_full(time))));
    facts.extend(version.superseded_by.as_deref().map(|newer| format!("replaced by {}", short(newer))));
    facts.extend(version.reason.as_deref().map(|reason| format!("because: {}", plain(reason))));
    let heading = styled(STRONG, &format!("version {}", version.version));
    let text = version.content.as_deref().map_or_else(|| "(its text is deleted)".to_owned(), plain);
    format!("{heading}  {}\n{text}", styled(FAINT, &facts.join("  ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_told_with_its_reason_and_a_deleted_one_without_a_text() {
        let history: Versions = serde_json::from_value(json!({
            "versions": [
                { "content_hash": "key_1", "version": 1, "superseded_by": "key_2", "reason": "moved",
                  "deleted_at_iso": "2026-11-24T09:00:00Z" },
                { "content_hash": "key_2", "version": 2, "content": "port\u{1b} 5434", "parent": "key_1",
                  "created_at_iso": "2026-11-24T08:00:00Z" }
            ],
            "omitted": 0
        }))
        .unwrap();
        let text = for_people(&history, &crate::render::time::noon());
        insta::assert_snapshot!(anstream::adapter::strip_str(&text).to_string());
    }
}
