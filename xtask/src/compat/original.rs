//! Releases of the original and the Python environments that they run in: `target/original-<release>`.
//!
//! Nothing of it is kept in this repository. A release is installed without what it declares, and with the packages that its
//! server really loads: the declared ones are gigabytes, of which the encoder could not fetch its weights anyway.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::workshop;

/// A release of the original.
pub(crate) struct Release {
    /// Its version on the package index.
    pub(crate) version: &'static str,
    /// The name of its environment.
    environment: &'static str,
    /// A database that it wrote, of the fixtures.
    pub(crate) fixture: &'static str,
}

/// What is compared.
pub(crate) const RELEASES: &[Release] = &[
    Release { version: "10.59.0", environment: "original-10", fixture: "upstream_10.59.db" },
    Release { version: "12.4.0", environment: "original-12", fixture: "upstream_12.4.db" },
];

/// The package.
const PACKAGE: &str = "mcp-memory-service";
/// What its server loads, in every release above.
const NEEDED: &[&str] = &[
    "aiofiles",
    "aiohttp",
    "aiosqlite",
    "click",
    "httpx",
    "mcp<2",
    "numpy",
    "psutil",
    "python-dotenv",
    "pyyaml",
    "sqlite-vec",
];
/// Fails when this Python cannot run the original: it loads its vector search into SQLite.
const USABLE: &str = "import ensurepip, sqlite3, sys, venv; \
    assert sys.version_info >= (3, 10); sqlite3.connect(':memory:').enable_load_extension(True)";

/// Makes the environment of a release, unless it is there; gives its folder of executables.
pub(crate) fn prepare(release: &Release) -> Result<PathBuf, String> {
    let environment = workshop::target().join(release.environment);
    let executables = environment.join("bin");
    let package = format!("{PACKAGE}=={}", release.version);
    let wanted = format!("{package}\n{}\n", NEEDED.join("\n"));
    // Written last: an environment that was left half made does not have it.
    let stamp = environment.join("requirements.txt");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(executables);
    }
    run(&python()?, &["-m", "venv", "--clear", &environment.to_string_lossy()])?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    let interpreter = executables.join("python");
    run(&interpreter, &[&install, NEEDED].concat())?;
    run(&interpreter, &[&install[..], &["--no-deps", &package]].concat())?;
    std::fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))?;
    Ok(executables)
}

/// The first Python that can run the original: many are built without loadable extensions, the system's mostly with them.
fn python() -> Result<PathBuf, String> {
    let usable = |python: &&str| {
        let output = Command::new(python).args(["-c", USABLE]).output();
        output.is_ok_and(|output| output.status.success())
    };
    let candidates = ["python3", "/usr/bin/python3", "/usr/local/bin/python3"];
    candidates.iter().find(|candidate| usable(candidate)).map(PathBuf::from).ok_or_else(|| {
        format!(
            "none of {} can run the original: it must be 3.10 or newer, have the module venv, and a module sqlite3 with \
             loadable extensions (Debian: `apt install python3 python3-venv`)",
            candidates.join(", ")
        )
    })
}

fn run(program: &Path, arguments: &[&str]) -> Result<(), String> {
    let line = format!("{} {}", program.display(), arguments.join(" "));
    eprintln!("==> {line}");
    let status =
        Command::new(program).args(arguments).status().map_err(|error| format!("`{line}`: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{line}` failed")) }
}
