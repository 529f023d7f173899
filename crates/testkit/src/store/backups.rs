//! Backups of a store in memory (files with the keys of its memories), and the damage that it is said to have.

use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ports::{BackupClaim, BackupFile, IntegrityReport, StoreError, StoredBackup};

use super::{FakeStore, Fault};

/// The directories in which somebody has the right to make the next backup.
#[derive(Clone, Default)]
pub(super) struct Claimed(Arc<Mutex<HashSet<PathBuf>>>);

/// Gives a claim back.
struct Held {
    claimed: Claimed,
    directory: PathBuf,
}

impl Drop for Held {
    #[expect(clippy::unwrap_used, reason = "test support")]
    fn drop(&mut self) {
        self.claimed.0.lock().unwrap().remove(&self.directory);
    }
}

impl Claimed {
    #[expect(clippy::unwrap_used, reason = "test support")]
    pub(super) fn claim(&self, directory: &Path) -> Option<BackupClaim> {
        let is_free = self.0.lock().unwrap().insert(directory.to_owned());
        is_free.then(|| BackupClaim::new(Held { claimed: self.clone(), directory: directory.to_owned() }))
    }
}

#[expect(clippy::unwrap_used, reason = "test support")]
impl FakeStore {
    pub(super) fn write_backup(&self, target: &Path) -> Result<BackupFile, StoreError> {
        let rows = self.reading()?;
        if *self.fault.lock().unwrap() == Some(Fault::Backup) {
            return Err(StoreError::Backup { reason: "told to fail".to_owned(), source: None });
        }
        let lines: Vec<String> = rows.live.values().map(|row| row.memory.hash.to_string()).collect();
        let text = format!("memories of a fake store\n{}\n", lines.join("\n"));
        let failed = |error: std::io::Error| StoreError::Backup {
            reason: format!("{} cannot be written: {error}", target.display()),
            source: Some(error.into()),
        };
        std::fs::create_dir_all(target.parent().unwrap_or(Path::new("."))).map_err(failed)?;
        let mut file = std::fs::File::create_new(target).map_err(failed)?;
        file.write_all(text.as_bytes()).map_err(failed)?;
        let made =
            BackupFile { path: target.to_owned(), bytes: text.len() as u64, memories: lines.len() as u64 };
        self.backups.lock().unwrap().push(made.clone());
        Ok(made)
    }

    pub(super) fn listed_backups(&self, directory: &Path) -> Result<Vec<StoredBackup>, StoreError> {
        drop(self.reading()?);
        let is_whole = |made: &&BackupFile| {
            std::fs::metadata(&made.path).is_ok_and(|file| file.len() == made.bytes)
                && made.path.parent() == Some(directory)
        };
        let made = self.backups.lock().unwrap();
        let mut listed: Vec<StoredBackup> = made
            .iter()
            .filter(is_whole)
            .filter_map(|made| {
                let made_at = ports::backup_time(made.path.file_name()?.to_str()?)?;
                Some(StoredBackup { path: made.path.clone(), made_at, bytes: made.bytes })
            })
            .collect();
        listed.sort_by_key(|backup| std::cmp::Reverse(backup.made_at.as_microseconds()));
        Ok(listed)
    }

    pub(super) fn told_findings(&self) -> Result<IntegrityReport, StoreError> {
        drop(self.reading()?);
        let findings = self.findings.lock().unwrap().clone();
        Ok(IntegrityReport { checked: vec!["rows"], findings })
    }

    pub(super) fn remove_listed_backup(&self, backup: &StoredBackup) -> Result<(), StoreError> {
        drop(self.reading()?);
        match std::fs::remove_file(&backup.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(StoreError::Backup { reason: error.to_string(), source: Some(error.into()) })
            }
            _ => Ok(()),
        }
    }
}
