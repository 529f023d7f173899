//! Verified copies of the database.
//!
//! A copy is made by SQLite's own backup, into a file that is private from the start, under a name that says it is not
//! finished. Then it is closed, opened again and checked; only a sound copy that is on the disk gets its final name.

pub(crate) mod kept;
pub(crate) mod manifest;
pub(crate) mod unfinished;

use std::path::{Path, PathBuf};

use manifest::{Manifest, sha256};
use model::{ModelIdentity, Timestamp};
use ports::{BackupFile, StoreError};
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use crate::error::{Result, store_error};
use crate::pool::Users;
use crate::schema::form::Form;
use crate::{connection, files, words};

/// Pages copied at once, 4 MiB: so soon it is noticed that the store is being closed.
const PAGES: i32 = 1024;
/// How many steps of SQLite's machine a check goes on before it looks whether the store is being closed.
const CHECK_STEPS: i32 = 100_000;
/// The most copies of one second.
const NAMES: u32 = 1000;

/// Why a copy is made; it is in its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The schema is about to be changed.
    BeforeUpgrade,
}

/// Writes a verified copy of a database and says where it is.
///
/// # Errors
/// [`StoreError::Backup`] when it cannot be made, [`StoreError::Corrupt`] when the database is damaged. No file is left
/// behind then.
pub(crate) fn write(
    source: &Connection,
    directory: &Path,
    database: &Path,
    reason: Reason,
    now: Timestamp,
) -> Result<PathBuf> {
    files::create_directory(directory).map_err(|error| failed("no directory for backups", error))?;
    let (unfinished, finished) = names(directory, database, reason, now)?;
    let written = copy(source, &unfinished, None)
        .and_then(|()| verify(source, &unfinished, None))
        .and_then(|()| put_in_place(&unfinished, &finished));
    if let Err(error) = written {
        // Half a copy helps nobody and may be what filled the disk.
        let _ = std::fs::remove_file(&unfinished);
        return Err(error);
    }
    Ok(finished)
}

/// A copy that is wanted, and by whom.
pub(crate) struct Wanted<'a> {
    /// The new file.
    pub(crate) target: &'a Path,
    /// The database, for the manifest.
    pub(crate) database: &'a Path,
    /// The model in use.
    pub(crate) model: &'a ModelIdentity,
    /// When.
    pub(crate) now: Timestamp,
    /// The users of the store: when none is left, the copy is given up.
    pub(crate) users: Users,
}

/// Writes a verified copy of what a connection sees into a new file, with a manifest beside it. The connection must be
/// inside a read transaction, so that the copy is of one moment.
///
/// # Errors
/// As [`write()`]; [`StoreError::Backup`] when the file is there already; [`StoreError::Closed`] when the store was closed
/// meanwhile.
pub(crate) fn write_to(source: &Connection, wanted: &Wanted<'_>) -> Result<BackupFile> {
    let target = wanted.target;
    let refused = |reason: String| Err(StoreError::Backup { reason, source: None });
    if target.exists() {
        return refused(format!("{} is there already: name a new file", target.display()));
    }
    files::create_directory(files::directory_of(target))
        .map_err(|error| failed("no directory for the backup", error))?;
    let mut unfinished = target.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = PathBuf::from(unfinished);
    if !files::create_private(&unfinished).map_err(|error| failed("no file for the copy", error))? {
        return refused(format!(
            "{} is there: another backup is under way, or was interrupted (then remove it)",
            unfinished.display()
        ));
    }
    let written = finish(source, &unfinished, wanted);
    if written.is_err() {
        let _ = std::fs::remove_file(&unfinished);
        if !target.exists() {
            let _ = std::fs::remove_file(Manifest::path_of(target));
        }
    }
    written
}

fn finish(source: &Connection, unfinished: &Path, wanted: &Wanted<'_>) -> Result<BackupFile> {
    let Wanted { target, database, model, now, users } = wanted;
    let form = Form::detect(source)?;
    let (memories, _) = counts(source, &form).map_err(|error| failed_in_sqlite("counting failed", error))?;
    copy(source, unfinished, Some(users))?;
    verify(source, unfinished, Some(users))?;
    let manifest = Manifest {
        manifest_version: Manifest::version(),
        file: target.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        bytes: files::bytes(unfinished),
        sha256: sha256(unfinished).map_err(|error| failed("the copy cannot be read", error))?,
        memories,
        format: form.release().to_owned(),
        schema: form.schema,
        model: model.to_string(),
        created_at: now.to_string(),
        database: Some(database.to_path_buf()),
    };
    manifest.write(target).map_err(|error| failed("the manifest cannot be written", error))?;
    put_in_place(unfinished, target)?;
    Ok(BackupFile { path: target.to_path_buf(), bytes: manifest.bytes, memories })
}

/// Gives a finished copy its name, durably.
fn put_in_place(unfinished: &Path, finished: &Path) -> Result<()> {
    files::sync_copy(unfinished)
        .and_then(|()| std::fs::rename(unfinished, finished))
        .and_then(|()| files::sync_directory(files::directory_of(finished)))
        .map_err(|error| failed("the copy cannot be written durably", error))
}

