//! `keys`.

use model::{ContentHash, Filter, NewMemory};

use super::StoreUnderTest;
use super::sample::{at, create, memory, partition, tags};
use crate::{MemoryStore, Tombstones};

async fn keys(store: &dyn MemoryStore, tombstones: Tombstones) -> Vec<ContentHash> {
    let keys = store.keys(None, tombstones, 100).await.unwrap();
    keys.into_iter().map(|(_, hash)| hash).collect()
}

pub async fn keys_come_in_order_page_by_page<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let mut expected = Vec::new();
    for text in ["one", "two", "three", "four", "five"] {
        let new = NewMemory { partition: partition(text), ..memory(text) };
        expected.push(new.hash.clone());
        create(store, new).await;
    }
    bed.supersede(&expected[0], &expected[1]).await;
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = store.keys(after, Tombstones::LeftOut, 2).await.unwrap();
        assert!(page.len() <= 2);
        let Some((last, _)) = page.last() else { break };
        after = Some(*last);
        seen.extend(page.into_iter().map(|(_, hash)| hash));
    }
    assert_eq!(seen, expected);
    assert_eq!(store.keys(None, Tombstones::Included, 0).await.unwrap(), []);
    assert_eq!(keys(store, Tombstones::Included).await, expected);
}

pub async fn deleted_memories_are_among_them_when_they_are_asked_for<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let (kept, deleted) = (memory("kept"), NewMemory { tags: tags("red"), ..memory("deleted") });
    let hashes = [deleted.hash.clone(), kept.hash.clone()];
    create(store, deleted).await;
    create(store, kept).await;
    store.delete(&Filter { tags: tags("red"), ..Filter::default() }, at(1.0)).await.unwrap();
    assert_eq!(keys(store, Tombstones::LeftOut).await, hashes[1..]);
    assert_eq!(keys(store, Tombstones::Included).await, hashes);
}
