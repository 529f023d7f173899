//! `undelete`.

use model::{ContentHash, Filter, Memory, NewMemory, Origin, OriginKind, PartitionScope};

use super::StoreUnderTest;
use super::sample::{
    at, by_meaning, by_words, create, create_at, kind, listed, memory, partition, tags, vector,
};
use crate::{Deletion, DeletionId, MemoryStore, NotRestored, Undelete, Undeleted};

async fn deleted(store: &dyn MemoryStore, text: &str, seconds: f64) -> Deletion {
    store.delete(&Filter::one(memory(text).hash), at(seconds)).await.unwrap()
}

async fn undone(store: &dyn MemoryStore, deletion: &Deletion) -> Undeleted {
    store.undelete(Undelete::Deletion(deletion.id.unwrap())).await.unwrap()
}

async fn read(store: &dyn MemoryStore, hash: &ContentHash) -> Memory {
    store.get(hash).await.unwrap().unwrap()
}

fn entity(name: &str) -> Filter {
    Filter { entity: Some(name.to_owned()), ..Filter::default() }
}

pub async fn a_deletion_that_is_undone_leaves_everything_as_it_was<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let new = NewMemory {
        tags: tags("red,two words"),
        memory_type: kind("note"),
        occurred_at: Some(at(-9.0)),
        origin: Some(Origin::of(OriginKind::User)),
        ..memory("harbour one")
    };
    let id = create_at(store, 0.0, new.clone()).await;
    create_at(store, 1.0, memory("harbour two")).await;
    bed.link_entity(&new.hash, "alice").await;
    store.record_access(&[id], at(5.0)).await.unwrap();
    let before = read(store, &new.hash).await;
    let deletion = deleted(store, "harbour one", 10.0).await;
    assert_eq!(deletion.hashes, std::slice::from_ref(&new.hash));
    assert_eq!(listed(store, &entity("alice")).await, [""; 0]);
    let undone = undone(store, &deletion).await;
    assert_eq!(undone, Undeleted { restored: vec![new.hash.clone()], not_restored: vec![] });
    let after = read(store, &new.hash).await;
    assert_eq!(after, Memory { embedding: after.embedding, ..before });
    assert_eq!(by_words(store, "harbour", &entity("alice")).await, ["harbour one"]);
    assert_eq!(store.usage(&[id]).await.unwrap()[0].count, 1);
    let statistics = store.statistics().await.unwrap();
    assert_eq!((statistics.memories, statistics.tombstones), (2, 0));
    // Its vector is there again, or it waits for one.
    for memory in store.unembedded(None, 10).await.unwrap() {
        store.add_vectors(vec![(memory, vector(store, 0.0))]).await.unwrap();
    }
    assert_eq!(by_meaning(store, &Filter::default()).await, ["harbour one", "harbour two"]);
}

pub async fn a_deletion_brings_back_its_own_memories_alone<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for text in ["a", "b"] {
        create(store, NewMemory { tags: tags("red"), ..memory(text) }).await;
    }
    create(store, NewMemory { partition: partition("work"), ..memory("c") }).await;
    let red = Filter { tags: tags("red"), ..Filter::default() };
    let first = store.delete(&red, at(1.0)).await.unwrap();
    let second = deleted(store, "c", 2.0).await;
    assert_ne!(first.id, second.id);
    assert_eq!(undone(store, &first).await.restored, [memory("a").hash, memory("b").hash]);
    let all = Filter { partitions: PartitionScope::All, ..Filter::default() };
    assert_eq!(listed(store, &all).await.len(), 2);
    assert_eq!(undone(store, &second).await.restored, [memory("c").hash]);
    assert_eq!(read(store, &memory("c").hash).await.partition, partition("work"));
}

pub async fn a_deletion_of_nothing_has_no_number<S: StoreUnderTest>() {
    let bed = S::empty().await;
    assert_eq!(deleted(bed.store(), "never there", 1.0).await, Deletion::default());
    let unknown = Undelete::Deletion(DeletionId(4711));
    assert_eq!(bed.store().undelete(unknown).await.unwrap(), Undeleted::default());
}

pub async fn memories_can_be_brought_back_by_their_keys<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for text in ["a", "b", "c"] {
        create(store, memory(text)).await;
    }
    let deletion =
        store.delete(&Filter { created_from: Some(at(0.0)), ..Filter::default() }, at(1.0)).await.unwrap();
    let keys = vec![memory("c").hash, memory("absent").hash, memory("a").hash];
    let back = store.undelete(Undelete::Hashes(keys.clone())).await.unwrap();
    assert_eq!(back.restored, [memory("c").hash, memory("a").hash]);
    assert_eq!(back.not_restored, [(memory("absent").hash, NotRestored::Gone)]);
    let again = store.undelete(Undelete::Hashes(keys)).await.unwrap();
    assert_eq!(again.restored, []);
    assert_eq!(again.not_restored[0], (memory("c").hash, NotRestored::Live));
    assert_eq!(undone(store, &deletion).await.restored, [memory("b").hash], "the rest of it");
    assert_eq!(undone(store, &deletion).await, Undeleted::default());
    assert_eq!(store.undelete(Undelete::Hashes(vec![])).await.unwrap(), Undeleted::default());
}

pub async fn what_was_stored_anew_is_told_and_not_overwritten<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create(store, NewMemory { tags: tags("old"), ..memory("text") }).await;
    create(store, memory("other")).await;
    let both = Filter { hashes: Some(vec![memory("text").hash, memory("other").hash]), ..Filter::default() };
    let first = store.delete(&both, at(1.0)).await.unwrap();
    store.insert(NewMemory { tags: tags("new"), ..memory("text") }).await.unwrap();
    let back = undone(store, &first).await;
    assert_eq!(back.restored, [memory("other").hash]);
    assert_eq!(back.not_restored, [(memory("text").hash, NotRestored::Live)]);
    assert_eq!(read(store, &memory("text").hash).await.tags, ["new"]);
    // Deleted again, it is another memory: only the second deletion brings it back.
    let second = deleted(store, "text", 2.0).await;
    let back = undone(store, &first).await;
    assert_eq!((back.restored.as_slice(), back.not_restored[0].1), (&[][..], NotRestored::Gone));
    assert_eq!(undone(store, &second).await.restored, [memory("text").hash]);
    assert_eq!(read(store, &memory("text").hash).await.tags, ["new"]);
}

pub async fn a_memory_deleted_again_belongs_to_the_later_deletion<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create(store, memory("text")).await;
    let first = deleted(store, "text", 1.0).await;
    store.undelete(Undelete::Hashes(vec![memory("text").hash])).await.unwrap();
    let second = deleted(store, "text", 2.0).await;
    assert_eq!(undone(store, &first).await.restored, []);
    assert_eq!(undone(store, &second).await.restored, [memory("text").hash]);
}

pub async fn a_chain_of_versions_is_whole_again<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create(store, memory("first")).await;
    store.supersede(&memory("first").hash, memory("second"), None).await.unwrap();
    let before = store.history(&memory("second").hash).await.unwrap();
    let deletion = deleted(store, "second", 1.0).await;
    assert_eq!(listed(store, &Filter::default()).await, [""; 0], "the old version stays what it is");
    undone(store, &deletion).await;
    assert_eq!(store.history(&memory("first").hash).await.unwrap(), before);
    assert_eq!(listed(store, &Filter::default()).await, ["second"]);
}
