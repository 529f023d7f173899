//! `Writer::import`, `Writer::standings`, `Admin::import_own`, `Admin::export`.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use engine::ImportRequest;
use model::{
    Content, ContentHash, EdgeRecord, EmbeddingState, MemoryRecord, ModelIdentity, Origin, OriginKind,
    Record, Timestamp, UsageRecord, Vector,
};
use ports::{DumpRequest, DumpSink, Embedder, Loaded, MemoryStore, OnDeleted, Standing};
use testkit::{Bench, Fault};

use crate::ask::{forget, key, store};

fn time(text: &str) -> Timestamp {
    Timestamp::from_stored_iso(text).unwrap()
}

/// A memory that says that the user wrote it.
fn kept(text: &str) -> MemoryRecord {
    let origin = Origin {
        client: Some("other".to_owned()),
        agent: Some("a1".to_owned()),
        ..Origin::of(OriginKind::User)
    };
    MemoryRecord {
        tags: vec!["kept".to_owned()],
        created_at: Some(time("2024-01-02T03:04:05Z")),
        updated_at: Some(time("2024-02-02T00:00:00Z")),
        origin: Some(origin),
        superseded_by: Some(key("newer")),
        version: 2,
        usage: Some(UsageRecord { count: 3, last: time("2024-03-03T00:00:00Z") }),
        ..MemoryRecord::of_content(&Content::parse(text).unwrap())
    }
}

fn request(memories: Vec<MemoryRecord>) -> ImportRequest {
    let records = memories.into_iter().map(|memory| Record::Memory(Box::new(memory))).collect();
    ImportRequest { records, on_deleted: OnDeleted::Keep }
}

fn vector(bench: &Bench) -> Vector {
    Vector::new(vec![1.0; bench.embedder.model().dimension]).unwrap()
}

#[tokio::test]
async fn a_writer_cannot_choose_where_a_memory_comes_from() {
    let bench = Bench::default();
    let memory = MemoryRecord { vector: Some(vector(&bench)), ..kept("older") };
    assert_eq!(bench.writer().import(request(vec![memory])).await.unwrap(), [Loaded::Written]);
    let memory = bench.store.get(&key("older")).await.unwrap().unwrap();
    assert_eq!((memory.created_at, memory.updated_at), (kept("x").created_at, kept("x").updated_at));
    assert_eq!((memory.version, memory.superseded_by), (2, Some(key("newer"))));
    assert_eq!(memory.embedding, EmbeddingState::Pending, "only the model in use makes vectors");
    assert_eq!(bench.store.usage(&[memory.id]).await.unwrap()[0].count, 0);
    let origin = memory.origin.unwrap();
    assert_eq!((origin.kind, origin.agent.as_deref()), (OriginKind::Import, Some("a1")));
    assert_eq!(origin.client, None);
}

#[tokio::test]
async fn the_owner_brings_an_export_back_as_it_was() {
    let bench = Bench::default();
    let memory = MemoryRecord { vector: Some(vector(&bench)), ..kept("older") };
    let model = bench.embedder.model().clone();
    let told = bench.admin().import_own(request(vec![memory.clone()]), Some(&model)).await.unwrap();
    assert_eq!(told, [Loaded::Written]);
    let read = bench.store.get(&key("older")).await.unwrap().unwrap();
    assert_eq!((read.origin, read.embedding), (memory.origin, EmbeddingState::Done));
    assert_eq!(bench.store.usage(&[read.id]).await.unwrap()[0].count, 3);
}

#[tokio::test]
async fn vectors_of_another_model_are_left_behind_even_by_the_owner() {
    let bench = Bench::default();
    let other = ModelIdentity { name: "other".to_owned(), ..bench.embedder.model().clone() };
    for (text, model) in [("a", Some(&other)), ("b", None)] {
        let memory = MemoryRecord { vector: Some(vector(&bench)), ..kept(text) };
        bench.admin().import_own(request(vec![memory]), model).await.unwrap();
        let read = bench.store.get(&key(text)).await.unwrap().unwrap();
        assert_eq!(read.embedding, EmbeddingState::Pending, "{model:?}");
    }
}

