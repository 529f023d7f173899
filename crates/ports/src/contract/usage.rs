//! `record_access`, `usage`, and the filters by use, entity, agent and conversation.

use model::{Filter, MemoryId, Metadata, NewMemory, Origin, OriginKind, Timestamp};
use serde_json::{Value, json};

use super::StoreUnderTest;
use super::sample::{at, by_meaning, by_words, create, create_at, listed, memory, tags};
use crate::{MemoryStore, Page, Usage};

fn with(fields: &Value, text: &str) -> NewMemory {
    let metadata = Metadata::parse(fields.as_object().unwrap().clone()).unwrap();
    NewMemory { metadata, ..memory(text) }
}

async fn sorted(store: &dyn MemoryStore, filter: Filter) -> Vec<String> {
    let mut texts = listed(store, &filter).await;
    texts.sort();
    texts
}

fn used(id: MemoryId, count: u64, last: Option<Timestamp>) -> Usage {
    Usage { id, count, last }
}

pub async fn every_use_is_counted<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let (a, b) = (create(store, memory("a")).await, create(store, memory("b")).await);
    assert_eq!(store.usage(&[b, a]).await.unwrap(), [used(b, 0, None), used(a, 0, None)]);
    store.record_access(&[a, b], at(5.0)).await.unwrap();
    store.record_access(&[a, a], at(9.0)).await.unwrap();
    store.record_access(&[a], at(7.0)).await.unwrap();
    store.record_access(&[], at(99.0)).await.unwrap();
    assert_eq!(store.usage(&[a, b]).await.unwrap(), [used(a, 4, Some(at(9.0))), used(b, 1, Some(at(5.0)))]);
    let read = store.get(&memory("a").hash).await.unwrap().unwrap();
    assert!(read.metadata.fields().is_empty(), "it is counted aside");
    assert_eq!(read.updated_at, read.created_at);
}

pub async fn what_the_original_counted_is_added<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let theirs = json!({"access_count": 3, "last_accessed_at": at(50.0).as_seconds()});
    let a = create(store, with(&theirs, "a")).await;
    let strange = json!({"access_count": "many", "last_accessed_at": [1]});
    let b = create(store, with(&strange, "b")).await;
    assert_eq!(store.usage(&[a]).await.unwrap(), [used(a, 3, Some(at(50.0)))]);
    store.record_access(&[a, b], at(20.0)).await.unwrap();
    assert_eq!(store.usage(&[a, b]).await.unwrap(), [used(a, 4, Some(at(50.0))), used(b, 1, Some(at(20.0)))]);
}

pub async fn numbers_that_are_not_live_are_left_out<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let a = create(store, memory("a")).await;
    let gone = create(store, memory("gone")).await;
    store.delete(&Filter::one(memory("gone").hash), at(1.0)).await.unwrap();
    let absent = MemoryId(gone.0 + 1000);
    store.record_access(&[absent, gone, a, MemoryId(-1)], at(2.0)).await.unwrap();
    assert_eq!(store.usage(&[gone, absent, a]).await.unwrap(), [used(a, 1, Some(at(2.0)))]);
    store.insert(memory("gone")).await.unwrap();
    let anew = store.get(&memory("gone").hash).await.unwrap().unwrap().id;
    assert_eq!(store.usage(&[anew]).await.unwrap(), [used(anew, 0, None)]);
}

pub async fn unused_memories_are_found<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let stored = |seconds: f64, text: &str| NewMemory { created_at: at(seconds), ..memory(text) };
    create(store, stored(0.0, "never used")).await;
    let early = create(store, stored(0.0, "used early")).await;
    let late = create(store, stored(0.0, "used late")).await;
    create(store, stored(60.0, "stored late")).await;
    let theirs = json!({"access_count": 1, "last_accessed_at": at(80.0).as_seconds()});
    create(store, NewMemory { created_at: at(0.0), ..with(&theirs, "used by the original") }).await;
    store.record_access(&[early, late], at(10.0)).await.unwrap();
    store.record_access(&[late], at(50.0)).await.unwrap();
    let since = |seconds: f64| Filter { unused_since: Some(at(seconds)), ..Filter::default() };
    assert_eq!(sorted(store, since(50.0)).await, ["never used", "used early"]);
    assert_eq!(sorted(store, since(50.1)).await, ["never used", "used early", "used late"]);
    assert_eq!(sorted(store, since(10.0)).await, ["never used"]);
    assert_eq!(sorted(store, since(0.0)).await, [""; 0]);
    assert_eq!(sorted(store, since(1e6)).await.len(), 5);
}

