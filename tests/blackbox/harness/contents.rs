//! What is stored, without the times at which it was written: two databases to which the same was done are equal.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::types::Value;

use super::Database;

/// What is stored, by key: every column of a memory that says something about it.
pub(crate) type Contents = BTreeMap<String, BTreeMap<String, String>>;

/// Columns that hold a time of writing, or numbers of the file.
const PASSING: [&str; 7] = [
    "id",
    "created_at",
    "created_at_iso",
    "updated_at",
    "updated_at_iso",
    "last_accessed",
    "embedding_pending",
];

/// What a database holds, deleted memories too.
pub(crate) fn contents(path: &Path) -> Contents {
    let mut contents = Contents::new();
    for mut row in Database::open(path).rows("memories", "content_hash") {
        let Some(Value::Text(key)) = row.get("content_hash").cloned() else { panic!("{row:?}") };
        let is_deleted = row.remove("deleted_at").is_some_and(|value| value != Value::Null);
        row.retain(|column, _| !PASSING.contains(&column.as_str()));
        let mut told: BTreeMap<String, String> =
            row.into_iter().map(|(column, value)| (column, format!("{value:?}"))).collect();
        told.insert("deleted".to_owned(), is_deleted.to_string());
        contents.insert(key, told);
    }
    contents
}

/// The files of a directory and below that have a text in them, as bytes.
pub(crate) fn files_with(directory: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
        } else if std::fs::read(&path).unwrap().windows(text.len()).any(|bytes| bytes == text.as_bytes()) {
            found.push(path.display().to_string());
        }
    }
    found
}
