//! `Writer::import` and `Reader::holds`.

use engine::{ImportOutcome, ImportRequest};
use model::{
    Content, ContentHash, EmbeddingState, Metadata, NewMemory, Origin, OriginKind, Partition, Tags, Timestamp,
};
use ports::MemoryStore;
use testkit::{Bench, Fault};

use crate::ask::{forget, key, store};

fn time(text: &str) -> Timestamp {
    Timestamp::from_stored_iso(text).unwrap()
}

fn kept(text: &str) -> ImportRequest {
    let content = Content::parse(text).unwrap();
    let origin = Origin {
        client: Some("other".to_owned()),
        agent: Some("a1".to_owned()),
        ..Origin::of(OriginKind::User)
    };
    let memory = NewMemory {
        hash: ContentHash::of(&content),
        content,
        tags: Tags::none(),
        memory_type: None,
        metadata: Metadata::default(),
        created_at: time("2024-01-02T03:04:05Z"),
        occurred_at: None,
        origin: Some(origin),
        partition: Partition::default(),
        vector: None,
        chunks: Vec::new(),
    };
    ImportRequest { memory, updated_at: None, superseded_by: None }
}

#[tokio::test]
async fn a_memory_keeps_its_times_and_its_successor_and_comes_from_an_import() {
    let bench = Bench::default();
    let newer = key("newer");
    let updated_at = Some(time("2024-02-02T00:00:00Z"));
    let request = ImportRequest { updated_at, superseded_by: Some(newer.clone()), ..kept("older") };
    assert_eq!(bench.writer().import(request).await.unwrap(), ImportOutcome::Created);
    let memory = bench.store.get(&key("older")).await.unwrap().unwrap();
    assert_eq!((memory.created_at, memory.updated_at), (Some(time("2024-01-02T03:04:05Z")), updated_at));
    assert_eq!(memory.superseded_by, Some(newer));
    let origin = memory.origin.unwrap();
    assert_eq!((origin.kind, origin.agent.as_deref()), (OriginKind::Import, Some("a1")));
    assert_eq!(origin.client, None);
}

#[tokio::test]
async fn a_memory_is_embedded_later_and_a_second_import_changes_nothing() {
    let bench = Bench::default();
    assert_eq!(bench.writer().import(kept("text")).await.unwrap(), ImportOutcome::Created);
    let memory = bench.store.get(&key("text")).await.unwrap().unwrap();
    assert_eq!(memory.embedding, EmbeddingState::Pending);
    let again = ImportRequest { superseded_by: Some(key("x")), ..kept("text") };
    assert_eq!(bench.writer().import(again).await.unwrap(), ImportOutcome::Duplicate);
    assert_eq!(bench.store.get(&key("text")).await.unwrap().unwrap(), memory);
}

#[tokio::test]
async fn a_deleted_memory_comes_back_and_that_is_told() {
    let bench = Bench::default();
    store(&bench, "text").await;
    assert!(bench.reader().holds(&key("text")).await.unwrap());
    bench.writer().delete(forget("text")).await.unwrap();
    assert!(!bench.reader().holds(&key("text")).await.unwrap());
    assert_eq!(bench.writer().import(kept("text")).await.unwrap(), ImportOutcome::Restored);
}

#[tokio::test]
async fn a_store_that_fails_is_told() {
    let bench = Bench::default();
    store(&bench, "other").await;
    bench.store.set_fault(Some(Fault::Full));
    assert!(bench.writer().import(kept("text")).await.is_err());
}
