//! Our own facts about a file, in `service_info`.

use rusqlite::{Connection, OptionalExtension};

use crate::error::{Result, While};

/// Reads a fact.
pub(crate) fn get(connection: &Connection, key: &str) -> Result<Option<String>> {
    connection
        .prepare_cached("SELECT value FROM service_info WHERE key = ?")
        .and_then(|mut statement| statement.query_row([key], |row| row.get(0)).optional())
        .doing("reading a fact about the database")
}

/// Forgets a fact.
pub(crate) fn remove(connection: &Connection, key: &str) -> Result<()> {
    connection
        .execute("DELETE FROM service_info WHERE key = ?", [key])
        .map(|_| ())
        .doing("forgetting a fact about the database")
}

/// Writes a fact.
pub(crate) fn set(connection: &Connection, key: &str, value: &str) -> Result<()> {
    connection
        .execute("INSERT OR REPLACE INTO service_info (key, value) VALUES (?, ?)", [key, value])
        .map(|_| ())
        .doing("writing a fact about the database")
}
