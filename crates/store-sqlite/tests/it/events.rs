//! Events of what other programs do to the file.

use model::Filter;
use ports::{EventKind, EventPoint, MemoryStore};
use store_sqlite::SqliteStore;

use crate::samples::{Place, embedded, memory, now};

async fn told(store: &SqliteStore, point: EventPoint) -> Vec<(EventKind, String)> {
    let page = store.events(Some(point), 100).await.unwrap();
    let beginning =
        |event: ports::MemoryEvent| event.memory.map_or_else(String::new, |memory| memory.beginning);
    page.events.into_iter().map(|event| (event.kind, beginning(event))).collect()
}

async fn end(store: &SqliteStore) -> EventPoint {
    store.events(None, 0).await.unwrap().end
}

/// Writes a row as the original does, with a plain connection of its own.
const INSERT: &str =
    "INTO memories (content_hash, content, tags, memory_type, metadata, created_at, updated_at)
    VALUES (?, ?, 'a,b', 'note', '{}', 1.0, 1.0)";

#[tokio::test]
async fn what_another_program_writes_is_told() {
    let place = Place::of("upstream_12.4.db");
    let store = place.open().await;
    let start = end(&store).await;
    let plain = place.plain();
    plain.execute(&format!("INSERT {INSERT}"), ["k1", "first"]).unwrap();
    plain.execute(&format!("INSERT OR REPLACE {INSERT}"), ["k1", "second"]).unwrap();
    let counts =
        "UPDATE memories SET metadata = '{\"access_count\": 2}', last_accessed = 5 WHERE content_hash = 'k1'";
    plain.execute(counts, []).unwrap();
    plain.execute("UPDATE memories SET tags = 'c' WHERE content_hash = 'k1'", []).unwrap();
    assert_eq!(
        told(&store, start).await,
        [(EventKind::Stored, "second".to_owned()), (EventKind::Changed, "second".to_owned())]
    );
    let before = end(&store).await;
    plain.execute("UPDATE memories SET deleted_at = 2.0 WHERE content_hash = 'k1'", []).unwrap();
    plain.execute("DELETE FROM memories WHERE content_hash = 'k1'", []).unwrap();
    let page = store.events(Some(before), 100).await.unwrap();
    let gone: Vec<_> = page.events.iter().map(|event| (event.kind, event.hash.as_str())).collect();
    assert_eq!(gone, [(EventKind::Deleted, "k1")], "it is known although nothing is left of it");
    let before = end(&store).await;
    plain.execute(&format!("INSERT {INSERT}"), ["k2", "gone at once"]).unwrap();
    plain.execute("DELETE FROM memories WHERE content_hash = 'k2'", []).unwrap();
    let page = store.events(Some(before), 100).await.unwrap();
    let gone: Vec<_> = page.events.iter().map(|event| (event.kind, event.hash.as_str())).collect();
    assert_eq!(gone, [(EventKind::Deleted, "k2")]);
}

#[tokio::test]
async fn two_stores_of_a_file_are_told_the_same() {
    let place = Place::empty();
    let (one, other) = (place.open().await, place.open().await);
    let start = end(&one).await;
    one.insert(embedded("from one", 1)).await.unwrap();
    other.insert(memory("from the other")).await.unwrap();
    other.delete(&Filter::one(memory("from one").hash), now()).await.unwrap();
    let expected = [(EventKind::Stored, "from the other".to_owned()), (EventKind::Deleted, String::new())];
    assert_eq!(told(&one, start).await, expected);
    assert_eq!(told(&other, start).await, expected);
}

#[tokio::test]
async fn the_log_keeps_so_many_events_and_says_when_one_is_forgotten() {
    let place = Place::empty();
    let store = place.open().await;
    store.insert(memory("one")).await.unwrap();
    let start = end(&store).await;
    let plain = place.plain();
    let fill = |plain: &rusqlite::Connection, upto: i64| {
        plain
            .execute(
                "WITH RECURSIVE n(i) AS (SELECT (SELECT max(seq) FROM service_events) + 1 UNION ALL
                    SELECT i + 1 FROM n WHERE i < ?1) INSERT INTO service_events (seq, kind, id) SELECT i, 2, 1 FROM n",
                [upto],
            )
            .unwrap();
    };
    fill(&plain, start.0 + 16_383);
    // The trigger of this one makes room for it.
    store.insert(memory("two")).await.unwrap();
    let page = store.events(Some(start), 10).await.unwrap();
    assert!(!page.is_cut && page.has_more, "what comes after the point is all there");
    store.insert(memory("three")).await.unwrap();
    let page = store.events(Some(start), 10).await.unwrap();
    assert!(page.is_cut && page.has_more);
    assert_eq!(page.events.len(), 10);
    let kept: i64 = plain.query_row("SELECT count(*) FROM service_events", [], |row| row.get(0)).unwrap();
    assert_eq!(kept, 16_384);
}

#[tokio::test]
async fn a_probe_fails_when_nothing_can_be_written_and_succeeds_again() {
    let place = Place::empty();
    let store = place.open().await;
    store.probe().await.unwrap();
    let plain = place.plain();
    plain.execute_batch("ALTER TABLE memories RENAME TO elsewhere").unwrap();
    assert!(store.probe().await.is_err());
    plain.execute_batch("ALTER TABLE elsewhere RENAME TO memories").unwrap();
    store.probe().await.unwrap();
    assert_eq!(store.events(None, 0).await.unwrap().end, EventPoint(0), "a probe is no event");
}
