//! `statistics`.

use model::{Filter, NewMemory};

use super::StoreUnderTest;
use super::sample::{at, create, create_at, memory, partition, tags, vector};
use crate::{MemoryStore, Statistics};

/// Memories, superseded, tombstones, embedded, pending.
async fn counts(store: &dyn MemoryStore) -> [u64; 5] {
    let Statistics { memories, superseded, tombstones, embedded, pending, .. } =
        store.statistics().await.unwrap();
    [memories, superseded, tombstones, embedded, pending]
}

pub async fn an_empty_store_counts_nothing<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let statistics = bed.store().statistics().await.unwrap();
    assert_eq!(counts(bed.store()).await, [0; 5]);
    assert_eq!((statistics.tags, statistics.span), (0, None));
    assert_eq!(statistics.partitions, []);
    assert!(!statistics.backend.is_empty() && !statistics.format.is_empty());
}

pub async fn every_write_is_counted<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let (one, two, three) = (memory("one"), memory("two"), memory("three"));
    create_at(store, 0.0, one.clone()).await;
    assert_eq!(counts(store).await, [1, 0, 0, 1, 0]);
    create(store, two.clone()).await;
    create_at(store, 0.0, three.clone()).await;
    assert_eq!(counts(store).await, [3, 0, 0, 2, 1]);
    store.insert(two.clone()).await.unwrap();
    assert_eq!(counts(store).await, [3, 0, 0, 2, 1], "a duplicate");

    let waiting = store.unembedded(None, 10).await.unwrap();
    let vectors = waiting.into_iter().map(|memory| (memory, vector(store, 5.0))).collect();
    store.add_vectors(vectors).await.unwrap();
    assert_eq!(counts(store).await, [3, 0, 0, 3, 0], "a vector added");
    bed.supersede(&one.hash, &two.hash).await;
    assert_eq!(counts(store).await, [3, 1, 0, 3, 0], "one superseded");
    store.delete(&Filter::one(three.hash.clone()), at(1.0)).await.unwrap();
    assert_eq!(counts(store).await, [2, 1, 1, 2, 0], "one deleted");
    store.delete(&Filter::one(one.hash), at(1.0)).await.unwrap();
    assert_eq!(counts(store).await, [1, 0, 2, 1, 0], "the superseded one deleted");
    store.insert(three).await.unwrap();
    assert_eq!(counts(store).await, [2, 0, 1, 1, 1], "one stored anew, without a vector");
}

pub async fn partitions_tags_and_the_span_of_time_are_told<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let gone = NewMemory { tags: tags("gone"), partition: partition("empty"), ..memory("gone") };
    for new in [
        NewMemory { tags: tags("red,blue"), created_at: at(5.0), ..memory("one") },
        NewMemory { tags: tags("blue,two words"), created_at: at(-5.0), ..memory("two") },
        NewMemory { tags: tags("red"), partition: partition("work"), created_at: at(9.0), ..memory("three") },
        NewMemory { created_at: at(99.0), ..gone.clone() },
    ] {
        create(store, new).await;
    }
    store.delete(&Filter::one(gone.hash), at(100.0)).await.unwrap();
    let statistics = store.statistics().await.unwrap();
    assert_eq!(statistics.tags, 3);
    assert_eq!(statistics.partitions, [(partition("default"), 2), (partition("work"), 1)]);
    assert_eq!(statistics.span, Some((at(-5.0), at(9.0))));
}
