//! Whether a file is a backup that could be restored.

use std::path::{Path, PathBuf};

use ports::StoreError;
use rusqlite::{Connection, OpenFlags};

use crate::backup::manifest::{Manifest, sha256};
use crate::error::{Result, While};
use crate::pool;
use crate::schema::form::Form;
use crate::{backup, files, vec0};

/// What is known of a backup after looking at all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupReport {
    /// The file.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// How many live memories are in it.
    pub memories: u64,
    /// How many deleted ones.
    pub tombstones: u64,
    /// The form of the database: `12.4`, `10.59`, ...
    pub format: String,
    /// When it was made, as its manifest says; none without one.
    pub created_at: Option<String>,
    /// Whether there is a manifest beside it that its bytes could be compared with.
    pub has_manifest: bool,
    /// What is wrong with it, one sentence each. Empty when it can be restored.
    pub problems: Vec<String>,
}

impl BackupReport {
    /// Whether it can be restored.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Looks at all of a backup: every page, and its bytes against its manifest. Changes nothing. Backups of the original
/// program are understood too. Blocks.
///
/// # Errors
/// [`StoreError::Open`] when there is no such file or it is a database in use, [`StoreError::Corrupt`] when it is no
/// database, [`StoreError::TooNew`]; other damage is in the report.
pub fn verify_backup(path: &Path) -> Result<BackupReport> {
    let path = pool::canonical(path)?;
    if path.is_dir() {
        return Err(refused(format!("{} is a directory: name a file", path.display())));
    }
    if pool::is_open(&path) {
        return Err(refused(format!("{} is the database in use: name a backup of it", path.display())));
    }
    vec0::register()?;
    let mut problems = Vec::new();
    let manifest = match Manifest::read(&path) {
        Ok(manifest) => manifest,
        Err(error) => {
            problems.push(format!("its manifest cannot be read: {error}"));
            None
        }
    };
    let connection = open(&path)?;
    let form = Form::detect(&connection)?;
    form.check_ours()?;
    if form.is_empty() {
        return Err(refused(format!("{} holds no memories", path.display())));
    }
    problems.extend(backup::problems(&connection).doing("checking the backup")?);
    let (memories, tombstones) = backup::counts(&connection, &form).doing("checking the backup")?;
    connection.close().map_err(|(_, error)| error).doing("closing the backup")?;
    if let Some(manifest) = &manifest {
        problems.extend(differences(manifest, &path)?);
    }
    Ok(BackupReport {
        bytes: files::bytes(&path),
        memories,
        tombstones,
        format: form.release().to_owned(),
        created_at: manifest.as_ref().map(|manifest| manifest.created_at.clone()),
        has_manifest: manifest.is_some(),
        problems,
        path,
    })
}

/// Opens a backup to read from it. One that has no log beside it is not locked and gets no files beside it either.
pub(crate) fn open(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut escaped = String::new();
    for character in path.display().to_string().chars() {
        match character {
            '%' | '?' | '#' => escaped.push_str(&format!("%{:02X}", u32::from(character))),
            other => escaped.push(other),
        }
    }
    let opened = if path.to_str().is_some() && files::log_bytes(path) == 0 {
        let uri = format!("file:{escaped}?immutable=1");
        Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)
    } else {
        Connection::open_with_flags(path, flags)
    };
    opened.doing("opening the backup")
}

fn differences(manifest: &Manifest, path: &Path) -> Result<Option<String>> {
    let found = sha256(path).map_err(|error| StoreError::Open {
        reason: format!("{} cannot be read: {error}", path.display()),
        source: Some(error.into()),
    })?;
    let differs = found != manifest.sha256;
    Ok(differs.then(|| format!("its bytes are not those that its manifest names (SHA-256 {found})")))
}

fn refused(reason: String) -> StoreError {
    StoreError::Open { reason, source: None }
}
