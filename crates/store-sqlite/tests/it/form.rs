//! The form of new files: what a file of release 12.4 has, and ours beside it.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

use ports::{MemoryStore, StoreError};
use rusqlite::Connection;
use rusqlite::types::Value;
use store_sqlite::{Options, SqliteStore};

use crate::samples::{Place, embedded, model, with_vec0};

/// The columns of every table that is not ours, as SQLite describes them, sorted by name where their order differs
/// between new and upgraded files.
fn columns(connection: &Connection) -> BTreeMap<String, Vec<Vec<Value>>> {
    let described = "SELECT t.name, c.name, c.type, c.[notnull], c.dflt_value, c.pk FROM sqlite_master AS t
        JOIN pragma_table_info(t.name) AS c WHERE t.type = 'table' AND t.name NOT LIKE 'service_%' ORDER BY 1, 2";
    grouped(connection, described)
}

/// The columns of every index that is not ours.
fn indexes(connection: &Connection) -> BTreeMap<String, Vec<Vec<Value>>> {
    let described = "SELECT t.name, i.name, i.[unique], i.origin, c.seqno, c.name FROM sqlite_master AS t
        JOIN pragma_index_list(t.name) AS i JOIN pragma_index_info(i.name) AS c
        WHERE t.type = 'table' AND t.name NOT LIKE 'service_%' AND i.name NOT LIKE 'service_%'
            ORDER BY 1, 2, 5";
    grouped(connection, described)
}

fn grouped(connection: &Connection, sql: &str) -> BTreeMap<String, Vec<Vec<Value>>> {
    let mut statement = connection.prepare(sql).unwrap();
    let width = statement.column_count();
    let mut rows = statement.query([]).unwrap();
    let mut groups: BTreeMap<String, Vec<Vec<Value>>> = BTreeMap::new();
    while let Some(row) = rows.next().unwrap() {
        let rest = (1..width).map(|column| row.get(column).unwrap()).collect();
        groups.entry(row.get(0).unwrap()).or_default().push(rest);
    }
    groups
}

