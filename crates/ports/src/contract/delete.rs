//! `delete`.

use model::{Filter, HashPrefix, NewMemory, PartitionScope, TagMatch};

use super::StoreUnderTest;
use super::sample::{at, by_meaning, by_words, create, create_at, kind, listed, memory, partition, tags};
use crate::MemoryStore;

pub async fn a_deleted_memory_is_gone_from_every_answer<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let (with, without) = (memory("harbour with a vector"), memory("harbour without one"));
    let ids = [create_at(store, 0.0, with.clone()).await, create(store, without.clone()).await];
    let both = Filter { hashes: Some(vec![with.hash.clone(), without.hash.clone()]), ..Filter::default() };
    assert_eq!(store.delete(&both, at(1.0)).await.unwrap().hashes.len(), 2);
    for hash in [with.hash, without.hash] {
        assert_eq!(store.get(&hash).await.unwrap(), None);
        let prefix = HashPrefix::parse(&hash.as_str()[..8]).unwrap();
        assert_eq!(store.resolve(&prefix, 10).await.unwrap(), []);
    }
    assert_eq!(store.get_many(&ids).await.unwrap(), []);
    let all = Filter { partitions: PartitionScope::All, include_superseded: true, ..Filter::default() };
    assert_eq!(listed(store, &all).await, [""; 0]);
    assert_eq!(by_words(store, "harbour", &all).await, [""; 0]);
    assert_eq!(by_meaning(store, &all).await, [""; 0]);
    assert_eq!(store.unembedded(None, 10).await.unwrap(), []);
}

pub async fn the_deleted_keys_are_named<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let mut expected = Vec::new();
    for text in ["one", "two", "three"] {
        let new = NewMemory { tags: tags("red"), ..memory(text) };
        expected.push(new.hash.clone());
        create(store, new).await;
    }
    let mut deleted =
        store.delete(&Filter { tags: tags("red"), ..Filter::default() }, at(1.0)).await.unwrap().hashes;
    deleted.sort();
    expected.sort();
    assert_eq!(deleted, expected);
    assert_eq!(store.statistics().await.unwrap().tombstones, 3);
}

pub async fn memories_that_the_filter_does_not_mean_stay<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let kept = memory("harbour kept");
    create_at(store, 0.0, kept.clone()).await;
    let before = store.get(&kept.hash).await.unwrap();
    create_at(store, 1.0, NewMemory { tags: tags("doomed"), ..memory("harbour doomed") }).await;
    store.delete(&Filter { tags: tags("doomed"), ..Filter::default() }, at(1.0)).await.unwrap();
    assert_eq!(store.get(&kept.hash).await.unwrap(), before);
    assert_eq!(by_words(store, "harbour", &Filter::default()).await, ["harbour kept"]);
    assert_eq!(by_meaning(store, &Filter::default()).await, ["harbour kept"]);
}

/// Five memories that differ in one thing each.
async fn five(store: &dyn MemoryStore) {
    let all = [
        NewMemory { tags: tags("red,two words"), ..memory("tags") },
        NewMemory { tags: tags("red,100%"), ..memory("more tags") },
        NewMemory { memory_type: kind("note"), ..memory("kind") },
        NewMemory { created_at: at(100.0), ..memory("time") },
        NewMemory { partition: partition("work"), ..memory("partition") },
    ];
    for new in all {
        create(store, new).await;
    }
}

pub async fn each_condition_selects_what_is_deleted<S: StoreUnderTest>() {
    let default = Filter::default;
    let everywhere = || Filter { partitions: PartitionScope::All, ..default() };
    for (filter, gone) in [
        (
            Filter { hashes: Some(vec![memory("kind").hash, memory("time").hash]), ..default() },
            &["kind", "time"][..],
        ),
        (Filter { tags: tags("red"), ..default() }, &["more tags", "tags"]),
        (Filter { tags: tags("red,two words"), tag_match: TagMatch::All, ..default() }, &["tags"]),
        (Filter { tags: tags("100%"), ..default() }, &["more tags"]),
        (Filter { tags: tags("100"), ..default() }, &[]),
        (Filter { memory_type: kind("note"), ..default() }, &["kind"]),
        (Filter { created_from: Some(at(100.0)), ..default() }, &["time"]),
        (Filter { created_before: Some(at(100.0)), ..default() }, &["kind", "more tags", "tags"]),
        (Filter { partitions: PartitionScope::One(partition("work")), ..default() }, &["partition"]),
        (Filter { tags: tags("' or 1=1 --"), ..everywhere() }, &[]),
        (Filter::one(memory("partition").hash), &["partition"]),
    ] {
        let bed = S::empty().await;
        let store = bed.store();
        five(store).await;
        let before = listed(store, &everywhere()).await;
        let deleted = store.delete(&filter, at(200.0)).await.unwrap().hashes;
        let after = listed(store, &everywhere()).await;
        let mut missing: Vec<String> = before.into_iter().filter(|text| !after.contains(text)).collect();
        missing.sort();
        assert_eq!(missing, gone, "{filter:?}");
        assert_eq!(deleted.len(), gone.len(), "{filter:?}");
    }
}

pub async fn superseded_memories_stay_unless_they_are_meant<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let red = |text| NewMemory { tags: tags("red"), ..memory(text) };
    let (old, new) = (red("old"), red("new"));
    create(store, old.clone()).await;
    create(store, new.clone()).await;
    bed.supersede(&old.hash, &new.hash).await;
    let current = Filter { tags: tags("red"), ..Filter::default() };
    assert_eq!(store.delete(&current, at(1.0)).await.unwrap().hashes, [new.hash]);
    let all = Filter { include_superseded: true, ..current };
    assert_eq!(store.delete(&all, at(2.0)).await.unwrap().hashes, [old.hash]);
}

pub async fn deleting_twice_deletes_nothing_more<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let new = memory("text");
    create(store, new.clone()).await;
    let filter = Filter::one(new.hash.clone());
    assert_eq!(store.delete(&filter, at(1.0)).await.unwrap().hashes.len(), 1);
    assert_eq!(store.delete(&filter, at(2.0)).await.unwrap().hashes, []);
    assert_eq!(store.statistics().await.unwrap().tombstones, 1);
    let anew = store.insert(new).await.unwrap();
    assert!(
        matches!(anew, crate::Inserted::Created { restored_from: Some(time), .. } if time == at(1.0)),
        "the tombstone keeps the time of the deletion: {anew:?}"
    );
}

pub async fn nothing_is_deleted_by_an_empty_list_of_keys<S: StoreUnderTest>() {
    let bed = S::empty().await;
    create(bed.store(), memory("text")).await;
    let none = Filter { hashes: Some(vec![]), partitions: PartitionScope::All, ..Filter::default() };
    assert_eq!(bed.store().delete(&none, at(1.0)).await.unwrap().hashes, []);
    assert_eq!(listed(bed.store(), &Filter::default()).await, ["text"]);
}
