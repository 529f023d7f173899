//! `purge`.

use model::{Filter, NewMemory};

use super::StoreUnderTest;
use super::sample::{at, by_words, create, create_at, listed, memory, tags};
use crate::{Check, Inserted, LogState, MemoryStore, NotRestored, Purge, Undelete};

async fn deleted(store: &dyn MemoryStore, text: &str, seconds: f64) {
    create_at(store, 0.0, NewMemory { tags: tags("doomed"), ..memory(text) }).await;
    let deletion = store.delete(&Filter::one(memory(text).hash), at(seconds)).await.unwrap();
    assert_eq!(deletion.hashes.len(), 1);
}

pub async fn what_was_deleted_before_a_time_is_gone_for_good<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create(store, memory("harbour kept")).await;
    deleted(store, "harbour early", 10.0).await;
    deleted(store, "harbour late", 20.0).await;
    let purged = store.purge(Purge::DeletedBefore(at(20.0))).await.unwrap();
    assert_eq!((purged.hashes.as_slice(), purged.live.len()), (&[memory("harbour early").hash][..], 0));
    assert_eq!(purged.log, LogState::Emptied);
    assert_eq!(store.statistics().await.unwrap().tombstones, 1);
    assert_eq!(store.history(&memory("harbour early").hash).await.unwrap(), []);
    let back =
        store.undelete(Undelete::Hashes(vec![memory("harbour early").hash, memory("harbour late").hash]));
    let back = back.await.unwrap();
    assert_eq!(back.not_restored, [(memory("harbour early").hash, NotRestored::Gone)]);
    assert_eq!(back.restored, [memory("harbour late").hash]);
    assert_eq!(by_words(store, "early", &Filter::default()).await, [""; 0]);
    assert_eq!(listed(store, &Filter::default()).await.len(), 2);
    assert!(store.check(Check::Deep).await.unwrap().is_sound());
}

pub async fn live_memories_are_kept_and_told<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create(store, memory("live")).await;
    deleted(store, "gone", 1.0).await;
    deleted(store, "stays deleted", 1.0).await;
    let keys = vec![memory("live").hash, memory("gone").hash, memory("absent").hash];
    let purged = store.purge(Purge::Hashes(keys)).await.unwrap();
    assert_eq!(purged.hashes, [memory("gone").hash]);
    assert_eq!(purged.live, [memory("live").hash]);
    assert_eq!(listed(store, &Filter::default()).await, ["live"]);
    assert_eq!(store.statistics().await.unwrap().tombstones, 1);
}

pub async fn a_purge_of_nothing_changes_nothing<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create(store, memory("live")).await;
    for purge in [Purge::DeletedBefore(at(1e6)), Purge::Hashes(vec![])] {
        let purged = store.purge(purge).await.unwrap();
        assert_eq!((purged.hashes.len(), purged.live.len()), (0, 0));
    }
    assert_eq!(listed(store, &Filter::default()).await, ["live"]);
}

pub async fn a_purged_text_is_new_when_it_is_stored_again<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    deleted(store, "text", 1.0).await;
    store.purge(Purge::DeletedBefore(at(2.0))).await.unwrap();
    let inserted = store.insert(memory("text")).await.unwrap();
    assert!(matches!(inserted, Inserted::Created { restored_from: None, .. }), "{inserted:?}");
    assert_eq!(store.get(&memory("text").hash).await.unwrap().unwrap().tags, ["untagged"]);
}
