//! What is known of a backup, in a small file beside it: `<backup>.manifest.json`.

use std::io::Read;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The form of manifests.
const VERSION: u32 = 1;

/// What is known of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) manifest_version: u32,
    /// The backup's name, without its directory.
    pub(crate) file: String,
    pub(crate) bytes: u64,
    /// SHA-256 of the file, in hexadecimal.
    pub(crate) sha256: String,
    pub(crate) memories: u64,
    /// The form of the database: `12.4`, ...
    pub(crate) format: String,
    /// Our own schema number, if we ever opened it.
    pub(crate) schema: Option<i64>,
    /// The model that was in use.
    pub(crate) model: String,
    /// When it was made, ISO 8601.
    pub(crate) created_at: String,
    /// The database that it is a copy of. Backups of several may lie in one directory.
    #[serde(default)]
    pub(crate) database: Option<PathBuf>,
}

impl Manifest {
    /// The version that is written.
    pub(crate) fn version() -> u32 {
        VERSION
    }

    /// Where the manifest of a backup is.
    pub(crate) fn path_of(backup: &Path) -> PathBuf {
        let mut name = backup.as_os_str().to_owned();
        name.push(".manifest.json");
        PathBuf::from(name)
    }

    /// Reads the manifest of a backup; none when there is none.
    #[expect(clippy::disallowed_methods, reason = "a manifest is no database")]
    pub(crate) fn read(backup: &Path) -> std::io::Result<Option<Self>> {
        match std::fs::read(Self::path_of(backup)) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes it, private and durably.
    pub(crate) fn write(&self, backup: &Path) -> std::io::Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        crate::files::write_private(&Self::path_of(backup), text.as_bytes())
    }
}

/// The SHA-256 of a finished copy that no connection has open, in hexadecimal.
#[expect(clippy::disallowed_methods, reason = "a finished copy that nobody has open")]
pub(crate) fn sha256(copy: &Path) -> std::io::Result<String> {
    let mut file = std::fs::File::open(copy)?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            length => digest.update(&buffer[..length]),
        }
    }
    Ok(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
