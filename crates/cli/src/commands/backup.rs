//! `memory backup`: copies the database while it is in use.

use std::path::{Path, PathBuf};

use clap::Args;
use engine::{BackupRetention, EngineError, remove_superfluous};
use model::Timestamp;
use ports::{BackupFile, Clock, MemoryStore, StoreError, StoredBackup, SystemClock, backup_name};
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
  memory backup --keep 10             and no more than ten of this database there

A server makes backups by itself (MCP_BACKUP_ENABLED, MCP_BACKUP_INTERVAL).

The copy holds the memories as they were at one moment. A file that is there
already is not replaced. `memory restore` puts a backup back.")]
pub struct Backup {
    /// File to write, or the directory it goes into [default: MCP_MEMORY_BACKUPS_PATH]
    #[arg(value_name = "FILE")]
    pub target: Option<PathBuf>,
    /// How many backups of this database with made names stay in that directory; older ones are removed
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    pub keep: Option<u32>,
}

impl Backup {
    pub(crate) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        session.refuse_to_create()?;
        let target = target(self.target, &session.place.backups, SystemClock.now());
        let store = wiring::open(&session.settings, session.space());
        let work = async {
            let store = store.await?;
            let made = make(store.as_ref(), &target, self.keep).await;
            store.close().await;
            made
        };
        let made = waiting(&session.terminal, "copying", work).await.map_err(EngineError::from)?;
        let (made, removed) = made;
        for backup in &removed {
            session.terminal.say(&format!("removed {}", plain(&backup.path.display().to_string())));
        }
        match session.terminal.format() {
            Format::Json => session.terminal.print_json(&json!({
                "path": made.path.display().to_string(),
                "bytes": made.bytes,
                "memories": made.memories,
                "removed": removed.iter().map(|backup| backup.path.display().to_string()).collect::<Vec<_>>(),
            }))?,
            Format::Human => session.terminal.print(&for_people(&made))?,
        }
        Ok(Verdict::Success)
    }
}

/// Makes a copy; then, now that there is a newer one, removes those of its directory that are too many.
async fn make(
    store: &dyn MemoryStore,
    target: &Path,
    keep: Option<u32>,
) -> Result<(BackupFile, Vec<StoredBackup>), StoreError> {
    let made = store.backup(target).await?;
    let removed = match keep {
        Some(_) => {
            let directory = target.parent().unwrap_or(Path::new("."));
            let retention = BackupRetention { days: None, count: keep };
            remove_superfluous(store, directory, retention, SystemClock.now()).await?
        }
        None => Vec::new(),
    };
    Ok((made, removed))
}

/// Where the copy goes.
fn target(wanted: Option<PathBuf>, backups: &Path, now: Timestamp) -> PathBuf {
    match wanted {
        Some(path) if path.is_dir() => path.join(backup_name(now)),
        Some(path) => path,
        None => backups.join(backup_name(now)),
    }
}

fn for_people(made: &BackupFile) -> String {
    let path = plain(&made.path.display().to_string());
    format!("{} {} into {path}, {}", styled(GOOD, "copied"), memories(made.memories), bytes(made.bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Environment, Settings};

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

    #[tokio::test]
    async fn the_oldest_backups_of_this_database_go_and_nothing_else_does() {
        let home = tempfile::tempdir().unwrap();
        let settings =
            Settings::resolve(Vec::new(), Environment::of(&[], Some(home.path()), home.path())).unwrap();
        let store = wiring::open(&settings, &model::Space::Default).await.unwrap();
        let directory = home.path().join("copies");
        let at = |text: &str| directory.join(backup_name(Timestamp::from_stored_iso(text).unwrap()));
        let [first, second, third] =
            ["2024", "2025", "2026"].map(|year| at(&format!("{year}-01-01T00:00:00Z")));
        // As the original program leaves one, and as a person does.
        std::fs::create_dir(&directory).unwrap();
        let (of_original, of_person) = (at("2023-01-01T00:00:00Z"), directory.join("memory_backup_mine.db"));
        std::fs::write(&of_original, "").unwrap();
        make(store.as_ref(), &of_person, None).await.unwrap();
        for (target, keep, gone) in
            [(&first, None, None), (&second, Some(2), None), (&third, Some(2), Some(&first))]
        {
            let (made, removed) = make(store.as_ref(), target, keep).await.unwrap();
            let removed: Vec<&PathBuf> = removed.iter().map(|backup| &backup.path).collect();
            assert_eq!((&made.path, removed), (target, Vec::from_iter(gone)));
        }
        store.close().await;
        for left in [&of_original, &of_person, &second, &third] {
            assert!(left.exists(), "{}", left.display());
        }
        assert!(!first.exists());
    }
}
