//! Whether the parts of a database agree: pages, rows, words, vectors.

use std::collections::BTreeSet;
use std::path::Path;

use super::Database;

/// What is wrong with a database; nothing, when it is sound.
///
/// Every live memory must have a vector: no test that uses this leaves one waiting.
pub(crate) fn faults(database: &Database) -> Vec<String> {
    let mut faults = pages(database);
    if faults.is_empty() {
        faults.extend(words(database));
        faults.extend(rows(database));
    }
    faults
}

/// Panics with everything that is wrong with the database at a path.
pub(crate) fn assert_sound(path: &Path) {
    let faults = faults(&Database::open(path));
    assert!(faults.is_empty(), "{}: {faults:#?}", path.display());
}

/// SQLite's own check of every page and index.
pub(crate) fn pages(database: &Database) -> Vec<String> {
    let mut statement = match database.connection().prepare("PRAGMA integrity_check") {
        Ok(statement) => statement,
        Err(error) => return vec![error.to_string()],
    };
    let lines = statement.query_map([], |row| row.get::<_, String>(0)).and_then(Iterator::collect);
    match lines {
        Ok(lines) => Vec::into_iter(lines).filter(|line| line != "ok").collect(),
        Err(error) => vec![error.to_string()],
    }
}

/// FTS5's own check of every word index against its table.
pub(crate) fn words(database: &Database) -> Vec<String> {
    let indexes = database.texts("SELECT name FROM sqlite_master WHERE sql LIKE '%USING fts5%'");
    let check = |index: &String| {
        let sql = format!("INSERT INTO {index}({index}, rank) VALUES ('integrity-check', 1)");
        let error = database.connection().execute(&sql, []).err()?;
        Some(format!("word index {index}: {error}"))
    };
    indexes.iter().filter_map(check).collect()
}

/// Rows against vectors: each live memory has one, each vector a live memory, none is without direction, no key is twice.
///
/// Vectors lie in the original's table. When that holds those of another model, ours lie beside it in `service_vectors`.
fn rows(database: &Database) -> Vec<String> {
    let mut faults = Vec::new();
    let live: BTreeSet<i64> = {
        let sql = format!("SELECT CAST(id AS TEXT) FROM memories WHERE {}", database.is_live());
        database.texts(&sql).iter().map(|id| id.parse().unwrap()).collect()
    };
    let vectors = database.vectors();
    let ours = database.own_vectors();
    let embedded: BTreeSet<i64> = vectors.keys().chain(ours.keys()).copied().collect();
    for id in live.difference(&embedded) {
        faults.push(format!("memory {id} has no vector"));
    }
    for id in embedded.difference(&live) {
        faults.push(format!("vector {id} has no memory"));
    }
    for (id, vector) in vectors.iter().chain(&ours) {
        let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
        if !length.is_finite() || length < 0.5 {
            faults.push(format!("vector {id} has the length {length}"));
        }
    }
    let twice = database.number("SELECT COUNT(*) - COUNT(DISTINCT content_hash) FROM memories");
    if twice != 0 {
        faults.push(format!("{twice} keys stand twice"));
    }
    faults
}
