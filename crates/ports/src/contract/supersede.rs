//! `supersede` and `history`.

use model::{ContentHash, Filter, NewMemory};

use super::StoreUnderTest;
use super::sample::{
    at, by_meaning, by_words, create, create_at, listed, memory, partition, tags, too_long, vector,
};
use crate::{MemoryStore, StoreError, Superseded, Version};

/// Replaces a memory by one with this text, stored so many seconds later.
async fn replace(store: &dyn MemoryStore, old: &ContentHash, text: &str, seconds: f64) -> ContentHash {
    let new = NewMemory { created_at: at(seconds), vector: Some(vector(store, 0.0)), ..memory(text) };
    let hash = new.hash.clone();
    let superseded = store.supersede(old, new, Some(format!("because of {text}"))).await.unwrap();
    assert!(matches!(superseded, Superseded::Done { restored_from: None, .. }), "{superseded:?}");
    hash
}

async fn history(store: &dyn MemoryStore, hash: &ContentHash) -> Vec<Version> {
    store.history(hash).await.unwrap()
}

pub async fn a_new_version_takes_the_place_of_the_old_one<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let old = NewMemory { tags: tags("red"), ..memory("harbour one") };
    create_at(store, 0.0, old.clone()).await;
    let new = NewMemory { tags: tags("blue"), created_at: at(5.0), ..memory("harbour two") };
    let new = NewMemory { vector: Some(vector(store, 1.0)), ..new };
    let done = store.supersede(&old.hash, new.clone(), Some("moved".to_owned())).await.unwrap();
    let Superseded::Done { id, version: 2, restored_from: None } = done else { panic!("{done:?}") };
    let read = store.get(&new.hash).await.unwrap().unwrap();
    assert_eq!((read.id, read.version, read.parent), (id, 2, Some(old.hash.clone())));
    assert_eq!(
        (read.tags, read.created_at, read.superseded_by),
        (vec!["blue".to_owned()], Some(at(5.0)), None)
    );
    let read = store.get(&old.hash).await.unwrap().unwrap();
    assert_eq!((read.version, read.superseded_by), (1, Some(new.hash)));
    assert_eq!((read.content.as_str(), read.tags), ("harbour one", vec!["red".to_owned()]));
    assert_eq!(listed(store, &Filter::default()).await, ["harbour two"]);
    assert_eq!(by_words(store, "harbour", &Filter::default()).await, ["harbour two"]);
    assert_eq!(by_meaning(store, &Filter::default()).await, ["harbour two"]);
}

pub async fn a_new_version_stays_in_the_partition_of_the_old_one<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let old = NewMemory { partition: partition("work"), ..memory("old") };
    create(store, old.clone()).await;
    let new = NewMemory { partition: partition("elsewhere"), ..memory("new") };
    store.supersede(&old.hash, new.clone(), None).await.unwrap();
    assert_eq!(store.get(&new.hash).await.unwrap().unwrap().partition, partition("work"));
}

pub async fn a_chain_counts_up_and_is_told_from_every_memory_of_it<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create(store, memory("first")).await;
    create(store, memory("apart")).await;
    let first = memory("first").hash;
    let second = replace(store, &first, "second", 1.0).await;
    let third = replace(store, &second, "third", 2.0).await;
    let whole = history(store, &first).await;
    let told: Vec<_> = whole.iter().map(|version| (version.version, version.content.as_deref())).collect();
    assert_eq!(told, [(1, Some("first")), (2, Some("second")), (3, Some("third"))]);
    let parents: Vec<_> = whole.iter().map(|version| version.parent.clone()).collect();
    assert_eq!(parents, [None, Some(first.clone()), Some(second.clone())]);
    let successors: Vec<_> = whole.iter().map(|version| version.superseded_by.clone()).collect();
    assert_eq!(successors, [Some(second.clone()), Some(third.clone()), None]);
    let reasons: Vec<_> = whole.iter().map(|version| version.reason.as_deref()).collect();
    assert_eq!(reasons, [Some("because of second"), Some("because of third"), None]);
    assert_eq!(whole[1].created_at, Some(at(1.0)));
    for hash in [second, third] {
        assert_eq!(history(store, &hash).await, whole);
    }
}

