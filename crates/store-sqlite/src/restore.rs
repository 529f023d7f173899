//! Putting a backup in the place of a database.
//!
//! Nobody else may have the database open: SQLite's exclusive lock is taken on it and held to the end. The backup is
//! copied beside it, the copy verified and made durable; the old database gets a second name,
//! `<database>.pre-restore-<time>`; then one rename puts the copy in its place. Whenever that is interrupted, the name of
//! the database leads to the whole old one or the whole new one. A process that waited for the lock cannot write into
//! the old file by mistake: SQLite refuses to write a database that was renamed.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ports::StoreError;
use rusqlite::Connection;

use crate::error::{Result, While};
use crate::verify_backup::{self, verify_backup};
use crate::{Options, backup, connection, files, pool, vec0};

/// How long it is waited for others, at most. Short commands are done in less; a server keeps the database to its end.
const PATIENCE: Duration = Duration::from_secs(3);

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// How many live memories the database has now.
    pub memories: u64,
    /// Where the database is that was there before; none when there was none.
    pub previous: Option<PathBuf>,
}

/// How far a restore has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// The backup is sound, and nobody else has the database.
    Locked,
    /// The copy is beside the database, sound and durable.
    Copied,
    /// The old database has its second name.
    Kept,
    /// The copy is in its place.
    Swapped,
}

/// Puts a backup in the place of the database. The database that was there is kept beside it. Blocks.
///
/// # Errors
/// [`StoreError::Open`] when somebody has the database open or the backup is none, [`StoreError::Corrupt`] when the
/// backup is damaged, [`StoreError::TooNew`], [`StoreError::Backup`] when the copy cannot be made. The old database is in
/// its place then.
pub fn restore(options: &Options, backup: &Path) -> Result<Restored> {
    restore_observed(options, backup, &mut |_| Ok(()))
}

/// Restores, and asks after each step whether to go on.
fn restore_observed(
    options: &Options,
    backup: &Path,
    after: &mut dyn FnMut(Step) -> Result<()>,
) -> Result<Restored> {
    let report = verify_backup(backup)?;
    if let Some(first) = report.problems.first() {
        let reason = format!("the backup has {} problems, the first: {first}", report.problems.len());
        return Err(StoreError::Corrupt { reason, source: None });
    }
    files::create_directory(files::directory_of(&options.path))?;
    let path = options.path.canonicalize().unwrap_or_else(|_| options.path.clone());
    if path == report.path {
        return Err(refused("the backup is the database itself".to_owned()));
    }
    // While it is held, no part of this process opens the database.
    let _closed = pool::keep_closed(&path)?;
    let lock = if path.exists() { Some(Lock::take(options, &path)?) } else { None };
    after(Step::Locked)?;
    let beside = with_suffix(&path, ".restore-unfinished");
    let restored = (|| {
        copy(&report.path, &beside)?;
        after(Step::Copied)?;
        let previous = if path.exists() { Some(keep(options, &path, lock.as_ref())?) } else { None };
        after(Step::Kept)?;
        std::fs::rename(&beside, &path)
            .and_then(|()| files::sync_directory(files::directory_of(&path)))
            .map_err(|error| failed("the copy cannot be put in place", error))?;
        after(Step::Swapped)?;
        Ok(Restored { memories: report.memories, previous })
    })();
    if restored.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    drop(lock);
    restored
}

/// The exclusive lock on a database whose log is folded into it. Gone with its connection.
struct Lock {
    /// None when the file is so damaged that SQLite cannot lock it (then nobody else can use it either).
    connection: Option<Connection>,
}

impl Lock {
    fn take(options: &Options, path: &Path) -> Result<Self> {
        vec0::register()?;
        let connection = connection::open_plain(path)?;
        connection.busy_timeout(options.busy_limit.min(PATIENCE)).doing("waiting for others")?;
        let taken = connection
            .pragma_update(None, "locking_mode", "EXCLUSIVE")
            .and_then(|()| {
                connection.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get::<_, String>(0))
            })
            .and_then(|mode| connection.execute_batch("BEGIN EXCLUSIVE").map(|()| mode))
            .doing("locking the database");
        match taken {
            Ok(mode) if mode.eq_ignore_ascii_case("delete") => Ok(Self { connection: Some(connection) }),
            Err(StoreError::Corrupt { .. }) => Ok(Self { connection: None }),
            Ok(_) | Err(StoreError::Busy { .. }) => Err(refused(
                "somebody has the database open: stop every program that uses it and restore again"
                    .to_owned(),
            )),
            Err(other) => Err(other),
        }
    }
}

/// Copies the backup into a new private file, in one piece, checked and durable.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        // Of a restore that was interrupted: the lock says that none is under way.
        std::fs::remove_file(to).map_err(|error| failed("an unfinished copy is in the way", error))?;
    }
    files::create_private(to)?;
    let source = verify_backup::open(from)?;
    backup::copy(&source, to, None)?;
    backup::verify(&source, to, None)?;
    files::sync_copy(to).map_err(|error| failed("the copy cannot be written durably", error))
}

/// Gives the database that is there a second name.
fn keep(options: &Options, path: &Path, lock: Option<&Lock>) -> Result<PathBuf> {
    let time: String =
        options.clock.now().to_string().chars().take(19).filter(char::is_ascii_alphanumeric).collect();
    let mut number = 1;
    let previous = loop {
        let more = if number == 1 { String::new() } else { format!("-{number}") };
        let name = with_suffix(path, &format!(".pre-restore-{time}Z{more}"));
        if !name.exists() {
            break name;
        }
        number += 1;
    };
    let locked = lock.and_then(|lock| lock.connection.as_ref());
    match (std::fs::hard_link(path, &previous), locked) {
        (Ok(()), _) => {}
        // A file system without second names.
        (Err(_), Some(connection)) => {
            files::create_private(&previous)?;
            backup::copy(connection, &previous, None)?;
        }
        (Err(error), None) => return Err(failed("the old database cannot be kept", error)),
    }
    if locked.is_none() {
        // A damaged database may have a log. It goes with it: under the name of the new one it would be applied to it.
        for suffix in ["-wal", "-shm", "-journal"] {
            let log = with_suffix(path, suffix);
            if log.exists() {
                std::fs::rename(&log, with_suffix(&previous, suffix))
                    .map_err(|error| failed("the old log cannot be kept", error))?;
            }
        }
    }
    files::sync_directory(files::directory_of(path))
        .map_err(|error| failed("the old database cannot be kept durably", error))?;
    Ok(previous)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn failed(what: &str, error: std::io::Error) -> StoreError {
    StoreError::Backup { reason: format!("{what}: {error}"), source: Some(error.into()) }
}

fn refused(reason: String) -> StoreError {
    StoreError::Open { reason, source: None }
}

#[cfg(test)]
mod tests;
