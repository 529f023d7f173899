//! Whose vectors a database holds, when there is little to tell it by; and vectors replaced under the same number.

use model::Filter;
use ports::{Check, Inserted, MemoryStore, VectorSpace};
use rusqlite::{Connection, params};
use store_sqlite::{Options, SqliteStore};

use crate::samples::{DIMENSION, Place, Random, embedded, memory, model_of, vector};

fn bytes(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// A file of which nobody said whose vectors it holds, and a connection of another program to it.
async fn unsettled() -> (Place, Connection) {
    let place = Place::empty();
    place.open().await.close().await;
    let theirs = place.plain();
    theirs.execute("DELETE FROM service_info WHERE key LIKE 'vectors of %'", []).unwrap();
    (place, theirs)
}

fn put(connection: &Connection, id: i64, text: &str, numbers: &[f32]) {
    connection
        .execute(
            "INSERT INTO memories (id, content_hash, content, tags, metadata, created_at)
                VALUES (?1, 'key ' || ?1, ?2, '', '{}', ?1)",
            params![id, text],
        )
        .unwrap();
    put_vector(connection, id, numbers);
}

fn put_vector(connection: &Connection, id: i64, numbers: &[f32]) {
    connection
        .execute(
            "INSERT INTO memory_embeddings (rowid, content_embedding, store) VALUES (?, ?, 'default')",
            params![id, bytes(numbers)],
        )
        .unwrap();
}

fn some(seed: u64) -> Vec<f32> {
    Random::new(seed).numbers(DIMENSION)
}

async fn sampled(store: &SqliteStore) -> Vec<usize> {
    let VectorSpace::Unverified { samples } = store.vector_space().await.unwrap() else { panic!() };
    samples.iter().map(|sample| sample.content.len()).collect()
}

#[tokio::test]
async fn a_database_of_long_memories_alone_is_compared_by_the_shortest_of_them() {
    let (place, theirs) = unsettled().await;
    for (id, length) in [(1, 900), (2, 301), (3, 5000)] {
        put(&theirs, id, &"x".repeat(length), &some(7));
    }
    assert_eq!(sampled(&place.open().await).await, [301, 900, 5000]);
}

#[tokio::test]
async fn long_memories_are_left_out_when_there_is_a_short_one() {
    let (place, theirs) = unsettled().await;
    for (id, length) in [(1, 301), (2, 300), (3, 20)] {
        put(&theirs, id, &"x".repeat(length), &some(7));
    }
    assert_eq!(sampled(&place.open().await).await, [300, 20]);
}

#[tokio::test]
async fn vectors_with_direction_are_found_behind_many_without() {
    let (place, theirs) = unsettled().await;
    for id in 1..=50 {
        put(&theirs, id, "a text of some length", &[0.0; DIMENSION]);
    }
    put(&theirs, 51, "short", &some(7));
    assert_eq!(sampled(&place.open().await).await, [5]);
}

#[tokio::test]
async fn nothing_that_was_not_compared_stays_when_the_table_becomes_the_models() {
    let (place, theirs) = unsettled().await;
    put(&theirs, 1, "a memory", &[0.0; DIMENSION]);
    put_vector(&theirs, 99, &some(7));
    let store = place.open().await;
    assert_eq!(sampled(&store).await, [0; 0]);
    store.settle_vector_space(true).await.unwrap();
    assert_eq!(store.vector_space().await.unwrap(), VectorSpace::Ours);
    let left: i64 = theirs.query_row("SELECT count(*) FROM memory_embeddings", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
    assert_eq!(store.unembedded(None, 10).await.unwrap().len(), 1);
}

/// The memory nearest to a seed's vector, if it is that vector's.
async fn owner_of(store: &SqliteStore, seed: u64) -> Option<i64> {
    let found = store.search_vectors(&vector(seed), &Filter::default(), 3).await.unwrap();
    found.first().filter(|candidate| candidate.score > 0.99).map(|candidate| candidate.id.0)
}

#[tokio::test]
async fn a_vector_replaced_by_a_repair_is_seen_by_those_that_hold_the_old_one() {
    let place = Place::empty();
    // Each handle holds the vectors for itself, as two processes do.
    let (repairing, holding) = (place.open().await, place.open().await);
    let Inserted::Created { id, .. } = repairing.insert(embedded("text", 1)).await.unwrap() else { panic!() };
    assert_eq!(owner_of(&holding, 1).await, Some(id.0));
    let theirs = place.plain();
    theirs.execute("DELETE FROM memory_embeddings WHERE rowid = ?", [id.0]).unwrap();
    put_vector(&theirs, id.0, &[0.0; DIMENSION]);
    repairing.repair().await.unwrap();
    let waiting = repairing.unembedded(None, 10).await.unwrap();
    assert_eq!(repairing.add_vectors(vec![(waiting[0].clone(), vector(2))]).await.unwrap(), 1);
    assert_eq!((owner_of(&holding, 1).await, owner_of(&holding, 2).await), (None, Some(id.0)));
}

#[tokio::test]
async fn vectors_of_a_model_that_were_dropped_and_made_again_are_seen_by_those_that_hold_the_old_ones() {
    let place = Place::empty();
    let (dropping, holding) = (place.open().await, place.open().await);
    dropping.insert(memory("text")).await.unwrap();
    let small = model_of(8);
    let of = |numbers: [f32; 8]| model::Vector::new(numbers.to_vec()).unwrap();
    let (old, new) =
        (of([1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]), of([0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]));
    for vector in [&old, &new] {
        let options = Options { model: small.clone(), ..place.options() };
        let other = SqliteStore::open(options).await.unwrap();
        let waiting = other.unembedded(None, 10).await.unwrap();
        assert_eq!(other.add_vectors(vec![(waiting[0].clone(), vector.clone())]).await.unwrap(), 1);
        let found = holding.search_space(&small, vector, &Filter::default(), 1).await.unwrap();
        assert!(found[0].score > 0.99, "{found:?}");
        if *vector == old {
            assert_eq!(dropping.drop_vectors(&small).await.unwrap(), 1);
        }
    }
}

/// What is said about the vectors that are not those of the model in use.
async fn told(store: &SqliteStore) -> Vec<String> {
    let findings = store.check(Check::Quick).await.unwrap().findings;
    let about = findings.into_iter().filter(|finding| finding.message.contains("vectors "));
    about.map(|finding| finding.message).collect()
}

#[tokio::test]
async fn of_vectors_that_are_not_the_models_it_is_said_when_they_are_searched() {
    let place = Place::empty();
    let store = place.open().await;
    store.insert(embedded("one", 1)).await.unwrap();
    assert_eq!(told(&store).await, Vec::<String>::new());
    store.close().await;
    let other = Options { model: model_of(8), ..place.options() };
    let store = SqliteStore::open(other).await.unwrap();
    assert_eq!(
        told(&store).await,
        [
            "1 vectors are of the model test-model: kept, and searched only while that model is in use or named as the one before"
        ]
    );
    // They are, when somebody names it.
    let found =
        store.search_space(&crate::samples::model(), &vector(1), &Filter::default(), 5).await.unwrap();
    assert_eq!(found.len(), 1);
}

#[tokio::test]
async fn of_vectors_that_were_not_compared_it_is_said_that_they_will_be() {
    let (place, theirs) = unsettled().await;
    put(&theirs, 1, "a memory of somebody", &some(1));
    let store = place.open().await;
    assert_eq!(
        told(&store).await,
        [
            "1 vectors were not compared with the model in use yet: they are searched when they turn out to be its own"
        ]
    );
}
