//! Tables, columns and indexes that are not there; the keys and the registry that go with them.

use model::Timestamp;
use rusqlite::{Connection, Result, params};

use crate::schema::catalogue::{self, Object};
use crate::schema::form::Form;

/// Adds what is not there.
pub(super) fn create(connection: &Connection, form: &Form) -> Result<()> {
    if !form.has("memories") {
        connection.execute_batch(catalogue::MEMORIES)?;
    }
    let is_new = !form.has("memories");
    add_columns(connection, "memories", &catalogue::ADDED_COLUMNS, |column| {
        form.has_column("memories", column) || (is_new && column == "deleted_at")
    })?;
    let ours = [catalogue::INFO, catalogue::VECTORS, catalogue::WORDS_QUEUE]
        .into_iter()
        .chain(catalogue::SIDE_TABLES)
        .chain(catalogue::CODE_TABLES);
    for (name, sql) in catalogue::TABLES.into_iter().chain(ours) {
        if !form.has(name) {
            connection.execute_batch(sql)?;
        }
    }
    if form.has("memory_graph") {
        let has = |column: &str| form.has_column("memory_graph", column);
        add_columns(connection, "memory_graph", &catalogue::ADDED_GRAPH_COLUMNS, has)?;
    }
    if form.has("sync_events") {
        let has = |column: &str| form.has_column("sync_events", column);
        add_columns(connection, "sync_events", &catalogue::ADDED_EVENT_COLUMNS, has)?;
    }
    let ours = [catalogue::EVENT_CLOCK_INDEX, catalogue::LONG_INDEX, catalogue::PARTITION_INDEX]
        .into_iter()
        .chain(catalogue::SIDE_INDEXES);
    for (name, sql) in catalogue::INDEXES.into_iter().chain(ours) {
        if !form.has(name) {
            connection.execute_batch(sql)?;
        }
    }
    Ok(())
}

fn add_columns(
    connection: &Connection,
    table: &str,
    columns: &[Object],
    has: impl Fn(&str) -> bool,
) -> Result<()> {
    for (column, definition) in columns.iter().filter(|(column, _)| !has(column)) {
        connection.execute_batch(&format!("ALTER TABLE {table} ADD COLUMN {column} {definition}"))?;
    }
    Ok(())
}

/// The keys that the original looks for, and the scripts whose effect is there. What is there already stays.
pub(super) fn fill(connection: &Connection, now: Timestamp) -> Result<()> {
    let newest = catalogue::SCRIPTS[catalogue::SCRIPTS.len() - 1].0.to_string();
    for (key, value) in
        [("distance_metric", "cosine"), ("fts5_enabled", "true"), ("schema_version", newest.as_str())]
    {
        connection.execute("INSERT OR IGNORE INTO metadata (key, value) VALUES (?, ?)", [key, value])?;
    }
    // Older vector tables are rebuilt, so this holds now whatever was written here.
    connection.execute("UPDATE metadata SET value = 'cosine' WHERE key = 'distance_metric'", [])?;
    let applied_at = now.to_string().replace('Z', "+00:00");
    for (version, name, checksum) in catalogue::SCRIPTS {
        let filename = format!("{version:03}_{name}.sql");
        connection.execute(
            "INSERT OR IGNORE INTO migration_registry (version, name, filename, applied_at, checksum)
                VALUES (?, ?, ?, ?, ?)",
            params![version, name, filename, applied_at, checksum],
        )?;
    }
    Ok(())
}
