//! `unembedded`, `add_vectors` and whose vectors a store holds.

use model::{ContentHash, EmbeddingState, Filter, NewMemory, Vector};

use super::StoreUnderTest;
use super::sample::{at, by_meaning, create, create_at, memory, partition, too_long, vector};
use crate::{MemoryStore, StoreError, Unembedded, VectorSpace};

async fn waiting(store: &dyn MemoryStore) -> Vec<Unembedded> {
    store.unembedded(None, 100).await.unwrap()
}

async fn waiting_texts(store: &dyn MemoryStore) -> Vec<String> {
    waiting(store).await.into_iter().map(|memory| memory.content).collect()
}

fn each_at(store: &dyn MemoryStore, degrees: f32, waiting: Vec<Unembedded>) -> Vec<(Unembedded, Vector)> {
    waiting.into_iter().map(|memory| (memory, vector(store, degrees))).collect()
}

pub async fn memories_that_wait_come_oldest_first_and_page_by_page<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for n in 0..5 {
        create(store, memory(&format!("waits {n}"))).await;
        create_at(store, 0.0, memory(&format!("does not {n}"))).await;
    }
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let batch = store.unembedded(after, 2).await.unwrap();
        assert!(batch.len() <= 2);
        let Some(last) = batch.last() else { break };
        after = Some(last.id);
        seen.extend(batch.into_iter().map(|memory| memory.content));
    }
    assert_eq!(seen, ["waits 0", "waits 1", "waits 2", "waits 3", "waits 4"]);
    assert_eq!(store.unembedded(None, 0).await.unwrap(), []);
    assert_eq!(store.unembedded(None, usize::MAX).await.unwrap().len(), 5);
}

pub async fn memories_of_every_partition_wait_and_superseded_ones_too<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let (old, new) = (memory("old"), NewMemory { partition: partition("work"), ..memory("new") });
    create(store, old.clone()).await;
    create(store, new.clone()).await;
    bed.supersede(&old.hash, &new.hash).await;
    assert_eq!(waiting_texts(store).await, ["old", "new"]);
}

pub async fn an_added_vector_is_searched_from_then_on<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let new = memory("one");
    create(store, new.clone()).await;
    create(store, memory("two")).await;
    let vectors = each_at(store, 30.0, waiting(store).await);
    assert_eq!(store.add_vectors(vectors).await.unwrap(), 2);
    assert_eq!(waiting(store).await, []);
    assert_eq!(store.get(&new.hash).await.unwrap().unwrap().embedding, EmbeddingState::Done);
    let found = store.search_vectors(&vector(store, 30.0), &Filter::default(), 10).await.unwrap();
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|candidate| candidate.score > 0.999), "{found:?}");
    assert_eq!(store.add_vectors(Vec::new()).await.unwrap(), 0);
}

pub async fn a_vector_that_is_there_is_not_replaced<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create(store, memory("text")).await;
    let waited = waiting(store).await;
    assert_eq!(store.add_vectors(each_at(store, 0.0, waited.clone())).await.unwrap(), 1);
    assert_eq!(store.add_vectors(each_at(store, 180.0, waited)).await.unwrap(), 0);
    let found = store.search_vectors(&vector(store, 0.0), &Filter::default(), 10).await.unwrap();
    assert!(found[0].score > 0.999, "{found:?}");
}

pub async fn a_vector_for_a_memory_that_was_deleted_meanwhile_is_dropped<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let gone = memory("gone");
    create(store, gone.clone()).await;
    create(store, memory("there")).await;
    let vectors = each_at(store, 0.0, waiting(store).await);
    store.delete(&Filter::one(gone.hash.clone()), at(1.0)).await.unwrap();
    assert_eq!(store.add_vectors(vectors).await.unwrap(), 1);
    assert_eq!(by_meaning(store, &Filter::default()).await, ["there"]);
    store.insert(gone).await.unwrap();
    assert_eq!(waiting_texts(store).await, ["gone"], "the dropped vector does not come back");
}

pub async fn a_vector_never_lands_on_a_memory_of_another_key<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create(store, memory("text")).await;
    let mut other = waiting(store).await;
    other[0].hash = ContentHash::stored("another key");
    assert_eq!(store.add_vectors(each_at(store, 0.0, other)).await.unwrap(), 0);
    assert_eq!(waiting_texts(store).await, ["text"]);
    assert_eq!(by_meaning(store, &Filter::default()).await, [""; 0]);
}

pub async fn one_vector_of_another_dimension_and_none_is_written<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create(store, memory("one")).await;
    create(store, memory("two")).await;
    let mut vectors = each_at(store, 0.0, waiting(store).await);
    vectors[1].1 = too_long(store);
    let error = store.add_vectors(vectors).await.unwrap_err();
    assert!(matches!(error, StoreError::Dimension { .. }), "{error:?}");
    assert_eq!(waiting_texts(store).await, ["one", "two"]);
}

pub async fn the_vectors_of_a_new_store_are_its_own<S: StoreUnderTest>() {
    let bed = S::empty().await;
    assert_eq!(bed.store().vector_space().await.unwrap(), VectorSpace::Ours);
    create_at(bed.store(), 0.0, memory("text")).await;
    assert_eq!(bed.store().vector_space().await.unwrap(), VectorSpace::Ours);
}
