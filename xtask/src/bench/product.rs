//! The executable under test, and databases that it filled.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use super::client::Client;
use super::machine;
use super::workload::Workload;

/// The release build of the product and a folder to work in, on the disk that holds the repository.
pub(crate) struct Product {
    executable: PathBuf,
    folder: PathBuf,
    /// What databases are filled with and asked.
    pub(crate) workload: Workload,
}

impl Product {
    /// Builds the executable and empties the folder.
    pub(crate) fn build() -> Result<Self, String> {
        let target = machine::root().join("target");
        let status = Command::new("cargo")
            .args(["build", "--quiet", "--release", "--locked", "--package", "cli"])
            .current_dir(machine::root())
            .status()
            .map_err(|error| format!("cargo build: {error}"))?;
        if !status.success() {
            return Err("`cargo build --release --package cli` failed".to_owned());
        }
        let folder = target.join("bench");
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(Self { executable: target.join("release").join("memory"), folder, workload: Workload::new() })
    }

    /// A path in the working folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The executable.
    pub(crate) fn executable(&self) -> &Path {
        &self.executable
    }

    /// A server on a database of the working folder.
    pub(crate) fn serve(&self, database: &str) -> Result<Client, String> {
        Client::spawn(&self.executable, &self.path(database))
    }

    /// Stores the memories of these numbers through a server process, which is ended afterwards.
    pub(crate) fn fill(&self, database: &str, numbers: std::ops::Range<usize>) -> Result<(), String> {
        let mut client = self.serve(database)?;
        client.handshake()?;
        for number in numbers {
            client.call("memory_store", &json!({"content": self.workload.memory(number)}))?;
        }
        client.finish()
    }

    /// Copies a database that no process has open.
    pub(crate) fn copy(&self, from: &str, to: &str) -> Result<(), String> {
        let (from, to) = (self.path(from), self.path(to));
        fs::copy(&from, &to).map_err(|error| format!("{}: {error}", from.display()))?;
        // The last process to close a database moves its log into it: a log that is left would mean the copy lacks it.
        let log = PathBuf::from(format!("{}-wal", from.display()));
        if fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
            return Err(format!("{} still has a log: some process has it open", from.display()));
        }
        Ok(())
    }

    /// The size of the executable.
    pub(crate) fn executable_bytes(&self) -> Result<u64, String> {
        bytes(&self.executable)
    }

    /// The file of the model's weights.
    pub(crate) fn model_file(&self) -> Result<PathBuf, String> {
        let folder = machine::root().join("crates").join("embed").join("model");
        let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let files = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_file());
        files
            .max_by_key(|path| bytes(path).unwrap_or(0))
            .ok_or_else(|| format!("{} has no model", folder.display()))
    }

    /// The size of that file.
    pub(crate) fn model_bytes(&self) -> Result<u64, String> {
        bytes(&self.model_file()?)
    }
}

fn bytes(path: &Path) -> Result<u64, String> {
    fs::metadata(path).map(|file| file.len()).map_err(|error| format!("{}: {error}", path.display()))
}
