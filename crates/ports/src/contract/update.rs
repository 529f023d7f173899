//! `update`.

use model::{ContentHash, Filter, Memory, Metadata, NewMemory, Tags};
use serde_json::{Value, json};

use super::StoreUnderTest;
use super::sample::{at, by_words, create, create_at, kind, listed, memory, tags};
use crate::{Change, MemoryStore, Patch};

fn fields(value: &Value) -> Metadata {
    Metadata::parse(value.as_object().unwrap().clone()).unwrap()
}

/// A memory with a value in every field, and what it is when it is read.
async fn stored(store: &dyn MemoryStore) -> Memory {
    let new = NewMemory {
        tags: tags("red,two words"),
        memory_type: kind("note"),
        metadata: fields(&json!({"z": 1, "a": {"deep": [null, true]}, "m": "text"})),
        ..memory("a harbour text")
    };
    let hash = new.hash.clone();
    create_at(store, 0.0, new).await;
    store.get(&hash).await.unwrap().unwrap()
}

async fn updated(store: &dyn MemoryStore, memory: &Memory, change: Change) -> Memory {
    let updated = store.update(&memory.hash, change).await.unwrap().unwrap();
    assert_eq!(store.get(&memory.hash).await.unwrap(), Some(updated.clone()), "it is answered as it is read");
    updated
}

pub async fn a_key_that_is_not_there_is_none<S: StoreUnderTest>() {
    let bed = S::empty().await;
    stored(bed.store()).await;
    let change = Change { tags: Some(tags("new")), ..Change::default() };
    for key in ["absent", "", "' OR 1=1 --"] {
        assert_eq!(bed.store().update(&ContentHash::stored(key), change.clone()).await.unwrap(), None);
    }
    assert_eq!(listed(bed.store(), &Filter { tags: tags("new"), ..Filter::default() }).await, [""; 0]);
}

pub async fn a_change_of_nothing_changes_nothing<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let before = stored(bed.store()).await;
    assert_eq!(updated(bed.store(), &before, Change::default()).await, before);
}

pub async fn only_the_named_fields_change<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let before = stored(bed.store()).await;
    let other = memory("another text");
    create(bed.store(), other.clone()).await;
    let untouched = bed.store().get(&other.hash).await.unwrap();
    let change = Change { tags: Some(tags("blue")), ..Change::default() };
    let after = updated(bed.store(), &before, change).await;
    assert_eq!(after, Memory { tags: vec!["blue".to_owned()], ..before.clone() });
    let change = Change { memory_type: Patch::Set(kind("error").unwrap()), ..Change::default() };
    let after = updated(bed.store(), &before, change).await;
    let expected =
        Memory { tags: vec!["blue".to_owned()], memory_type: Some("error".to_owned()), ..before.clone() };
    assert_eq!(after, expected);
    assert_eq!(bed.store().get(&other.hash).await.unwrap(), untouched);
}

pub async fn metadata_are_merged_and_null_removes_a_field<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let before = stored(bed.store()).await;
    let metadata = fields(&json!({"a": {"new": 1}, "z": null, "absent": null, "n": [null], "'": "; DROP"}));
    let after = updated(bed.store(), &before, Change { metadata, ..Change::default() }).await;
    let expected = json!({"a": {"new": 1}, "m": "text", "n": [null], "'": "; DROP"});
    assert_eq!(Value::Object(after.metadata.fields().clone()), expected);
    let keys: Vec<&String> = after.metadata.fields().keys().collect();
    assert_eq!(keys, ["a", "m", "n", "'"], "fields keep their order, new ones follow");
    assert_eq!(after, Memory { metadata: after.metadata.clone(), ..before });
}

pub async fn tags_are_replaced_and_found_at_once<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let before = stored(store).await;
    let by_tag = |tag: &str| Filter { tags: tags(tag), ..Filter::default() };
    let change = Change { tags: Some(tags("Walrus,two words")), ..Change::default() };
    assert_eq!(updated(store, &before, change).await.tags, ["walrus", "two words"]);
    for (tag, expected) in [("red", 0), ("walrus", 1), ("two words", 1)] {
        assert_eq!(listed(store, &by_tag(tag)).await.len(), expected, "{tag}");
    }
    assert_eq!(by_words(store, "harbour", &by_tag("walrus")).await.len(), 1);
    let none = Change { tags: Some(Tags::none()), ..Change::default() };
    assert_eq!(updated(store, &before, none).await.tags, ["untagged"]);
    assert_eq!(listed(store, &by_tag("walrus")).await, [""; 0]);
}

pub async fn a_kind_can_be_set_and_cleared<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let before = stored(bed.store()).await;
    let set = Change { memory_type: Patch::Set(kind("My-Own").unwrap()), ..Change::default() };
    assert_eq!(updated(bed.store(), &before, set).await.memory_type.as_deref(), Some("My-Own"));
    let clear = Change { memory_type: Patch::Clear, ..Change::default() };
    assert_eq!(updated(bed.store(), &before, clear).await.memory_type, None);
}

pub async fn times_are_what_the_caller_says<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let before = stored(bed.store()).await;
    let change = Change { updated_at: Some(at(50.25)), ..Change::default() };
    let after = updated(bed.store(), &before, change).await;
    assert_eq!((after.created_at, after.updated_at), (before.created_at, Some(at(50.25))));
    let change = Change { created_at: Some(at(-7.5)), ..Change::default() };
    let after = updated(bed.store(), &before, change).await;
    assert_eq!((after.created_at, after.updated_at), (Some(at(-7.5)), Some(at(50.25))));
    let early = Filter { created_before: Some(at(-7.0)), ..Filter::default() };
    assert_eq!(listed(bed.store(), &early).await.len(), 1);
}

pub async fn a_memory_can_be_marked_as_superseded_and_made_current_again<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let old = stored(store).await;
    let new = memory("a newer harbour text");
    create(store, new.clone()).await;
    let by = Change { superseded_by: Patch::Set(new.hash.clone()), ..Change::default() };
    assert_eq!(updated(store, &old, by).await.superseded_by, Some(new.hash));
    assert_eq!(listed(store, &Filter::default()).await, ["a newer harbour text"]);
    let clear = Change { superseded_by: Patch::Clear, ..Change::default() };
    assert_eq!(updated(store, &old, clear).await, old);
    assert_eq!(listed(store, &Filter::default()).await.len(), 2);
}

pub async fn deleted_memories_are_not_changed<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let before = stored(bed.store()).await;
    bed.store().delete(&Filter::one(before.hash.clone()), at(1.0)).await.unwrap();
    let change = Change { tags: Some(tags("new")), ..Change::default() };
    assert_eq!(bed.store().update(&before.hash, change).await.unwrap(), None);
}