/// Live and deleted memories. The oldest files know no deleted ones.
pub(crate) fn counts(connection: &Connection, form: &Form) -> rusqlite::Result<(u64, u64)> {
    let deleted = if form.has_column("memories", "deleted_at") { "deleted_at IS NOT NULL" } else { "0" };
    connection.query_row(
        &format!(
            "SELECT count(*) FILTER (WHERE NOT ({deleted})), count(*) FILTER (WHERE {deleted}) FROM memories"
        ),
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// A free name, reserved by creating the unfinished file.
fn names(directory: &Path, database: &Path, reason: Reason, now: Timestamp) -> Result<(PathBuf, PathBuf)> {
    let stem = database.file_stem().unwrap_or_default().to_string_lossy();
    let time: String = now.to_string().chars().take(19).filter(char::is_ascii_alphanumeric).collect();
    let why = match reason {
        Reason::BeforeUpgrade => "before-upgrade",
    };
    for number in 1..=NAMES {
        let suffix = if number == 1 { String::new() } else { format!("-{number}") };
        let finished = directory.join(format!("{stem}.{why}-{time}Z{suffix}.db"));
        let unfinished = finished.with_extension("db.unfinished");
        let is_free = !finished.exists();
        if is_free
            && files::create_private(&unfinished).map_err(|error| failed("no file for the copy", error))?
        {
            return Ok((unfinished, finished));
        }
    }
    Err(StoreError::Backup {
        reason: format!("{} is full of backups of this second", directory.display()),
        source: None,
    })
}

/// Copies a database into an empty file, in one piece. Given up when `users` are gone.
pub(crate) fn copy(source: &Connection, to: &Path, users: Option<&Users>) -> Result<()> {
    let mut target = connection::open_plain(to)?;
    let steps = |backup: Backup<'_, '_>| loop {
        match backup.step(PAGES)? {
            StepResult::Done => return Ok(true),
            _ if users.is_some_and(Users::are_gone) => return Ok(false),
            _ => {}
        }
    };
    let copied = Backup::new(source, &mut target).and_then(steps);
    if !copied.map_err(|error| failed_in_sqlite("copying failed", error))? {
        return Err(StoreError::Closed);
    }
    // So that the copy is one file, wherever it is opened.
    let single = target.pragma_update(None, "journal_mode", "DELETE");
    single.map_err(|error| failed_in_sqlite("copying failed", error))?;
    target.close().map_err(|(_, error)| failed_in_sqlite("copying failed", error))
}

/// Whether a copy is sound and has as many rows as its source. Given up when `users` are gone.
pub(crate) fn verify(source: &Connection, copy: &Path, users: Option<&Users>) -> Result<()> {
    let count = |connection: &Connection| -> rusqlite::Result<i64> {
        connection.query_row("SELECT count(*) FROM memories", [], |row| row.get(0))
    };
    let mut copied = connection::open_plain(copy)?;
    if let Some(users) = users {
        give_up_without(&mut copied, users).map_err(|error| failed_in_sqlite("opening the copy", error))?;
    }
    let problems =
        problems(&copied).map_err(|error| failed_in_sqlite("the copy cannot be checked", error))?;
    if let Some(first) = problems.first() {
        return Err(StoreError::Corrupt {
            reason: format!("{} problems, the first: {first}", problems.len()),
            source: None,
        });
    }
    let counts = count(source).and_then(|there| Ok((there, count(&copied)?)));
    let (there, here) = counts.map_err(|error| failed_in_sqlite("counting failed", error))?;
    if there != here {
        return Err(StoreError::Backup {
            reason: format!("the copy has {here} rows of memories, the database {there}"),
            source: None,
        });
    }
    copied.close().map_err(|(_, error)| failed_in_sqlite("closing the copy failed", error))
}

/// Has a connection give up what it is doing when the users of the store are gone.
pub(crate) fn give_up_without(connection: &mut Connection, users: &Users) -> rusqlite::Result<()> {
    let users = users.clone();
    connection.progress_handler(CHECK_STEPS, Some(move || users.are_gone()))
}

/// Ends [`give_up_without`].
pub(crate) fn give_up_never(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.progress_handler(0, None::<fn() -> bool>)
}

/// What SQLite finds wrong with a database, word indexes left out: those are rebuilt from the memories.
pub(crate) fn problems(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("PRAGMA integrity_check(20)")?;
    let lines =
        statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok" && !words::is_about_words(line)).collect())
}

pub(crate) fn failed(what: &str, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    let error = error.into();
    StoreError::Backup { reason: format!("{what}: {error}"), source: Some(error) }
}

/// A damaged database is said to be that: no free space and no other directory would help.
fn failed_in_sqlite(what: &'static str, error: rusqlite::Error) -> StoreError {
    match store_error(what, error) {
        StoreError::Other { source, .. } | StoreError::Disk { source, .. } | StoreError::Full { source } => {
            failed(what, source)
        }
        StoreError::ReadOnly { reason } => {
            StoreError::Backup { reason: format!("{what}: {reason}"), source: None }
        }
        other => other,
    }
}
