//! Programs of the system that the tests need.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Each program, an argument with which it ends at once, and what it is needed for.
const PROGRAMS: &[(&str, &str, &str)] = &[
    ("strace", "--version", "the tests of power loss and failing disks (Debian: `apt install strace`)"),
    ("unshare", "--version", "the tests of full and read-only disks (Debian: `apt install util-linux`)"),
    ("gzip", "--version", "the packed fixtures (Debian: `apt install gzip`)"),
];

/// The names of a browser: one of them is enough.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Names every program that is missing.
pub(super) fn check() -> Result<(), String> {
    let runs = |program: &str, argument: &str| {
        Command::new(program).arg(argument).output().is_ok_and(|output| output.status.success())
    };
    let mut missing: Vec<String> = PROGRAMS
        .iter()
        .filter(|(program, argument, _)| !runs(program, argument))
        .map(|(program, _, purpose)| format!("the program `{program}` is missing: install it for {purpose}"))
        .collect();
    if !BROWSERS.iter().any(|browser| runs(browser, "--version")) {
        missing.push(format!(
            "there is no Chromium ({}): install it for the tests of pages (Debian: `apt install chromium`)",
            BROWSERS.join(", ")
        ));
    }
    if missing.is_empty() { Ok(()) } else { Err(missing.join("\n")) }
}

/// Runs a program that must succeed.
pub(super) fn run(program: &Path, arguments: &[&str]) -> Result<(), String> {
    let line = format!("{} {}", program.display(), arguments.join(" "));
    eprintln!("==> {line}");
    let status =
        Command::new(program).args(arguments).status().map_err(|error| format!("`{line}`: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{line}` failed")) }
}

/// Where cargo builds, and where what the tests need is installed.
pub(super) fn target_directory() -> Result<PathBuf, String> {
    let output = Command::new("cargo")
        .args(["metadata", "--format-version", "1", "--no-deps", "--locked"])
        .output()
        .map_err(|error| format!("cargo metadata: {error}"))?;
    let metadata: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("cargo metadata: {error}: {}", String::from_utf8_lossy(&output.stderr)))?;
    let directory =
        metadata["target_directory"].as_str().ok_or("cargo metadata names no target directory")?;
    Ok(PathBuf::from(directory))
}
