//! How a store is opened.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use model::ModelIdentity;
use ports::{Clock, SystemClock};

/// How a store is opened. [`Options::new`] gives the defaults; change the fields that differ.
#[derive(Clone)]
pub struct Options {
    /// The database file. It is created, with its directory, when it is not there.
    pub path: PathBuf,
    /// Where backups are put that precede a change of the schema. Created when needed.
    pub backups: PathBuf,
    /// The model whose vectors the store reads and writes.
    pub model: ModelIdentity,
    /// What the user sets on every connection (`MCP_MEMORY_SQLITE_PRAGMAS`), name and value. What is not on the
    /// [allow-list](crate::connection::pragmas) is left out with a warning.
    pub pragmas: Vec<(String, String)>,
    /// Names backups and dates the rows of the migration registry.
    pub clock: Arc<dyn Clock>,
    /// How long one call waits for other processes before it fails with [`ports::StoreError::Busy`].
    pub busy_limit: Duration,
    /// Whether the file may lie on a network file system, where locks are not dependable.
    pub network: NetworkFileSystem,
}

/// Whether a database may lie on a network file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NetworkFileSystem {
    /// Opening fails: several processes on such a file lose data.
    #[default]
    Refuse,
    /// The user answers for it that only one process uses the file.
    Allow,
}

impl Options {
    /// The defaults for a file: backups in `backups` beside it, no pragmas, the machine's clock, 30 s of patience.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, model: ModelIdentity) -> Self {
        let path = path.into();
        let backups = path.parent().unwrap_or(Path::new("")).join("backups");
        Self {
            path,
            backups,
            model,
            pragmas: Vec::new(),
            clock: Arc::new(SystemClock),
            busy_limit: Duration::from_secs(30),
            network: NetworkFileSystem::Refuse,
        }
    }
}
