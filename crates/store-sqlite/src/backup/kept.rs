//! Backups in a directory: which are there, which may go, and who makes the next.

use std::path::{Path, PathBuf};

use ports::{BackupClaim, StoredBackup, backup_time};
use rustix::fs::{FlockOperation, Mode, OFlags};

use super::failed;
use super::manifest::Manifest;
use crate::error::Result;
use crate::{files, pool};

/// What a process locks that makes the next backup. The file stays; the lock ends with the process.
const LOCK: &str = ".memory_backup.lock";

/// The backups of a database in a directory, newest first: a made name, a manifest that names the file and the database,
/// and as many bytes as it says. (All of the bytes are compared by `verify_backup` and before a restore.)
pub(crate) fn list(directory: &Path, database: &Path) -> Result<Vec<StoredBackup>> {
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            return Err(failed(&format!("{} cannot be read", directory.display()), error));
        }
    };
    let mut found: Vec<StoredBackup> =
        entries.filter_map(|entry| backup_of(database, &entry.ok()?.path())).collect();
    found.sort_by_key(|backup| std::cmp::Reverse(backup.made_at.as_microseconds()));
    Ok(found)
}

fn backup_of(database: &Path, path: &Path) -> Option<StoredBackup> {
    let name = path.file_name()?.to_str()?;
    let made_at = backup_time(name)?;
    let manifest = Manifest::read(path).ok().flatten()?;
    let bytes = std::fs::symlink_metadata(path).ok().filter(std::fs::Metadata::is_file)?.len();
    let is_ours = manifest.file == name
        && manifest.bytes == bytes
        && manifest.database.as_deref() == Some(database)
        && !pool::is_open(path);
    is_ours.then(|| StoredBackup { path: path.to_owned(), made_at, bytes })
}

/// Removes a backup, and then its manifest: without it the file would be nobody's, and stay.
pub(crate) fn remove(path: &Path) -> Result<()> {
    for file in [path.to_owned(), Manifest::path_of(path)] {
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(failed(&format!("{} cannot be removed", file.display()), error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Claims the right to make the next backup in a directory; none when somebody else has it.
pub(crate) fn claim(directory: &Path) -> Result<Option<BackupClaim>> {
    files::create_directory(directory).map_err(|error| failed("no directory for backups", error))?;
    let path: PathBuf = directory.join(LOCK);
    let unusable = |error: rustix::io::Errno| failed(&format!("{} cannot be used", path.display()), error);
    let file = open_lock(&path).map_err(unusable)?;
    match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(BackupClaim::new(file))),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
        Err(error) => Err(unusable(error)),
    }
}

#[expect(clippy::disallowed_methods, reason = "a lock file of our own, no database")]
fn open_lock(path: &Path) -> rustix::io::Result<rustix::fd::OwnedFd> {
    let flags = OFlags::CREATE | OFlags::RDWR | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    rustix::fs::open(path, flags, Mode::RUSR | Mode::WUSR)
}
