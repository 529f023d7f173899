//! The Python environment of the black-box tests: the official client of the protocol, in `target/python`.

use std::path::Path;

use super::programs::{run, target_directory};

/// What is installed, each with its release.
const REQUIREMENTS: &str = "tests/python/requirements.txt";

/// Makes the environment, unless it is there with the same requirements.
pub(super) fn prepare() -> Result<(), String> {
    let environment = target_directory()?.join("python");
    let interpreter = environment.join("bin/python");
    let wanted = std::fs::read_to_string(REQUIREMENTS).map_err(|error| format!("{REQUIREMENTS}: {error}"))?;
    // Written last: an environment that was left half made does not have it.
    let stamp = environment.join("requirements.txt");
    let installed = std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted);
    if installed && interpreter.exists() {
        return Ok(());
    }
    let python = Path::new("python3");
    run(python, &["-m", "venv", "--clear", &environment.to_string_lossy()]).map_err(|error| {
        format!(
            "{error}\nthe black-box tests drive the server with the official Python client: install Python 3.10 or newer with \
             its module venv (Debian: `apt install python3 python3-venv`)"
        )
    })?;
    let pip =
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", REQUIREMENTS];
    run(&interpreter, &pip)
        .map_err(|error| format!("{error}\nthe package index of Python must be reachable, once"))?;
    std::fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))
}
