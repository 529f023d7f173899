//! `memory backup`: copies the database while it is in use.

use std::path::{Path, PathBuf};

use clap::Args;
use engine::EngineError;
use model::Timestamp;
use ports::{BackupFile, Clock, SystemClock};
use serde_json::json;

use super::Session;
use crate::exit::{Failure, Verdict};
use crate::render::Format;
use crate::render::progress::waiting;
use crate::render::size::bytes;
use crate::render::text::{GOOD, memories, plain, styled};
use crate::wiring;

/// Copies the database into one file while it is in use, and verifies the copy.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory backup                       into the directory of backups
  memory backup ~/memories.db
  memory backup /mnt/usb              a directory: the name is made

The copy holds the memories as they were at one moment. A file that is there
already is not replaced. `memory restore` puts a backup back.")]
pub struct Backup {
    /// File to write, or the directory it goes into [default: MCP_MEMORY_BACKUPS_PATH]
    #[arg(value_name = "FILE")]
    pub target: Option<PathBuf>,
}

impl Backup {
    pub(crate) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        session.refuse_to_create()?;
        let target = target(self.target, &session.settings.backups.value, SystemClock.now());
        let store = wiring::open(&session.settings);
        let work = async {
            let store = store.await?;
            let made = store.backup(&target).await;
            store.close().await;
            made
        };
        let made = waiting(&session.terminal, "copying", work).await.map_err(EngineError::from)?;
        match session.terminal.format() {
            Format::Json => session.terminal.print_json(&json!({
                "path": made.path.display().to_string(),
                "bytes": made.bytes,
                "memories": made.memories,
            }))?,
            Format::Human => session.terminal.print(&for_people(&made))?,
        }
        Ok(Verdict::Success)
    }
}

/// Where the copy goes.
fn target(wanted: Option<PathBuf>, backups: &Path, now: Timestamp) -> PathBuf {
    match wanted {
        Some(path) if path.is_dir() => path.join(file_name(now)),
        Some(path) => path,
        None => backups.join(file_name(now)),
    }
}

/// The name that the original gives to its backups.
fn file_name(now: Timestamp) -> String {
    let time = jiff::Timestamp::from_microsecond(now.as_microseconds()).unwrap_or_default();
    format!("memory_backup_{}.db", time.strftime("%Y%m%d_%H%M%S"))
}

fn for_people(made: &BackupFile) -> String {
    let path = plain(&made.path.display().to_string());
    format!("{} {} into {path}, {}", styled(GOOD, "copied"), memories(made.memories), bytes(made.bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_goes_where_it_is_wanted_and_has_the_originals_name_otherwise() {
        let now = Timestamp::from_stored_iso("2026-11-24T20:05:09Z").unwrap();
        let made = Path::new("/b/memory_backup_20261124_200509.db");
        assert_eq!(target(None, Path::new("/b"), now), made);
        let directory = tempfile::tempdir().unwrap();
        let inside = target(Some(directory.path().into()), Path::new("/b"), now);
        assert_eq!(inside.file_name(), made.file_name());
        assert_eq!(target(Some("x.db".into()), Path::new("/b"), now), Path::new("x.db"));
    }
}
