//! A look into a database file, through SQLite and with nothing of the product.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::types::Value;

use super::shadow;

/// An open database file.
pub(crate) struct Database {
    connection: Connection,
}

/// The rows of a table, in order, as column and value.
pub(crate) type Rows = Vec<BTreeMap<String, Value>>;

impl Database {
    /// Opens a file that must exist.
    pub(crate) fn open(path: &Path) -> Self {
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE | rusqlite::OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        connection.busy_timeout(Duration::from_secs(20)).unwrap();
        Self { connection }
    }

    /// The connection, for SQL of a test's own.
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// A number that a query gives.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        self.connection.query_row(sql, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Texts that a query gives.
    pub(crate) fn texts(&self, sql: &str) -> Vec<String> {
        let mut statement = self.connection.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }

    /// Whether a table is there.
    pub(crate) fn has_table(&self, name: &str) -> bool {
        self.texts("SELECT name FROM sqlite_master").iter().any(|known| known == name)
    }

    /// The names of a table's columns.
    pub(crate) fn columns(&self, table: &str) -> BTreeSet<String> {
        self.texts(&format!("SELECT name FROM pragma_table_info('{table}')")).into_iter().collect()
    }

    /// The condition that a row of `memories` is live, in this form of the database.
    pub(crate) fn is_live(&self) -> &'static str {
        if self.columns("memories").contains("deleted_at") { "deleted_at IS NULL" } else { "TRUE" }
    }

    /// The keys of the live memories.
    pub(crate) fn live_hashes(&self) -> BTreeSet<String> {
        let sql = format!("SELECT content_hash FROM memories WHERE {}", self.is_live());
        self.texts(&sql).into_iter().collect()
    }

    /// The vectors of the original's table, by row number.
    pub(crate) fn vectors(&self) -> BTreeMap<i64, Vec<f32>> {
        shadow::vectors(&self.connection)
    }

    /// The vectors that lie beside those of another model, by row number.
    pub(crate) fn own_vectors(&self) -> BTreeMap<i64, Vec<f32>> {
        if !self.has_table("service_vectors") {
            return BTreeMap::new();
        }
        let mut statement = self.connection.prepare("SELECT id, vector FROM service_vectors").unwrap();
        let rows =
            statement.query_map([], |row| Ok((row.get(0)?, shadow::floats(&row.get::<_, Vec<u8>>(1)?))));
        rows.unwrap().map(Result::unwrap).collect()
    }

    /// The rows of a table in the order of a column.
    pub(crate) fn rows(&self, table: &str, order: &str) -> Rows {
        let sql = format!("SELECT * FROM {table} ORDER BY {order}");
        let mut statement = self.connection.prepare(&sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let rows = statement.query_map([], |row| {
            names.iter().enumerate().map(|(at, name)| Ok((name.clone(), row.get(at)?))).collect()
        });
        rows.unwrap().map(Result::unwrap).collect()
    }
}
