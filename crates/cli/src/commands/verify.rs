//! `memory verify`: whether a backup could be restored.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use store_sqlite::BackupReport;

use super::Session;
use super::file::{failure, off_the_runtime};
use crate::exit::{Failure, Verdict};
use crate::render::Format;
use crate::render::size::bytes;
use crate::render::table::fields;
use crate::render::text::{BAD, GOOD, plain, styled, thousands};

/// Reads a backup wholly and says whether it could be restored. Changes nothing.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory verify ~/.local/share/mcp-memory/backups/memory_backup_20261124_200509.db

Backups of the original are understood too. Exit code 0 when it is sound, 5 when
it is damaged.")]
pub struct Verify {
    /// Backup to read
    #[arg(value_name = "FILE")]
    pub backup: PathBuf,
}

impl Verify {
    pub(crate) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let work =
            move || store_sqlite::verify_backup(&self.backup).map_err(|error| failure(&self.backup, error));
        let report = off_the_runtime(&session.terminal, "reading", work).await??;
        match session.terminal.format() {
            Format::Json => session.terminal.print_json(&json!({
                "path": report.path.display().to_string(),
                "is_sound": report.is_sound(),
                "problems": report.problems,
                "bytes": report.bytes,
                "memories": report.memories,
                "tombstones": report.tombstones,
                "format": report.format,
                "created_at": report.created_at,
                "has_manifest": report.has_manifest,
            }))?,
            Format::Human => session.terminal.print(&for_people(&report))?,
        }
        Ok(if report.is_sound() { Verdict::Success } else { Verdict::Damage })
    }
}

fn for_people(report: &BackupReport) -> String {
    let mut lines = vec![match report.is_sound() {
        true => styled(GOOD, "sound"),
        false => styled(BAD, "damaged"),
    }];
    lines.extend(report.problems.iter().map(|problem| format!("  {}", plain(problem))));
    let mut list = vec![("Memories", thousands(report.memories)), ("Deleted", thousands(report.tombstones))];
    list.push(("Size", bytes(report.bytes)));
    list.push(("Format", report.format.clone()));
    list.extend(report.created_at.clone().map(|time| ("Made", time)));
    if !report.has_manifest {
        list.push(("Manifest", "none: pages were checked, but not that no byte changed".to_owned()));
    }
    format!("{}\n\n{}", lines.join("\n"), fields(&list))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_is_told_first_and_what_could_not_be_checked_too() {
        let report = BackupReport {
            path: "/b/x.db".into(),
            bytes: 4096,
            memories: 1234,
            tombstones: 0,
            format: "12.4".to_owned(),
            created_at: None,
            has_manifest: false,
            problems: vec!["page 3 is torn\u{1b}".to_owned()],
        };
        let text = anstream::adapter::strip_str(&for_people(&report)).to_string();
        assert!(text.starts_with("damaged\n  page 3 is torn\\u{1b}\n\n"), "{text}");
        assert!(text.contains("1,234") && text.contains("Manifest"), "{text}");
        let sound = BackupReport { problems: Vec::new(), has_manifest: true, ..report };
        let text = anstream::adapter::strip_str(&for_people(&sound)).to_string();
        assert!(text.starts_with("sound\n\n") && !text.contains("Manifest"), "{text}");
    }
}
