//! An upgrade that is interrupted changes nothing.

use std::path::Path;

use rusqlite::types::Value;

use super::*;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures");

fn model() -> ModelIdentity {
    ModelIdentity { name: "test".to_owned(), revision: "1".to_owned(), dimension: 384 }
}

/// Runs the steps in a transaction that SQLite interrupts after this many of its own instructions, in steps of a
/// hundred. Says whether they came to their end.
fn upgraded_within(connection: &mut Connection, hundreds: u32) -> bool {
    let mut left = hundreds;
    let interrupt = move || {
        left = left.saturating_sub(1);
        left == 0
    };
    connection.progress_handler(100, Some(interrupt)).unwrap();
    let result = (|| -> Result<()> {
        let transaction =
            Transaction::new_unchecked(connection, TransactionBehavior::Immediate).doing("beginning")?;
        let form = Form::detect(&transaction)?;
        steps::run(&transaction, &form, &model(), Timestamp::from_microseconds(0))?;
        transaction.commit().doing("committing")
    })();
    connection.progress_handler(100, None::<fn() -> bool>).unwrap();
    result.is_ok()
}

/// Everything that a database holds, but for the inner tables of its virtual ones.
fn contents(connection: &Connection) -> Vec<(String, Vec<Vec<Value>>)> {
    let mut tables = vec!["sqlite_master".to_owned()];
    let mut statement = connection
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY 1")
        .unwrap();
    tables.extend(statement.query_map([], |row| row.get(0)).unwrap().map(rusqlite::Result::unwrap));
    tables.into_iter().map(|table| (table.clone(), rows(connection, &table))).collect()
}

fn rows(connection: &Connection, table: &str) -> Vec<Vec<Value>> {
    let mut statement = connection.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
    let width = statement.column_count();
    let mut rows = statement.query([]).unwrap();
    let mut all = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        all.push((0..width).map(|column| row.get(column).unwrap()).collect());
    }
    all
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a copy that nobody has open")]
fn an_upgrade_interrupted_anywhere_leaves_the_file_as_it_was() {
    for fixture in ["upstream_8.44.db", "upstream_10.59.db"] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("m.db");
        std::fs::write(&path, std::fs::read(Path::new(FIXTURES).join(fixture)).unwrap()).unwrap();
        crate::vec0::register().unwrap();
        let mut connection = connection::open_plain(&path).unwrap();
        let before = contents(&connection);
        let mut interrupted = 0;
        while !upgraded_within(&mut connection, interrupted + 1) {
            assert!(
                contents(&connection) == before,
                "{fixture}: changed after {interrupted} hundred instructions"
            );
            interrupted += 1;
        }
        assert!(interrupted > 20, "{fixture}: interrupted {interrupted} times only");
        assert!(!Form::detect(&connection).unwrap().needs_upgrade());
        assert_ne!(contents(&connection), before);
    }
}
