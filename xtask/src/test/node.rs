//! The packages of Node.js for the black-box tests: the official TypeScript client of the protocol, the MCP Inspector,
//! `mcp-remote` and what drives a browser in `target/node`, the conformance suite in `target/conformance`.

use std::path::Path;
use std::process::Command;

use super::programs::{run, target_directory};

/// What is installed, each package with its release and its checksum.
const FILES: [&str; 2] = ["package.json", "package-lock.json"];
/// Folders with these files, and where in the target directory each is installed. The conformance suite stands apart: it
/// brings a newer Node.js.
const FOLDERS: [(&str, &str); 2] = [("tests/node", "node"), ("tests/node/conformance", "conformance")];
/// The oldest release that the client and the Inspector's command line run on.
const OLDEST_NODE: u32 = 20;

/// Installs the packages, unless they are there from the same lock file.
pub(super) fn prepare() -> Result<(), String> {
    check_node()?;
    let target = target_directory()?;
    FOLDERS.into_iter().try_for_each(|(folder, name)| install(Path::new(folder), &target.join(name)))
}

fn install(folder: &Path, target: &Path) -> Result<(), String> {
    std::fs::create_dir_all(target).map_err(|error| format!("{}: {error}", target.display()))?;
    // Written last: an installation that was left half made does not have it.
    let stamp = target.join("installed");
    let mut wanted = String::new();
    for file in FILES {
        let source = folder.join(file);
        let text =
            std::fs::read_to_string(&source).map_err(|error| format!("{}: {error}", source.display()))?;
        wanted.push_str(&text);
    }
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    for file in FILES {
        let (source, copy) = (folder.join(file), target.join(file));
        std::fs::copy(&source, &copy).map_err(|error| format!("{}: {error}", copy.display()))?;
    }
    let prefix = target.to_string_lossy();
    let install =
        ["ci", "--prefix", &prefix, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    run(Path::new("npm"), &install)
        .map_err(|error| format!("{error}\n{NEEDED}\nthe registry of npm must be reachable, once"))?;
    std::fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))
}

const NEEDED: &str = "the black-box tests drive the server with the official TypeScript client, the MCP Inspector and the conformance suite, and look at its pages with a browser: install \
                      Node.js 20 or newer with npm (https://nodejs.org, or Debian 13: `apt install nodejs npm`)";

/// Refuses a Node.js that is missing or too old.
fn check_node() -> Result<(), String> {
    let output = Command::new("node")
        .arg("--version")
        .output()
        .map_err(|error| format!("the program `node` is missing ({error})\n{NEEDED}"))?;
    let version = String::from_utf8_lossy(&output.stdout);
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok());
    match major {
        Some(OLDEST_NODE..) => Ok(()),
        _ => Err(format!("`node --version` says {:?}\n{NEEDED}", version.trim())),
    }
}
