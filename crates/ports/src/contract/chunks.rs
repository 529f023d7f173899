//! Vectors of chunks: `insert`, `unchunked`, `add_chunks`, `search_vectors`.

use model::{ContentHash, Filter, NewMemory, Vector};

use super::StoreUnderTest;
use super::sample::{at, by_meaning, create, create_at, memory, too_long, vector};
use crate::{Inserted, MemoryStore, StoreError, Undelete, Unembedded};

/// A text that is long enough for chunks.
fn long(text: &str) -> NewMemory {
    memory(&format!("{text} {}", "and so on ".repeat(model::MAX_CHUNK_BYTES / 10)))
}

fn turned(store: &dyn MemoryStore, angles: &[f32]) -> Vec<Vector> {
    angles.iter().map(|degrees| vector(store, *degrees)).collect()
}

/// The first words of what is found at 0 degrees, with its cosine.
async fn found(store: &dyn MemoryStore) -> Vec<(String, f64)> {
    let found = store.search_vectors(&vector(store, 0.0), &Filter::default(), 10).await.unwrap();
    let ids: Vec<_> = found.iter().map(|candidate| candidate.id).collect();
    let memories = store.get_many(&ids).await.unwrap();
    let first = |text: &str| text.split(' ').next().unwrap_or_default().to_owned();
    memories.iter().map(|memory| first(&memory.content)).zip(found.iter().map(|found| found.score)).collect()
}

fn assert_found(found: &[(String, f64)], expected: &[(&str, f64)]) {
    let names = |of: &[(&str, f64)]| of.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!(found.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>(), names(expected));
    for ((name, cosine), (_, degrees)) in found.iter().zip(expected) {
        assert!((cosine - degrees.to_radians().cos()).abs() < 1e-3, "{name}: {cosine}");
    }
}

async fn waiting(store: &dyn MemoryStore) -> Vec<Unembedded> {
    store.unchunked(None, 100).await.unwrap()
}

pub async fn a_memory_is_as_near_as_the_nearest_of_its_vectors<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create_at(store, 20.0, memory("short")).await;
    let chunks = turned(store, &[150.0, 10.0, 70.0]);
    create_at(store, 80.0, NewMemory { chunks, ..long("chunked") }).await;
    create_at(store, 5.0, NewMemory { chunks: turned(store, &[90.0]), ..long("whole") }).await;
    assert_found(&found(store).await, &[("whole", 5.0), ("chunked", 10.0), ("short", 20.0)]);
}

pub async fn long_memories_without_chunks_wait_for_them_oldest_first<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create_at(store, 0.0, memory(&"x".repeat(model::MAX_CHUNK_BYTES))).await;
    create(store, long("pending")).await;
    create_at(store, 0.0, NewMemory { chunks: turned(store, &[1.0]), ..long("done") }).await;
    let longest = memory(&"y".repeat(model::MAX_CHUNK_BYTES + 1));
    create_at(store, 0.0, longest.clone()).await;
    create_at(store, 0.0, long("second")).await;
    let second = long("second").hash;
    let waits: Vec<ContentHash> = waiting(store).await.into_iter().map(|memory| memory.hash).collect();
    assert_eq!(waits, [longest.hash, second.clone()]);
    let first = store.unchunked(None, 1).await.unwrap();
    let rest = store.unchunked(Some(first[0].id), 10).await.unwrap();
    assert_eq!(rest.into_iter().map(|memory| memory.hash).collect::<Vec<_>>(), [second]);
}

pub async fn added_chunks_are_searched_from_then_on<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create_at(store, 80.0, long("first")).await;
    create_at(store, 60.0, long("second")).await;
    assert_found(&found(store).await, &[("second", 60.0), ("first", 80.0)]);
    let mut waits = waiting(store).await;
    let first = waits.remove(0);
    let chunks = turned(store, &[120.0, 30.0]);
    assert_eq!(store.add_chunks(vec![(first.clone(), chunks)]).await.unwrap(), 1);
    assert_found(&found(store).await, &[("first", 30.0), ("second", 60.0)]);
    assert_eq!(waiting(store).await, waits);
    assert_eq!(store.add_chunks(vec![(first, turned(store, &[0.0]))]).await.unwrap(), 0, "it has some");
    assert_eq!(store.add_chunks(vec![(waits.remove(0), Vec::new())]).await.unwrap(), 0);
    assert_found(&found(store).await, &[("first", 30.0), ("second", 60.0)]);
}

pub async fn chunks_never_land_on_a_memory_that_is_gone_or_another<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for name in ["gone", "other"] {
        create_at(store, 80.0, long(name)).await;
    }
    let mut waits = waiting(store).await;
    waits[1].hash = ContentHash::stored("another key");
    store.delete(&Filter::one(long("gone").hash), at(1.0)).await.unwrap();
    let chunks = waits.into_iter().map(|memory| (memory, turned(store, &[0.0]))).collect();
    assert_eq!(store.add_chunks(chunks).await.unwrap(), 0);
    assert_found(&found(store).await, &[("other", 80.0)]);
}

pub async fn a_chunk_of_another_dimension_is_refused_and_nothing_is_written<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let new = NewMemory { chunks: vec![too_long(store)], vector: Some(vector(store, 0.0)), ..long("new") };
    assert!(matches!(store.insert(new).await.unwrap_err(), StoreError::Dimension { .. }));
    create_at(store, 80.0, long("text")).await;
    let waits = waiting(store).await;
    let chunks = vec![(waits[0].clone(), vec![vector(store, 0.0), too_long(store)])];
    assert!(matches!(store.add_chunks(chunks).await.unwrap_err(), StoreError::Dimension { .. }));
    assert_found(&found(store).await, &[("text", 80.0)]);
}

pub async fn a_deletion_takes_the_chunks_and_brings_them_back<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create_at(store, 80.0, NewMemory { chunks: turned(store, &[10.0]), ..long("text") }).await;
    let deletion = store.delete(&Filter::one(long("text").hash), at(1.0)).await.unwrap();
    assert_eq!(by_meaning(store, &Filter::default()).await, [""; 0]);
    store.undelete(Undelete::Deletion(deletion.id.unwrap())).await.unwrap();
    assert_found(&found(store).await, &[("text", 10.0)]);
    store.delete(&Filter::one(long("text").hash), at(2.0)).await.unwrap();
    let anew = NewMemory { vector: Some(vector(store, 80.0)), ..long("text") };
    assert!(matches!(store.insert(anew).await.unwrap(), Inserted::Created { .. }));
    assert_found(&found(store).await, &[("text", 80.0)]);
}

pub async fn near_pairs_are_of_whole_memories<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create_at(store, 0.0, memory("short")).await;
    create_at(store, 80.0, NewMemory { chunks: turned(store, &[0.0, 0.1]), ..long("text") }).await;
    assert_eq!(store.near_pairs(0.9, &Filter::default(), 10, &|_, _| {}).await.unwrap(), []);
}
