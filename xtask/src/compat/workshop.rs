//! Working copies of databases, and the processes of both sides that open them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::original::Release;
use super::server::Server;

/// What one release is compared in: a folder of `target`, the executables of both sides.
pub(crate) struct Workshop {
    /// The release of the original.
    pub(crate) release: &'static str,
    /// The name of a fixture that this release wrote.
    pub(crate) fixture: &'static str,
    folder: PathBuf,
    original: PathBuf,
    executable: PathBuf,
}

/// Who opens a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// This product.
    Ours,
    /// The original.
    Original,
}

/// The databases of the original, oldest form first.
const FIXTURES: [&str; 5] = [
    "upstream_8.44.db",
    "upstream_8.44_migrated_by_10.59.db",
    "upstream_10.59.db",
    "upstream_12.4.db",
    "upstream_12.4_two_stores.db.gz",
];

/// The fixtures that a release can open: not those of a later one.
pub(crate) fn fixtures_for(release: &str) -> &'static [&'static str] {
    if release.starts_with("10.") { &FIXTURES[..3] } else { &FIXTURES }
}

/// Builds the executable that users run; gives its path.
pub(crate) fn build() -> Result<PathBuf, String> {
    let status = Command::new("cargo")
        .args(["build", "--quiet", "--release", "--locked", "--package", "cli"])
        .current_dir(root())
        .status()
        .map_err(|error| format!("cargo build: {error}"))?;
    if !status.success() {
        return Err("`cargo build --release --package cli` failed".to_owned());
    }
    Ok(target().join("release").join("memory"))
}

/// Where everything is made.
pub(crate) fn target() -> PathBuf {
    root().join("target")
}

fn root() -> PathBuf {
    let mut root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.pop();
    root
}

impl Workshop {
    /// Empties the folder.
    pub(crate) fn new(
        release: &'static Release,
        original: PathBuf,
        executable: PathBuf,
    ) -> Result<Self, String> {
        let folder = target().join("compat").join(release.version);
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        let (version, fixture) = (release.version, release.fixture);
        Ok(Self { release: version, fixture, folder, original, executable })
    }

    /// The path of a database that does not exist yet, in a folder of its own.
    pub(crate) fn database(&self, name: &str) -> Result<PathBuf, String> {
        let folder = self.folder.join(name);
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(folder.join("sqlite_vec.db"))
    }

    /// A copy of a fixture, in a folder of its own.
    pub(crate) fn copy_of(&self, fixture: &str, name: &str) -> Result<PathBuf, String> {
        let database = self.database(name)?;
        let source = root().join("tests").join("fixtures").join(fixture);
        let failed = |error: std::io::Error| format!("{}: {error}", source.display());
        if fixture.ends_with(".gz") {
            let unpacked = Command::new("gzip").arg("-dc").arg(&source).output().map_err(failed)?;
            fs::write(&database, unpacked.stdout).map_err(failed)?;
        } else {
            fs::copy(&source, &database).map_err(failed)?;
        }
        Ok(database)
    }

    /// Starts a server of a side on a database.
    pub(crate) fn serve(&self, side: Side, database: &Path) -> Result<Server, String> {
        let executable = match side {
            Side::Ours => self.executable.clone(),
            Side::Original => self.original.join("memory"),
        };
        let mut command = self.command(&executable, database);
        command.arg("server");
        Server::start(command)
    }

    /// Runs `memory doctor` of ours; gives what it found apart from notes.
    pub(crate) fn doctor(&self, database: &Path) -> Result<Vec<String>, String> {
        let mut command = self.command(&self.executable.clone(), database);
        let output = command.args(["doctor", "--json"]).stdin(Stdio::null()).output();
        let output = output.map_err(|error| format!("memory doctor: {error}"))?;
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).map_err(|error| {
            format!("memory doctor: {error}: {}", String::from_utf8_lossy(&output.stderr))
        })?;
        let findings = report["findings"].as_array().ok_or_else(|| format!("memory doctor: {report}"))?;
        let grave = findings.iter().filter(|finding| finding["severity"] != "note");
        Ok(grave.map(|finding| format!("doctor: {}: {}", finding["subject"], finding["message"])).collect())
    }

    /// The Python of the original's environment.
    pub(crate) fn python(&self) -> Command {
        Command::new(self.original.join("python"))
    }

    /// A process that has nothing of this one's environment. Neither side may reach for the network: the original then
    /// makes its vectors out of hashes, which the later release has to be allowed.
    fn command(&self, executable: &Path, database: &Path) -> Command {
        let folder = database.parent().unwrap_or(Path::new("."));
        let mut command = Command::new(executable);
        command
            .env_clear()
            .env("HOME", folder)
            .env("LANG", "C.UTF-8")
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("TZ", "UTC")
            .env("MCP_MEMORY_BASE_DIR", folder)
            .env("MCP_MEMORY_SQLITE_PATH", database)
            .current_dir(folder);
        if executable.starts_with(&self.original) {
            command.envs([
                ("MCP_MEMORY_ALLOW_HASH_EMBEDDINGS", "1"),
                ("MCP_MEMORY_USE_ONNX", "0"),
                ("MCP_MEMORY_OFFLINE", "1"),
                ("HF_HUB_OFFLINE", "1"),
                ("PYTHONUNBUFFERED", "1"),
            ]);
        }
        command
    }
}
