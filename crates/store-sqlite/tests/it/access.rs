//! The file of keys, accounts and spaces as the contracts of its ports use it: opened twice, as two processes do.

use std::path::Path;

use store_sqlite::{NetworkFileSystem, SqliteKeyStore};
use tempfile::TempDir;

/// A new file.
pub(crate) struct AccessFile {
    pub(crate) store: SqliteKeyStore,
    /// The same as another process has it open.
    pub(crate) elsewhere: SqliteKeyStore,
    /// Where it is, as `access.db`.
    pub(crate) directory: TempDir,
}

impl AccessFile {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("access.db");
        Self { store: open(&path), elsewhere: open(&path), directory }
    }
}

pub(crate) fn open(path: &Path) -> SqliteKeyStore {
    SqliteKeyStore::new(path, NetworkFileSystem::Refuse).unwrap()
}

pub(crate) fn block_on(future: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future);
}