#[tokio::test]
async fn no_import_changes_the_origin_of_what_is_here() {
    let bench = Bench::default();
    bench.writer().import(request(vec![kept("text")])).await.unwrap();
    let before = bench.store.get(&key("text")).await.unwrap().unwrap();
    let again = MemoryRecord { version: 9, ..kept("text") };
    let told = bench.admin().import_own(request(vec![again]), None).await.unwrap();
    assert_eq!(told, [Loaded::Live]);
    assert_eq!(bench.store.get(&key("text")).await.unwrap().unwrap(), before);
}

#[tokio::test]
async fn what_was_deleted_here_comes_back_only_when_that_is_asked_for() {
    let bench = Bench::default();
    store(&bench, "text").await;
    let standing = async || bench.writer().standings(&request(vec![kept("text")]).records).await.unwrap();
    assert_eq!(standing().await, [Standing::Live]);
    bench.writer().delete(forget("text")).await.unwrap();
    assert_eq!(standing().await, [Standing::Deleted]);
    assert_eq!(bench.writer().import(request(vec![kept("text")])).await.unwrap(), [Loaded::Deleted]);
    assert_eq!(bench.store.get(&key("text")).await.unwrap(), None);
    let back = ImportRequest { on_deleted: OnDeleted::Replace, ..request(vec![kept("text")]) };
    assert_eq!(bench.writer().import(back).await.unwrap(), [Loaded::Replaced]);
    assert_eq!(bench.store.get(&key("text")).await.unwrap().unwrap().tags, ["kept"]);
}

#[tokio::test]
async fn an_edge_without_a_time_was_made_now() {
    let bench = Bench::default();
    let edge = EdgeRecord {
        source: key("text"),
        target: ContentHash::stored("alice"),
        relationship_type: Some("has_entity".to_owned()),
        similarity: None,
        connection_types: "[]".to_owned(),
        metadata: None,
        created_at: None,
        is_deleted: false,
    };
    let mut both = request(vec![kept("text")]);
    both.records.push(Record::Edge(edge.clone()));
    assert_eq!(bench.writer().import(both).await.unwrap(), [Loaded::Written; 2]);
    let records = exported(&bench).await;
    let dated = EdgeRecord { created_at: Some(ports::Clock::now(&*bench.clock)), ..edge };
    assert_eq!(records.last(), Some(&Record::Edge(dated)));
}

#[tokio::test]
async fn what_one_owner_exports_another_store_gives_back_the_same() {
    let (one, other) = (Bench::default(), Bench::default());
    for text in ["a", "b", "c"] {
        store(&one, text).await;
    }
    one.writer().delete(forget("b")).await.unwrap();
    let records = exported(&one).await;
    assert_eq!(records.len(), 3);
    let own = ImportRequest { records: records.clone(), on_deleted: OnDeleted::Keep };
    other.admin().import_own(own, Some(one.embedder.model())).await.unwrap();
    assert_eq!(exported(&other).await, records);
}

#[tokio::test]
async fn a_store_that_fails_is_told() {
    let bench = Bench::default();
    store(&bench, "other").await;
    bench.store.set_fault(Some(Fault::Full));
    assert!(bench.writer().import(request(vec![kept("text")])).await.is_err());
}

struct Keep(Arc<Mutex<Vec<Record>>>);

impl DumpSink for Keep {
    fn begin(&mut self, _model: &ModelIdentity, _memories: u64) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn take(&mut self, record: Record) -> ControlFlow<()> {
        self.0.lock().unwrap().push(record);
        ControlFlow::Continue(())
    }
}

async fn exported(bench: &Bench) -> Vec<Record> {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let sink = Box::new(Keep(Arc::clone(&kept)));
    let ended = bench.admin().export(DumpRequest::everything(), sink).await.unwrap();
    assert_eq!(ended, ControlFlow::Continue(()));
    std::mem::take(&mut *kept.lock().unwrap())
}
