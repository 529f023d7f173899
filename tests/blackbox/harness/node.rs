//! What runs under Node.js: the official TypeScript client of the protocol, the MCP Inspector, `mcp-remote`, and the
//! conformance suite.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{Home, executable, process};

/// The official TypeScript client with a script of `tests/node`.
pub(crate) fn script(name: &str) -> Command {
    let mut command = Command::new("node");
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("node").join(name)).arg(packages());
    command
}

/// Asks a server of a home one thing with the Inspector's command line; gives the result.
pub(crate) fn inspect(home: &Home, era: &str, request: &[&str]) -> Value {
    let mut command = Command::new("node");
    command
        .arg(packages().join("node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js"));
    command.args(["--cli", "--format", "json", "--quiet", "--protocol-era", era]);
    for (name, value) in home.environment() {
        command.args(["-e", &format!("{name}={value}")]);
    }
    command.args(request).arg("--").arg(executable::memory()).arg("server");
    // It keeps files of its own in the home.
    command.env("HOME", home.path()).current_dir(home.path());
    let output = process::output(command, b"");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{request:?}: {errors}");
    let answer: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{request:?}: {error}: {errors}"));
    answer["result"].clone()
}

/// A file of a package.
pub(crate) fn package(path: &str) -> String {
    packages().join("node_modules").join(path).to_str().unwrap().to_owned()
}

/// The conformance suite. It needs a newer Node.js than the others, and brings it where there is a package of it.
pub(crate) fn conformance() -> Command {
    let modules = installed("conformance").join("node_modules");
    let brought = std::fs::read_dir(&modules).unwrap().filter_map(Result::ok).find(|entry| {
        entry.file_name().to_str().is_some_and(|name| name.starts_with("node-") && !name.contains("bin"))
    });
    let node = brought.map_or_else(|| "node".into(), |entry| entry.path().join("bin/node"));
    let mut command = Command::new(node);
    command.arg(modules.join("@modelcontextprotocol/conformance/dist/index.js"));
    command
}

fn packages() -> PathBuf {
    installed("node")
}

/// A folder with packages: `cargo xtask test` prepares it.
fn installed(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("..").join(name);
    assert!(
        path.join("node_modules").exists(),
        "there are no packages of Node.js in {}: `cargo xtask test` installs them (it needs Node.js 20 or newer with npm)",
        path.display()
    );
    path
}
