//! Damage is told, repaired where it can be, and never answered by deleting.

use std::os::unix::fs::PermissionsExt;

use model::Filter;
use ports::{Check, MemoryStore, Severity, StoreError, WordQuery};
use store_sqlite::SqliteStore;

use crate::samples::{Place, embedded, memory, with_vec0};

/// Overwrites a page of an object of a database that nobody has open.
async fn break_page(place: &Place, object: &str) {
    with_vec0().await;
    let connection = place.plain();
    let page: usize = connection
        .query_row("SELECT rootpage FROM sqlite_master WHERE name = ?", [object], |row| row.get(0))
        .unwrap();
    connection.close().unwrap();
    let mut bytes = std::fs::read(place.path()).unwrap();
    bytes[(page - 1) * 4096..page * 4096].fill(0xA5);
    std::fs::write(place.path(), bytes).unwrap();
}

#[tokio::test]
async fn a_damaged_old_file_is_neither_upgraded_nor_touched() {
    let place = Place::of("upstream_10.59.db");
    break_page(&place, "idx_created_at").await;
    let before = std::fs::read(place.path()).unwrap();
    let error = SqliteStore::open(place.options()).await.err().unwrap();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
    assert!(std::fs::read(place.path()).unwrap() == before, "the file was changed");
    assert_eq!(std::fs::read_dir(place.backups()).unwrap().count(), 0, "no copy of a damaged file is left");
}

#[tokio::test]
async fn damaged_pages_are_told_by_both_checks() {
    let place = Place::of("upstream_12.4.db");
    place.open().await.close().await;
    break_page(&place, "idx_beliefs_status").await;
    let store = place.open().await;
    for check in [Check::Quick, Check::Deep] {
        let report = store.check(check).await.unwrap();
        assert!(report.findings.iter().any(|finding| finding.severity == Severity::Damage), "{report:?}");
    }
}

#[tokio::test]
async fn a_damaged_table_is_an_error_and_not_an_empty_answer() {
    let place = Place::of("upstream_12.4.db");
    place.open().await.close().await;
    break_page(&place, "memories").await;
    let store = place.open().await;
    let error = store.statistics().await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
    let error = store.insert(memory("new")).await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
}

#[tokio::test]
async fn words_that_are_not_the_memories_are_told_and_built_again() {
    let place = Place::empty();
    let store = place.open().await;
    store.insert(embedded("The heron stands in the reeds", 1)).await.unwrap();
    place
        .plain()
        .execute_batch(
            "DELETE FROM service_words WHERE rowid = 1;
             INSERT INTO service_words(rowid, terms_2) VALUES (1, 'something else');",
        )
        .unwrap();
    let report = store.check(Check::Deep).await.unwrap();
    let told = "service_words does not hold the words of the memories";
    assert!(
        report.findings.iter().any(|f| f.message == told && f.severity == Severity::Repairable),
        "{report:?}"
    );
    let repaired = store.repair().await.unwrap();
    assert_eq!(repaired.len(), 1, "{repaired:?}");
    assert!(store.check(Check::Deep).await.unwrap().is_sound());
    let query = WordQuery("heron".to_owned());
    assert_eq!(store.search_words(&query, &Filter::default(), 5).await.unwrap().len(), 1);
    assert!(store.repair().await.unwrap().is_empty(), "nothing is left to repair");
}

#[tokio::test]
async fn a_file_that_is_refused_keeps_its_mode() {
    let foreign = Place::empty();
    foreign.plain().execute_batch("CREATE TABLE bookmarks (id INTEGER PRIMARY KEY)").unwrap();
    let newer = Place::empty();
    newer.open().await.close().await;
    let raise = "UPDATE service_info SET value = '999' WHERE key = 'schema'";
    assert_eq!(newer.plain().execute(raise, []).unwrap(), 1);
    for (place, is_too_new) in [(foreign, false), (newer, true)] {
        std::fs::set_permissions(place.path(), std::fs::Permissions::from_mode(0o644)).unwrap();
        let error = SqliteStore::open(place.options()).await.err().unwrap();
        assert_eq!(matches!(error, StoreError::TooNew { .. }), is_too_new, "{error:?}");
        let mode = std::fs::metadata(place.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o644, "{error}");
    }
}

#[tokio::test]
async fn a_file_of_ours_is_private_once_it_is_open() {
    let place = Place::of("upstream_12.4.db");
    std::fs::set_permissions(place.path(), std::fs::Permissions::from_mode(0o644)).unwrap();
    let _store = place.open().await;
    let mode = std::fs::metadata(place.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn modes_that_let_others_in_are_told_and_tightened() {
    let place = Place::empty();
    let store = place.open().await;
    let loosen = |path: &std::path::Path| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
    };
    loosen(&place.path());
    let report = store.check(Check::Quick).await.unwrap();
    let told: Vec<_> = report.findings.iter().filter(|finding| finding.subject == "modes").collect();
    assert!(told.len() == 1 && told[0].message.contains("has mode 644"), "{report:?}");
    store.repair().await.unwrap();
    assert!(store.check(Check::Quick).await.unwrap().is_sound());
}
