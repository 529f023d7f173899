//! Copies that were never finished: a process that was killed leaves one behind.

use std::path::{Path, PathBuf};

use model::Timestamp;
use ports::{Finding, Repaired, Severity};

/// How such a copy is named.
const ENDING: &str = ".db.unfinished";
/// From which age nobody works on it any more, in seconds.
const OLD_S: f64 = 24.0 * 60.0 * 60.0;

/// Unfinished copies in the directory of the backups that are older than a day.
fn abandoned(backups: &Path, now: Timestamp) -> Vec<PathBuf> {
    let is_old = |entry: &std::fs::DirEntry| {
        let modified = entry.metadata().ok().filter(std::fs::Metadata::is_file)?.modified().ok()?;
        let modified = modified.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs_f64();
        Some(now.as_seconds() - modified > OLD_S)
    };
    let Ok(entries) = std::fs::read_dir(backups) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy().ends_with(ENDING))
        .filter(|entry| is_old(entry) == Some(true))
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found
}

/// Tells those that are there.
pub(crate) fn check(backups: &Path, now: Timestamp) -> Vec<Finding> {
    let told = |file: PathBuf| Finding {
        subject: "backups",
        severity: Severity::Repairable,
        message: format!("{} was never finished and is older than a day", file.display()),
    };
    abandoned(backups, now).into_iter().map(told).collect()
}

/// Removes those that are there.
pub(crate) fn remove(backups: &Path, now: Timestamp) -> Vec<Repaired> {
    let removed = |file: PathBuf| {
        let message = match std::fs::remove_file(&file) {
            Ok(()) => format!("{}, which was never finished, was removed", file.display()),
            Err(error) => format!("{} was never finished and cannot be removed: {error}", file.display()),
        };
        Repaired { subject: "backups", message }
    };
    abandoned(backups, now).into_iter().map(removed).collect()
}
