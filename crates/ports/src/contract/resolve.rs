//! `resolve`.

use model::{ContentHash, Filter, HashPrefix, NewMemory};

use super::StoreUnderTest;
use super::sample::{at, create, keyed, partition};
use crate::MemoryStore;

async fn resolved(store: &dyn MemoryStore, prefix: &str, limit: usize) -> Vec<String> {
    let keys = store.resolve(&HashPrefix::parse(prefix).unwrap(), limit).await.unwrap();
    keys.into_iter().map(|key| key.as_str().to_owned()).collect()
}

pub async fn a_prefix_gives_the_keys_that_begin_with_it_in_order<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for key in ["abcdef9", "abcdef10", "xabcdef", "abcdeg"] {
        create(store, keyed(key)).await;
    }
    create(store, NewMemory { partition: partition("work"), ..keyed("abcdef5") }).await;
    assert_eq!(resolved(store, "abcdef", 10).await, ["abcdef10", "abcdef5", "abcdef9"]);
    assert_eq!(resolved(store, "abcdef1", 10).await, ["abcdef10"]);
    assert_eq!(resolved(store, "absent", 10).await, [""; 0]);
}

pub async fn a_whole_key_gives_itself_alone<S: StoreUnderTest>() {
    let bed = S::empty().await;
    for key in ["abcdef", "abcdef1", "abcdef0"] {
        create(bed.store(), keyed(key)).await;
    }
    assert_eq!(resolved(bed.store(), "abcdef", 10).await, ["abcdef"]);
    assert_eq!(resolved(bed.store(), "abcdef", 1).await, ["abcdef"]);
}

pub async fn no_more_keys_than_the_limit_are_given<S: StoreUnderTest>() {
    let bed = S::empty().await;
    for key in ["abcdef3", "abcdef1", "abcdef2"] {
        create(bed.store(), keyed(key)).await;
    }
    assert_eq!(resolved(bed.store(), "abcdef", 2).await, ["abcdef1", "abcdef2"]);
    assert_eq!(resolved(bed.store(), "abcdef", 0).await, [""; 0]);
    assert_eq!(resolved(bed.store(), "abcdef", usize::MAX).await.len(), 3);
}

pub async fn characters_of_a_pattern_are_data<S: StoreUnderTest>() {
    let bed = S::empty().await;
    for key in ["assoc_1a", "assocX1a", "ASSOC_1A", "as.soc-1:a", "asXsoc-1:a"] {
        create(bed.store(), keyed(key)).await;
    }
    assert_eq!(resolved(bed.store(), "assoc_", 10).await, ["assoc_1a"]);
    assert_eq!(resolved(bed.store(), "as.soc", 10).await, ["as.soc-1:a"]);
}

pub async fn superseded_memories_are_meant_and_deleted_ones_are_not<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for key in ["abcdef1", "abcdef2", "abcdef3"] {
        create(store, keyed(key)).await;
    }
    bed.supersede(&ContentHash::stored("abcdef1"), &ContentHash::stored("abcdef2")).await;
    store.delete(&Filter::one(ContentHash::stored("abcdef3")), at(1.0)).await.unwrap();
    assert_eq!(resolved(store, "abcdef", 10).await, ["abcdef1", "abcdef2"]);
    assert_eq!(resolved(store, "abcdef3", 10).await, [""; 0]);
}
