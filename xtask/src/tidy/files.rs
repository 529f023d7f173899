//! Names and lengths of files.

use std::path::PathBuf;

/// The longest file of logic, in lines, tests included. A table may be longer: it is named in [`LONG_TABLES`].
const MAX_LINES: usize = 450;
/// Files that are one table each.
const LONG_TABLES: &[&str] = &[];
/// Names that say nothing.
const EMPTY_NAMES: &[&str] =
    &["mod.rs", "util.rs", "utils.rs", "helper.rs", "helpers.rs", "misc.rs", "common.rs"];

/// Every file with an empty name, or longer than one idea.
pub(crate) fn breaches() -> Result<Vec<String>, String> {
    let mut breaches = Vec::new();
    for path in sources()? {
        let name = path.rsplit('/').next().unwrap_or(&path);
        if EMPTY_NAMES.contains(&name) {
            breaches.push(format!("{path}: the name says nothing about what is in it"));
        }
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let lines = text.lines().count();
        if lines > MAX_LINES && !LONG_TABLES.contains(&path.as_str()) {
            breaches.push(format!("{path}: {lines} lines, at most {MAX_LINES}: split it by idea"));
        }
        if text.contains(concat!("#[", "ignore")) {
            breaches.push(format!("{path}: an ignored test is no test"));
        }
    }
    Ok(breaches)
}

/// The Rust files under the folders of the workspace, in order.
pub(super) fn sources() -> Result<Vec<String>, String> {
    let mut folders: Vec<PathBuf> = ["crates", "tests", "xtask"].map(PathBuf::from).into();
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for entry in entries {
            let path = entry.map_err(|error| format!("{}: {error}", folder.display()))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                sources.push(path.display().to_string());
            }
        }
    }
    sources.sort();
    Ok(sources)
}
