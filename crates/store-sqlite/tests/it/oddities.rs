//! Rows that other programs wrote with values of another type.

use model::{Filter, Timestamp};
use ports::{MemoryStore, Page};
use rusqlite::Connection;
use store_sqlite::SqliteStore;

use crate::samples::{Place, embedded, memory, vector};

/// Three memories, stored at 1000, 2000 and 3000 s; the time of the second is a text beside a readable one, and that of
/// the third is missing.
async fn of_odd_times() -> (Place, SqliteStore) {
    let place = Place::empty();
    let store = place.open().await;
    for text in ["first", "second", "third"] {
        store.insert(memory(text)).await.unwrap();
    }
    place
        .plain()
        .execute_batch(
            "UPDATE memories SET created_at = 1000.0, created_at_iso = '' WHERE content = 'first';
             UPDATE memories SET created_at = 'long ago', created_at_iso = '1970-01-01T00:33:20Z' WHERE content = 'second';
             UPDATE memories SET created_at = NULL, created_at_iso = '1970-01-01T00:50:00Z' WHERE content = 'third';",
        )
        .unwrap();
    (place, store)
}

fn at(seconds: f64) -> Timestamp {
    Timestamp::from_seconds(seconds).unwrap()
}

async fn listed(store: &SqliteStore, filter: Filter) -> Vec<String> {
    let listing = store.list(&filter, Page { offset: 0, limit: 10 }).await.unwrap();
    listing.memories.into_iter().map(|memory| memory.content).collect()
}

#[tokio::test]
async fn a_time_that_is_a_text_does_not_keep_the_counts_from_being_read() {
    let (_place, store) = of_odd_times().await;
    let statistics = store.statistics().await.unwrap();
    assert_eq!(statistics.span, Some((at(1000.0), at(3000.0))));
}

#[tokio::test]
async fn times_that_are_no_numbers_are_compared_and_sorted_by_their_text() {
    let (_place, store) = of_odd_times().await;
    assert_eq!(listed(&store, Filter::default()).await, ["third", "second", "first"]);
    let after = Filter { created_from: Some(at(2500.0)), ..Filter::default() };
    assert_eq!(listed(&store, after).await, ["third"]);
    let before = Filter { created_before: Some(at(2500.0)), ..Filter::default() };
    assert_eq!(listed(&store, before.clone()).await, ["second", "first"]);
    assert_eq!(store.survey(&before, at(4000.0)).await.unwrap().memories, 2);
}

fn make_blobs(connection: &Connection) {
    connection
        .execute_batch(
            "UPDATE memories SET content = CAST(content AS BLOB), tags = CAST('odd,even' AS BLOB),
                store = CAST('cellar' AS BLOB) WHERE content = 'odd'",
        )
        .unwrap();
}

#[tokio::test]
async fn one_blob_among_the_texts_does_not_keep_the_others_from_their_vectors() {
    let place = Place::empty();
    let store = place.open().await;
    for text in ["before", "odd", "after"] {
        store.insert(memory(text)).await.unwrap();
    }
    make_blobs(&place.plain());
    let waiting = store.unembedded(None, 10).await.unwrap();
    let texts: Vec<&str> = waiting.iter().map(|memory| memory.content.as_str()).collect();
    assert_eq!(texts, ["before", "odd", "after"]);
    let new = waiting.into_iter().zip(1..).map(|(memory, seed)| (memory, vector(seed))).collect();
    assert_eq!(store.add_vectors(new).await.unwrap(), 3);
    let statistics = store.statistics().await.unwrap();
    assert_eq!((statistics.tags, statistics.partitions.len()), (3, 2), "odd, even and untagged");
}

#[tokio::test]
async fn a_blob_among_the_texts_is_compared_as_a_text() {
    let place = Place::empty();
    let store = place.open().await;
    store.insert(embedded("odd", 1)).await.unwrap();
    let theirs = place.plain();
    theirs.execute("DELETE FROM service_info WHERE key LIKE 'vectors of %'", []).unwrap();
    make_blobs(&theirs);
    let ports::VectorSpace::Unverified { samples } = store.vector_space().await.unwrap() else { panic!() };
    assert_eq!(samples[0].content, "odd");
    // One of them was put aside before the comparison.
    store.insert(embedded("aside", 2)).await.unwrap();
    theirs.execute("UPDATE memories SET store = CAST('cellar' AS BLOB)", []).unwrap();
    store.settle_vector_space(true).await.unwrap();
    assert_eq!(store.statistics().await.unwrap().embedded, 2);
}