pub async fn a_memory_that_is_not_live_has_no_new_version<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create(store, memory("gone")).await;
    store.delete(&Filter::one(memory("gone").hash), at(1.0)).await.unwrap();
    for old in [memory("gone").hash, memory("never there").hash] {
        assert_eq!(store.supersede(&old, memory("new"), None).await.unwrap(), Superseded::NotFound);
    }
    assert_eq!(store.get(&memory("new").hash).await.unwrap(), None);
}

pub async fn a_chain_does_not_fork<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create(store, memory("first")).await;
    let second = replace(store, &memory("first").hash, "second", 1.0).await;
    let again = store.supersede(&memory("first").hash, memory("fork"), None).await.unwrap();
    assert_eq!(again, Superseded::SupersededAlready { by: second });
    assert_eq!(store.get(&memory("fork").hash).await.unwrap(), None);
}

pub async fn a_text_that_is_there_already_is_a_duplicate<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create(store, memory("old")).await;
    create(store, NewMemory { partition: partition("work"), ..memory("other") }).await;
    let before = store.get(&memory("old").hash).await.unwrap();
    for (text, name) in [("other", "work"), ("old", "default")] {
        let duplicate = store.supersede(&memory("old").hash, memory(text), None).await.unwrap();
        assert_eq!(duplicate, Superseded::Duplicate { partition: partition(name) });
    }
    assert_eq!(store.get(&memory("old").hash).await.unwrap(), before, "nothing was written");
}

pub async fn a_deleted_text_can_come_back_as_a_new_version<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create(store, memory("old")).await;
    create(store, memory("new")).await;
    store.delete(&Filter::one(memory("new").hash), at(3.0)).await.unwrap();
    let done = store.supersede(&memory("old").hash, memory("new"), None).await.unwrap();
    assert!(
        matches!(done, Superseded::Done { restored_from: Some(time), .. } if time == at(3.0)),
        "{done:?}"
    );
    assert_eq!(listed(store, &Filter::default()).await, ["new"]);
}

pub async fn a_vector_of_another_dimension_is_refused_and_nothing_is_written<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create(store, memory("old")).await;
    let new = NewMemory { vector: Some(too_long(store)), ..memory("new") };
    let error = store.supersede(&memory("old").hash, new, None).await.unwrap_err();
    assert!(matches!(error, StoreError::Dimension { .. }), "{error:?}");
    assert_eq!(listed(store, &Filter::default()).await, ["old"]);
}

pub async fn deleted_versions_are_told_without_their_text<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create(store, memory("first")).await;
    let second = replace(store, &memory("first").hash, "second", 1.0).await;
    store.delete(&Filter::one(memory("first").hash), at(7.0)).await.unwrap();
    for hash in [memory("first").hash, second] {
        let told = history(store, &hash).await;
        let told: Vec<_> =
            told.iter().map(|version| (version.content.as_deref(), version.deleted_at)).collect();
        assert_eq!(told, [(None, Some(at(7.0))), (Some("second"), None)]);
    }
}

pub async fn a_memory_without_versions_has_a_history_of_one<S: StoreUnderTest>() {
    let bed = S::empty().await;
    create(bed.store(), memory("alone")).await;
    create(bed.store(), memory("apart")).await;
    let told = history(bed.store(), &memory("alone").hash).await;
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].version, &told[0].parent, &told[0].superseded_by), (1, &None, &None));
}

pub async fn a_key_that_was_never_there_has_no_history<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let replaced = memory("old");
    create(bed.store(), replaced.clone()).await;
    replace(bed.store(), &replaced.hash, "new", 1.0).await;
    assert_eq!(history(bed.store(), &ContentHash::stored("absent")).await, []);
    assert_eq!(history(bed.store(), &ContentHash::stored("")).await, []);
}