fn triggers(connection: &Connection) -> Vec<String> {
    let mut statement = connection
        .prepare(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name NOT LIKE 'service_%' ORDER BY 1",
        )
        .unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[tokio::test]
async fn a_new_file_has_the_tables_columns_indexes_and_triggers_of_12_4() {
    let (new, original) = (Place::empty(), Place::of("upstream_12.4.db"));
    new.open().await.close().await;
    let (new, original) = (new.plain(), original.plain());
    assert_eq!(columns(&new), columns(&original));
    assert_eq!(indexes(&new), indexes(&original));
    assert_eq!(triggers(&new), triggers(&original));
    let order = "SELECT name FROM pragma_table_info('memories') ORDER BY cid";
    let in_order = |connection: &Connection| -> Vec<String> {
        let mut statement = connection.prepare(order).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    assert_eq!(in_order(&new), in_order(&original));
    let scripts = "SELECT version, name, filename, checksum FROM migration_registry";
    assert_eq!(
        grouped(&new, &format!("SELECT 'all', s.* FROM ({scripts}) s ORDER BY 2")),
        grouped(&original, &format!("SELECT 'all', s.* FROM ({scripts}) s ORDER BY 2"))
    );
    let keys = "SELECT 'all', key, value FROM metadata WHERE key NOT LIKE 'sync_hlc%' ORDER BY 2";
    assert_eq!(grouped(&new, keys), grouped(&original, keys));
}

#[tokio::test]
async fn an_upgraded_file_has_the_same_columns_and_indexes_in_some_order() {
    with_vec0().await;
    let original = Place::of("upstream_12.4.db");
    let (expected_columns, expected_indexes) = (columns(&original.plain()), indexes(&original.plain()));
    for fixture in ["upstream_8.44.db", "upstream_8.44_migrated_by_10.59.db", "upstream_10.59.db"] {
        let place = Place::of(fixture);
        place.open().await.close().await;
        assert_eq!(columns(&place.plain()), expected_columns, "{fixture}");
        assert_eq!(indexes(&place.plain()), expected_indexes, "{fixture}");
    }
}

#[tokio::test]
async fn a_file_keeps_its_header_numbers_and_is_in_wal_mode() {
    let place = Place::empty();
    place.open().await.close().await;
    let connection = place.plain();
    let pragma =
        |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, Value>(0)).unwrap();
    assert_eq!(pragma("user_version"), Value::Integer(0));
    assert_eq!(pragma("application_id"), Value::Integer(0));
    assert_eq!(pragma("page_size"), Value::Integer(4096));
    assert_eq!(pragma("journal_mode"), Value::Text("wal".to_owned()));
}

#[tokio::test]
async fn opening_again_changes_nothing_and_makes_no_backup() {
    let place = Place::of("upstream_10.59.db");
    place.open().await.close().await;
    let backups = std::fs::read_dir(place.backups()).unwrap().count();
    assert_eq!(backups, 1);
    let before = std::fs::read(place.path()).unwrap();
    place.open().await.close().await;
    assert!(std::fs::read(place.path()).unwrap() == before, "the file was changed");
    assert_eq!(std::fs::read_dir(place.backups()).unwrap().count(), backups);
}

fn mode(path: &std::path::Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn every_file_is_private_whatever_the_umask() {
    let place = Place::empty();
    let deep = place.directory.path().join("a/b/sqlite_vec.db");
    rustix::process::umask(rustix::fs::Mode::empty());
    let store = SqliteStore::open(Options::new(&deep, model())).await.unwrap();
    store.insert(embedded("private", 1)).await.unwrap();
    for directory in ["a", "a/b"] {
        assert_eq!(mode(&place.directory.path().join(directory)), 0o700, "{directory}");
    }
    for suffix in ["", "-wal", "-shm"] {
        let file = format!("{}{suffix}", deep.display());
        assert_eq!(mode(file.as_ref()), 0o600, "{file}");
    }
}

#[tokio::test]
async fn loose_modes_of_an_existing_file_are_tightened() {
    let place = Place::of("upstream_12.4.db");
    std::fs::set_permissions(place.path(), std::fs::Permissions::from_mode(0o664)).unwrap();
    let _store = place.open().await;
    assert_eq!(mode(&place.path()), 0o600);
}

async fn refusal(place: &Place) -> StoreError {
    match SqliteStore::open(place.options()).await {
        Ok(_) => panic!("it was opened"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_directory_is_refused() {
    let place = Place::empty();
    std::fs::create_dir(place.path()).unwrap();
    let error = refusal(&place).await;
    assert!(error.to_string().contains("is a directory"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_as_it_is() {
    let place = Place::empty();
    std::fs::write(place.path(), "Dear diary, this is not a database at all.".repeat(100)).unwrap();
    let before = std::fs::read(place.path()).unwrap();
    assert!(matches!(refusal(&place).await, StoreError::Corrupt { .. }));
    assert_eq!(std::fs::read(place.path()).unwrap(), before);
}

#[tokio::test]
async fn another_programs_database_is_refused_and_left_as_it_is() {
    let place = Place::empty();
    place.plain().execute_batch("CREATE TABLE memories (id INTEGER PRIMARY KEY, note TEXT)").unwrap();
    let before = std::fs::read(place.path()).unwrap();
    let error = refusal(&place).await;
    assert!(error.to_string().contains("not one of memories"), "{error}");
    assert_eq!(std::fs::read(place.path()).unwrap(), before);
}

#[tokio::test]
async fn a_file_of_a_newer_release_is_refused_and_left_as_it_is() {
    let place = Place::empty();
    place.open().await.close().await;
    place.plain().execute("UPDATE service_info SET value = '999' WHERE key = 'schema'", []).unwrap();
    let before = std::fs::read(place.path()).unwrap();
    assert!(matches!(refusal(&place).await, StoreError::TooNew { found: 999, known: 4 }));
    assert!(std::fs::read(place.path()).unwrap() == before, "the file was changed");
}