pub async fn every_search_knows_the_new_conditions<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let origin = Origin {
        conversation: Some("c7".to_owned()),
        agent: Some("alpha".to_owned()),
        ..Origin::of(OriginKind::Agent)
    };
    let meant = NewMemory { origin: Some(origin), ..memory("harbour meant") };
    create_at(store, 5.0, meant.clone()).await;
    let other = create_at(store, 0.0, memory("harbour other")).await;
    store.record_access(&[other], at(100.0)).await.unwrap();
    bed.link_entity(&meant.hash, "Alice").await;
    for filter in [
        Filter { entity: Some("alice".to_owned()), ..Filter::default() },
        Filter { agent: Some("alpha".to_owned()), ..Filter::default() },
        Filter { conversation: Some("c7".to_owned()), ..Filter::default() },
        Filter { unused_since: Some(at(50.0)), ..Filter::default() },
    ] {
        assert_eq!(listed(store, &filter).await, ["harbour meant"], "{filter:?}");
        assert_eq!(by_words(store, "harbour", &filter).await, ["harbour meant"], "{filter:?}");
        assert_eq!(by_meaning(store, &filter).await, ["harbour meant"], "{filter:?}");
        let page = Page { offset: 0, limit: 10 };
        assert_eq!(store.search_text("harb", &filter, page).await.unwrap().total, 1, "{filter:?}");
        assert_eq!(store.survey(&filter, at(0.0)).await.unwrap().memories, 1, "{filter:?}");
        assert_eq!(store.delete(&filter, at(200.0)).await.unwrap().hashes.len(), 1, "{filter:?}");
        store.insert(meant.clone()).await.unwrap();
        bed.link_entity(&meant.hash, "Alice").await;
        let waiting = store.unembedded(None, 10).await.unwrap();
        let vectors = waiting.into_iter().map(|memory| (memory, super::sample::vector(store, 5.0))).collect();
        store.add_vectors(vectors).await.unwrap();
    }
}

pub async fn an_entity_is_compared_without_regard_to_case<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for (text, name) in [("1", "Zoë"), ("2", "alice"), ("3", "al_ce"), ("4", "ALICE")] {
        create(store, memory(text)).await;
        bed.link_entity(&memory(text).hash, name).await;
    }
    bed.link_entity(&memory("4").hash, "zoË").await;
    create(store, memory("5")).await;
    let of = |name: &str| Filter { entity: Some(name.to_owned()), ..Filter::default() };
    assert_eq!(sorted(store, of("Alice")).await, ["2", "4"]);
    assert_eq!(sorted(store, of("ZOË")).await, ["1", "4"]);
    for absent in ["", "%", "al%", "ali", "' OR 1=1 --", "5"] {
        assert_eq!(sorted(store, of(absent)).await, [""; 0], "{absent:?}");
    }
    store.delete(&Filter::one(memory("2").hash), at(1.0)).await.unwrap();
    store.insert(memory("2")).await.unwrap();
    assert_eq!(sorted(store, of("alice")).await, ["4"], "links go with a deletion");
}

pub async fn an_agent_is_known_by_origin_field_or_tag<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let agent = |agent: &str| Some(Origin { agent: Some(agent.to_owned()), ..Origin::of(OriginKind::Tool) });
    create(store, NewMemory { origin: agent("alpha"), ..memory("1") }).await;
    create(store, with(&json!({"agent_id": "alpha"}), "2")).await;
    create(store, NewMemory { tags: tags("x,agent:alpha"), ..memory("3") }).await;
    create(store, NewMemory { origin: agent("alph"), ..with(&json!({"agent_id": ["alpha"]}), "4") }).await;
    create(store, NewMemory { tags: tags("alpha,agent:alpha2"), ..memory("5") }).await;
    let of = |agent: &str| Filter { agent: Some(agent.to_owned()), ..Filter::default() };
    assert_eq!(sorted(store, of("alpha")).await, ["1", "2", "3"]);
    assert_eq!(sorted(store, of("alph")).await, ["4"]);
    for absent in ["", "%", "alph_", "' OR 1=1 --"] {
        assert_eq!(sorted(store, of(absent)).await, [""; 0], "{absent:?}");
    }
}

pub async fn a_conversation_is_known_by_origin_or_field<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let origin = Origin { conversation: Some("c-7".to_owned()), ..Origin::of(OriginKind::User) };
    create(store, NewMemory { origin: Some(origin), ..memory("1") }).await;
    create(store, with(&json!({"conversation_id": "c-7"}), "2")).await;
    create(store, with(&json!({"conversation_id": "c-70", "note": "\"conversation_id\": \"c-7\""}), "3"))
        .await;
    let of = |name: &str| Filter { conversation: Some(name.to_owned()), ..Filter::default() };
    assert_eq!(sorted(store, of("c-7")).await, ["1", "2"]);
    assert_eq!(sorted(store, of("c_7")).await, [""; 0]);
}
