//! Copies of a store.

use std::path::PathBuf;

/// A copy of a store that was made and verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// How many live memories are in it.
    pub memories: u64,
}
