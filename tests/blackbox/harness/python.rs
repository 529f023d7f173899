//! The official Python client of the protocol.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::server::Answer;
use super::{Home, executable, process};

/// What came of a session.
pub(crate) struct Session {
    /// The revision that client and server agreed on.
    pub(crate) version: String,
    /// The names of the tools.
    pub(crate) tools: Vec<String>,
    /// One answer for each call, in order.
    pub(crate) answers: Vec<Answer>,
}

/// The interpreter with the client installed: `cargo xtask test` prepares it.
pub(crate) fn interpreter() -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../python/bin/python");
    assert!(
        path.exists(),
        "there is no Python environment at {}: `cargo xtask test` makes it (it needs Python 3 with `venv`)",
        path.display()
    );
    path
}

/// Runs a session of the official client against a server of a home.
pub(crate) fn session(home: &Home, mode: &str, calls: &[(&str, Value)]) -> Session {
    let environment: serde_json::Map<String, Value> =
        home.environment().into_iter().map(|(name, value)| (name, value.into())).collect();
    let plan = json!({
        "command": executable::memory(),
        "arguments": ["server"],
        "environment": environment,
        "mode": mode,
        "calls": calls,
    });
    let mut command = Command::new(interpreter());
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("python/session.py"));
    let output = process::output(command, plan.to_string().as_bytes());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let report: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {errors}"));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let answer = |value: &Value| Answer {
        is_error: value["is_error"].as_bool().unwrap(),
        text: text(&value["text"]),
        structured: value["structured"].clone(),
    };
    Session {
        version: text(&report["version"]),
        tools: report["tools"].as_array().unwrap().iter().map(text).collect(),
        answers: report["answers"].as_array().unwrap().iter().map(answer).collect(),
    }
}
