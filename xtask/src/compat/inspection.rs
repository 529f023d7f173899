//! What a database holds, read by SQLite alone: `inspect.py` in the Python of the original's environment.

use std::collections::BTreeMap;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::workshop::Workshop;

/// The script.
const SCRIPT: &str = include_str!("inspect.py");

/// The memories of a database: key to columns, without numbers of rows and times of change.
pub(crate) type Rows = BTreeMap<String, Map<String, Value>>;

/// The memories of a database.
pub(crate) fn rows(workshop: &Workshop, database: &Path) -> Result<Rows, String> {
    run(workshop, "rows", database)
}

/// What is wrong with pages, word indexes and vectors.
pub(crate) fn faults(workshop: &Workshop, database: &Path) -> Result<Vec<String>, String> {
    run(workshop, "faults", database)
}

fn run<T: DeserializeOwned>(workshop: &Workshop, what: &str, database: &Path) -> Result<T, String> {
    let output = workshop.python().args(["-c", SCRIPT, what]).arg(database).output();
    let output = output.map_err(|error| format!("inspect.py: {error}"))?;
    let failed = |error: serde_json::Error| {
        format!("inspect.py {what}: {error}: {}", String::from_utf8_lossy(&output.stderr))
    };
    serde_json::from_slice(&output.stdout).map_err(failed)
}
