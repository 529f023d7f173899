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
  memory backup --keep 10             and no more than ten there; for a schedule

The copy holds the memories as they were at one moment. A file that is there
already is not replaced. `memory restore` puts a backup back.")]
pub struct Backup {
    /// File to write, or the directory it goes into [default: MCP_MEMORY_BACKUPS_PATH]
    #[arg(value_name = "FILE")]
    pub target: Option<PathBuf>,
    /// How many backups with such made names stay in that directory; older ones are removed
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    pub keep: Option<u32>,
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
        // Only now that there is a newer one.
        let removed = match self.keep {
            Some(keep) => remove_older(&made.path, keep)?,
            None => Vec::new(),
        };
        for path in &removed {
            session.terminal.say(&format!("removed {}", plain(&path.display().to_string())));
        }
        match session.terminal.format() {
            Format::Json => session.terminal.print_json(&json!({
                "path": made.path.display().to_string(),
                "bytes": made.bytes,
                "memories": made.memories,
                "removed": removed.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
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

/// Removes the oldest backups with made names from the directory of a new one, until so many are left. Names of another
/// shape are not touched, and the new one stays.
fn remove_older(made: &Path, keep: u32) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error: std::io::Error| Failure::system("older backups could not be removed", &error);
    let directory = made.parent().unwrap_or(Path::new("."));
    let mut backups = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let is_made = path.file_name().and_then(|name| name.to_str()).is_some_and(is_made_name);
        if is_made && path.file_name() != made.file_name() {
            backups.push(path);
        }
    }
    // The time is in the name: the newest is the last.
    backups.sort();
    let kept = usize::try_from(keep).unwrap_or(usize::MAX).saturating_sub(1);
    backups.truncate(backups.len().saturating_sub(kept));
    for path in &backups {
        std::fs::remove_file(path).map_err(failed)?;
        let mut manifest = path.clone().into_os_string();
        manifest.push(".manifest.json");
        match std::fs::remove_file(manifest) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
    }
    Ok(backups)
}

/// Whether a name is one that [`file_name`] makes.
fn is_made_name(name: &str) -> bool {
    let time = name.strip_prefix("memory_backup_").and_then(|rest| rest.strip_suffix(".db"));
    time.is_some_and(|time| {
        let is_right = |(at, byte): (usize, u8)| if at == 8 { byte == b'_' } else { byte.is_ascii_digit() };
        time.len() == 15 && time.bytes().enumerate().all(is_right)
    })
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

    #[test]
    fn the_oldest_backups_go_with_their_manifests_and_nothing_else_does() {
        let directory = tempfile::tempdir().unwrap();
        let names = [
            "memory_backup_20240101_000000.db",
            "memory_backup_20240101_000000.db.manifest.json",
            "memory_backup_20250101_000000.db",
            "memory_backup_20260101_000000.db",
            "memory_backup_mine.db",
            "before-upgrade.db",
        ];
        for name in names {
            std::fs::write(directory.path().join(name), "").unwrap();
        }
        let removed = remove_older(&directory.path().join(names[3]), 2).unwrap();
        assert_eq!(removed, [directory.path().join(names[0])]);
        let mut left: Vec<_> =
            std::fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["before-upgrade.db", names[2], names[3], names[4]]);
        // The new one stays even when the clock stood still or went back.
        assert_eq!(
            remove_older(&directory.path().join(names[2]), 1).unwrap(),
            [directory.path().join(names[3])]
        );
        assert!(directory.path().join(names[2]).exists());
    }
}
