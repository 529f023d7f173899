//! Where memories come from, and when what they tell of happened.

use model::{ContentHash, Filter, Metadata, NewMemory, Origin, OriginKind};
use serde_json::json;

use super::StoreUnderTest;
use super::sample::{at, by_words, create, listed, memory, tags};
use crate::{Change, Inserted, MemoryStore, Superseded};

fn origin(kind: OriginKind) -> Origin {
    Origin {
        kind,
        client: Some("some-client 1.0".to_owned()),
        conversation: Some("c'7".to_owned()),
        agent: Some("agent \"x\"".to_owned()),
    }
}

async fn origin_of(store: &dyn MemoryStore, hash: &ContentHash) -> Option<Origin> {
    store.get(hash).await.unwrap().unwrap().origin
}

pub async fn a_memory_shows_where_it_came_from_and_when_it_happened<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for kind in OriginKind::ALL {
        let origin = if kind == OriginKind::Tool { Origin::of(kind) } else { origin(kind) };
        let text = format!("said by {kind}");
        let new = NewMemory { origin: Some(origin.clone()), occurred_at: Some(at(-1e6)), ..memory(&text) };
        let id = create(store, new.clone()).await;
        let read = store.get(&new.hash).await.unwrap().unwrap();
        assert_eq!((read.origin.as_ref(), read.occurred_at), (Some(&origin), Some(at(-1e6))), "{kind}");
        assert!(read.metadata.fields().is_empty(), "nothing of it is in the metadata");
        assert_eq!(store.get_many(&[id]).await.unwrap(), [read]);
    }
}

pub async fn a_memory_of_the_original_has_no_origin<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let new = memory("text");
    create(bed.store(), new.clone()).await;
    let read = bed.store().get(&new.hash).await.unwrap().unwrap();
    assert_eq!((read.origin, read.occurred_at), (None, None));
}

pub async fn no_later_write_changes_the_origin<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let document = NewMemory { origin: Some(origin(OriginKind::Document)), ..memory("text") };
    let hash = document.hash.clone();
    create(store, document.clone()).await;
    let again = NewMemory { origin: Some(origin(OriginKind::User)), ..document };
    assert!(matches!(store.insert(again).await.unwrap(), Inserted::Duplicate { .. }));
    let metadata = Metadata::parse(json!({"origin": "user"}).as_object().unwrap().clone()).unwrap();
    let change = Change { tags: Some(tags("new")), metadata, updated_at: Some(at(9.0)), ..Change::default() };
    store.update(&hash, change).await.unwrap();
    assert_eq!(origin_of(store, &hash).await, Some(origin(OriginKind::Document)));
    let new = NewMemory { origin: Some(origin(OriginKind::Agent)), ..memory("new text") };
    let done = store.supersede(&hash, new.clone(), None).await.unwrap();
    assert!(matches!(done, Superseded::Done { .. }));
    assert_eq!(origin_of(store, &hash).await, Some(origin(OriginKind::Document)));
    assert_eq!(origin_of(store, &new.hash).await, Some(origin(OriginKind::Agent)));
}

pub async fn time_filters_and_lists_go_by_when_it_happened<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for (text, stored, happened) in [
        ("harbour a", 10.0, None),
        ("harbour b", 20.0, Some(5.0)),
        ("harbour c", 30.0, None),
        ("harbour d", 0.0, Some(40.0)),
    ] {
        let occurred_at = happened.map(at);
        create(store, NewMemory { created_at: at(stored), occurred_at, ..memory(text) }).await;
    }
    assert_eq!(listed(store, &Filter::default()).await, ["harbour d", "harbour c", "harbour a", "harbour b"]);
    let from = Filter { created_from: Some(at(15.0)), ..Filter::default() };
    assert_eq!(listed(store, &from).await, ["harbour d", "harbour c"]);
    let before = Filter { created_before: Some(at(10.0)), ..Filter::default() };
    assert_eq!(listed(store, &before).await, ["harbour b"]);
    assert_eq!(by_words(store, "harbour", &before).await, ["harbour b"]);
}

pub async fn a_memory_stored_anew_has_the_new_origin<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let first =
        NewMemory { origin: Some(origin(OriginKind::User)), occurred_at: Some(at(-5.0)), ..memory("text") };
    create(store, first.clone()).await;
    store.delete(&Filter::one(first.hash.clone()), at(1.0)).await.unwrap();
    store.insert(memory("text")).await.unwrap();
    let read = store.get(&first.hash).await.unwrap().unwrap();
    assert_eq!((read.origin, read.occurred_at), (None, None));
}
