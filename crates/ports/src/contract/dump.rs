//! `dump`, `load`, `standings`.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use model::{
    ContentHash, EdgeRecord, Filter, MemoryRecord, Metadata, ModelIdentity, NewMemory, Origin, OriginKind,
    PartitionScope, Record, UsageRecord,
};
use serde_json::json;

use super::StoreUnderTest;
use super::sample::{
    at, by_meaning, by_words, create, create_at, kind, listed, memory, partition, tags, too_long, vector,
};
use crate::{
    DeletionId, DumpRequest, DumpSink, Loaded, MemoryStore, OnDeleted, Standing, StoreError, Undelete,
};

/// What a dump gave.
#[derive(Default)]
struct Given {
    begun: Option<(ModelIdentity, u64)>,
    records: Vec<Record>,
}

/// Keeps what it is given, and ends the dump after so many records.
struct Keep {
    given: Arc<Mutex<Given>>,
    most: usize,
}

impl DumpSink for Keep {
    fn begin(&mut self, model: &ModelIdentity, memories: u64) -> ControlFlow<()> {
        let mut given = self.given.lock().unwrap();
        assert!(given.begun.is_none() && given.records.is_empty(), "a dump begins once");
        given.begun = Some((model.clone(), memories));
        ControlFlow::Continue(())
    }

    fn take(&mut self, record: Record) -> ControlFlow<()> {
        let mut given = self.given.lock().unwrap();
        assert!(given.begun.is_some(), "a dump begins before its records");
        given.records.push(record);
        if given.records.len() < self.most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}

/// A sink that takes one record.
pub(super) fn sink() -> Box<dyn DumpSink> {
    Box::new(Keep { given: Arc::default(), most: 1 })
}

async fn some(store: &dyn MemoryStore, request: DumpRequest) -> Vec<Record> {
    let given = Arc::new(Mutex::new(Given::default()));
    let sink = Box::new(Keep { given: Arc::clone(&given), most: usize::MAX });
    assert_eq!(store.dump(request, sink).await.unwrap(), ControlFlow::Continue(()));
    let given = std::mem::take(&mut *given.lock().unwrap());
    let memories = given.records.iter().filter(|record| matches!(record, Record::Memory(_))).count();
    assert_eq!(given.begun, Some((store.model().clone(), memories as u64)));
    given.records
}

pub(super) async fn all(store: &dyn MemoryStore) -> Vec<Record> {
    some(store, DumpRequest::everything()).await
}

pub(super) async fn loaded(store: &dyn MemoryStore, records: &[Record]) -> Vec<Loaded> {
    store.load(records.to_vec(), OnDeleted::Keep).await.unwrap()
}

/// The records in few words: texts of memories, ends of edges, `-` before what is deleted.
fn told(records: &[Record]) -> Vec<String> {
    let told = records.iter().map(|record| {
        let sign = if record.is_deleted() { "-" } else { "" };
        match record {
            Record::Memory(memory) => format!("{sign}{}", memory.content),
            Record::Edge(edge) => format!("{sign}{} {}", named(&edge.source), named(&edge.target)),
        }
    });
    told.collect()
}

/// The text of a key, for those that the cases use.
fn named(hash: &ContentHash) -> String {
    let texts = ["a", "b", "c", "d", "text"];
    let text = texts.into_iter().find(|text| memory(text).hash == *hash);
    text.unwrap_or(hash.as_str()).to_owned()
}

fn stored(text: &str) -> MemoryRecord {
    MemoryRecord::from(memory(text))
}

fn deleted(text: &str, deletion: Option<u32>, seconds: f64) -> MemoryRecord {
    MemoryRecord { deleted_at: Some(at(seconds)), deletion, ..stored(text) }
}

fn record(memory: MemoryRecord) -> Record {
    Record::Memory(Box::new(memory))
}

fn edge(from: &str, to: &str) -> EdgeRecord {
    EdgeRecord {
        source: memory(from).hash,
        target: memory(to).hash,
        relationship_type: Some("related".to_owned()),
        similarity: Some(0.75),
        connection_types: "[\"semantic\"]".to_owned(),
        metadata: Some("{}".to_owned()),
        created_at: Some(at(9.0)),
        is_deleted: false,
    }
}

/// A memory whose every field says something.
fn full(store: &dyn MemoryStore) -> MemoryRecord {
    let metadata = json!({ "z": 1, "a": [1.5, null] });
    MemoryRecord {
        tags: vec!["Red".to_owned(), "two words".to_owned()],
        tags_text: Some("Red, two words".to_owned()),
        memory_type: Some("Fix-Note".to_owned()),
        metadata: Metadata::stored(metadata.as_object().unwrap().clone()),
        metadata_text: Some("{\"z\":1, \"a\":[1.5,null]}".to_owned()),
        created_at_iso: Some("yesterday".to_owned()),
        updated_at: Some(at(4.0)),
        updated_at_iso: Some("today".to_owned()),
        occurred_at: Some(at(-99.0)),
        origin: Some(Origin { client: Some("c".to_owned()), ..Origin::of(OriginKind::User) }),
        partition: partition("work"),
        parent: Some(ContentHash::stored("before")),
        version: 3,
        superseded_by: Some(ContentHash::stored("after")),
        confidence: Some(0.25),
        last_accessed: Some(1_795_000_000),
        usage: Some(UsageRecord { count: 4, last: at(7.0) }),
        vector: Some(vector(store, 30.0)),
        ..stored("text")
    }
}

pub async fn a_dump_has_one_order_whatever_was_written_first<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for (text, seconds) in [("c", 3.0), ("a", 1.0), ("d", 4.0), ("b", 1.0)] {
        create(store, NewMemory { created_at: at(seconds), ..memory(text) }).await;
    }
    bed.link_memories(&memory("c").hash, &memory("a").hash).await;
    bed.link_memories(&memory("a").hash, &memory("c").hash).await;
    bed.link_entity(&memory("d").hash, "alice").await;
    store.delete(&Filter::one(memory("d").hash), at(9.0)).await.unwrap();
    let mut edges =
        vec![(memory("a").hash, "a c"), (memory("c").hash, "c a"), (memory("d").hash, "-d alice")];
    edges.sort();
    let (mut first, second) = (vec!["a", "b"], ["c", "-d"]);
    first.sort_by_key(|text| memory(text).hash);
    let expected: Vec<&str> =
        first.into_iter().chain(second).chain(edges.into_iter().map(|(_, edge)| edge)).collect();
    assert_eq!(told(&all(store).await), expected);
}

pub async fn what_is_not_asked_for_is_not_given<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create_at(store, 0.0, memory("a")).await;
    create_at(store, 1.0, memory("b")).await;
    bed.link_entity(&memory("a").hash, "alice").await;
    bed.link_memories(&memory("a").hash, &memory("b").hash).await;
    store.delete(&Filter::one(memory("b").hash), at(9.0)).await.unwrap();
    let whole = DumpRequest::everything();
    let vectors = |records: Vec<Record>| {
        let has_one = |record: &&Record| matches!(record, Record::Memory(memory) if memory.vector.is_some());
        records.iter().filter(has_one).count()
    };
    assert_eq!(vectors(all(store).await), 2, "that of a deleted memory, too");
    assert_eq!(vectors(some(store, DumpRequest { vectors: false, ..whole.clone() }).await), 0);
    let live = some(store, DumpRequest { deleted: false, ..whole.clone() }).await;
    assert_eq!(told(&live), ["a", "a alice"]);
    let memories = some(store, DumpRequest { edges: false, ..whole }).await;
    assert_eq!(told(&memories), ["a", "-b"]);
}

pub async fn edges_are_given_that_lie_within_the_filter<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for (text, list) in [("a", "red"), ("b", "red"), ("c", "blue"), ("d", "red")] {
        create(store, NewMemory { tags: tags(list), ..memory(text) }).await;
    }
    create(store, NewMemory { tags: tags("red"), partition: partition("work"), ..memory("text") }).await;
    let links = [("a", "b"), ("a", "c"), ("c", "b"), ("a", "d"), ("a", "text")];
    for (from, to) in links {
        bed.link_memories(&memory(from).hash, &memory(to).hash).await;
    }
    bed.link_entity(&memory("a").hash, "alice").await;
    bed.link_entity(&memory("c").hash, "bob").await;
    store.delete(&Filter::one(memory("d").hash), at(9.0)).await.unwrap();
    let of = |deleted: bool, partitions: PartitionScope| {
        let filter = Filter { tags: tags("red"), partitions, ..Filter::everything() };
        DumpRequest { filter, deleted, ..DumpRequest::everything() }
    };
    for (request, mut expected) in [
        (of(true, PartitionScope::All), vec!["a", "b", "text", "-d", "a b", "-a d", "a text", "a alice"]),
        (of(false, PartitionScope::All), vec!["a", "b", "text", "a b", "a text", "a alice"]),
        (of(false, PartitionScope::default()), vec!["a", "b", "a b", "a alice"]),
    ] {
        let mut given = told(&some(store, request).await);
        given.sort();
        expected.sort_unstable();
        assert_eq!(given, expected);
    }
}

pub async fn what_is_loaded_is_dumped_as_it_was<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let full = full(store);
    let gone = MemoryRecord {
        deleted_at: Some(at(8.0)),
        deletion: Some(7),
        hash: memory("d").hash,
        created_at: Some(at(1.0)),
        ..full.clone()
    };
    let mut edges = [
        EdgeRecord { target: ContentHash::stored("an entity"), relationship_type: None, ..edge("text", "a") },
        EdgeRecord { is_deleted: true, metadata: None, ..edge("text", "d") },
    ];
    edges.sort_by(|a, b| a.target.cmp(&b.target));
    let mut records = vec![record(full), record(gone)];
    records.extend(edges.map(Record::Edge));
    assert_eq!(loaded(store, &records).await, [Loaded::Written; 4]);
    assert_eq!(all(store).await, records);
}

pub async fn a_loaded_memory_is_found_as_any_other<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let entity = EdgeRecord {
        target: ContentHash::stored("alice"),
        relationship_type: Some("has_entity".to_owned()),
        ..edge("text", "a")
    };
    let harbour = MemoryRecord {
        content: "the harbour".to_owned(),
        superseded_by: None,
        partition: partition("default"),
        ..full(store)
    };
    loaded(store, &[record(harbour), record(stored("waits")), Record::Edge(entity)]).await;
    let alice = Filter { entity: Some("Alice".to_owned()), ..Filter::default() };
    let red = Filter { tags: tags("red"), memory_type: kind("Fix-Note"), ..Filter::default() };
    assert_eq!(by_words(store, "harbour", &alice).await, ["the harbour"]);
    assert_eq!(by_meaning(store, &red).await, ["the harbour"]);
    let read = store.get(&memory("text").hash).await.unwrap().unwrap();
    assert_eq!((read.version, read.parent), (3, Some(ContentHash::stored("before"))));
    assert_eq!(read.origin.map(|origin| origin.kind), Some(OriginKind::User));
    assert_eq!(store.usage(&[read.id]).await.unwrap()[0].count, 4);
    let waiting = store.unembedded(None, 10).await.unwrap();
    assert_eq!(waiting.iter().map(|memory| memory.content.as_str()).collect::<Vec<_>>(), ["waits"]);
}

pub async fn what_is_here_stays_and_that_is_told<S: StoreUnderTest>() {
    use Loaded as L;
    use Standing::{Deleted, Live};

    let bed = S::empty().await;
    let store = bed.store();
    create(store, NewMemory { tags: tags("here"), ..memory("a") }).await;
    create(store, NewMemory { tags: tags("here"), ..memory("b") }).await;
    create(store, memory("c")).await;
    bed.link_memories(&memory("a").hash, &memory("c").hash).await;
    bed.link_memories(&memory("b").hash, &memory("c").hash).await;
    store.delete(&Filter::one(memory("b").hash), at(5.0)).await.unwrap();
    let before = all(store).await;
    let there = |text: &str| MemoryRecord { tags: vec!["there".to_owned()], ..stored(text) };
    let went = EdgeRecord { is_deleted: true, ..edge("a", "c") };
    let records = vec![
        record(there("a")),
        record(there("b")),
        record(MemoryRecord { tags: vec!["there".to_owned()], ..deleted("a", Some(1), 6.0) }),
        record(deleted("b", None, 6.0)),
        Record::Edge(edge("a", "c")),
        Record::Edge(edge("b", "c")),
        Record::Edge(went),
    ];
    let standings = store.standings(&records).await.unwrap();
    assert_eq!(standings, [Live, Deleted, Live, Deleted, Live, Deleted, Live]);
    assert_eq!(
        store.standings(&[record(there("d")), Record::Edge(edge("d", "a"))]).await.unwrap(),
        [Standing::Absent, Standing::Absent]
    );
    let told = loaded(store, &records).await;
    assert_eq!(told, [L::Live, L::Deleted, L::Live, L::Deleted, L::Live, L::Deleted, L::Live]);
    assert_eq!(all(store).await, before);
}

pub async fn a_deleted_memory_gives_way_when_that_is_asked_for<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for text in ["a", "b"] {
        create_at(store, 0.0, NewMemory { tags: tags("here"), ..memory(text) }).await;
    }
    bed.link_memories(&memory("a").hash, &memory("b").hash).await;
    let deletion = store.delete(&Filter::everything(), at(5.0)).await.unwrap();
    let there = MemoryRecord { tags: vec!["there".to_owned()], ..stored("a") };
    let records = vec![record(there), record(deleted("b", None, 6.0))];
    let told = store.load(records, OnDeleted::Replace).await.unwrap();
    assert_eq!(told, [Loaded::Replaced, Loaded::Deleted]);
    let read = store.get(&memory("a").hash).await.unwrap().unwrap();
    assert_eq!(read.tags, ["there"]);
    assert_eq!(by_meaning(store, &Filter::default()).await, [""; 0], "its vector was the other one's");
    let back = store.undelete(Undelete::Deletion(deletion.id.unwrap())).await.unwrap();
    assert_eq!(back.restored, [memory("b").hash]);
}

pub async fn a_loaded_deletion_can_be_taken_back<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let a = MemoryRecord { vector: Some(vector(store, 0.0)), ..deleted("a", Some(7), 5.0) };
    let went = EdgeRecord {
        target: ContentHash::stored("alice"),
        relationship_type: Some("has_entity".to_owned()),
        is_deleted: true,
        ..edge("a", "b")
    };
    let records = [record(a), record(deleted("b", Some(7), 5.0)), record(deleted("c", None, 5.0))];
    loaded(store, &records).await;
    loaded(store, &[Record::Edge(went)]).await;
    assert_eq!(store.statistics().await.unwrap().tombstones, 3);
    let back = store.undelete(Undelete::Deletion(DeletionId(7))).await.unwrap();
    let mut restored = back.restored;
    restored.sort();
    let mut expected = [memory("a").hash, memory("b").hash];
    expected.sort();
    assert_eq!(restored, expected);
    let alice = Filter { entity: Some("alice".to_owned()), ..Filter::default() };
    assert_eq!(listed(store, &alice).await, ["a"]);
    assert_eq!(by_meaning(store, &Filter::default()).await, ["a"]);
    create(store, memory("d")).await;
    let next = store.delete(&Filter::one(memory("d").hash), at(9.0)).await.unwrap();
    assert_eq!(next.id, Some(DeletionId(8)), "numbers go on");
}

pub async fn a_deletion_keeps_its_number_unless_another_one_has_it<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create(store, memory("a")).await;
    let own = store.delete(&Filter::one(memory("a").hash), at(1.0)).await.unwrap().id.unwrap();
    let number = u32::try_from(own.0).unwrap();
    let records = [record(deleted("b", Some(number), 2.0)), record(deleted("c", Some(number), 2.0))];
    loaded(store, &records).await;
    loaded(store, &[record(deleted("d", Some(number), 1.0))]).await;
    let back = store.undelete(Undelete::Deletion(own)).await.unwrap();
    assert_eq!(back.restored.len(), 2, "a, and what was deleted at the same moment under the same number");
    let numbers: Vec<Option<u32>> = all(store)
        .await
        .into_iter()
        .filter_map(|record| match record {
            Record::Memory(memory) if memory.deleted_at.is_some() => Some(memory.deletion),
            _ => None,
        })
        .collect();
    assert_eq!(numbers.len(), 2);
    assert!(numbers[0] == numbers[1] && numbers[0].is_some_and(|found| found != number), "{numbers:?}");
}

pub async fn one_vector_of_another_dimension_and_nothing_is_loaded<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let long = MemoryRecord { vector: Some(too_long(store)), ..stored("a") };
    let refused = store.load(vec![record(stored("b")), record(long)], OnDeleted::Keep).await;
    assert!(matches!(refused, Err(StoreError::Dimension { .. })), "{refused:?}");
    assert_eq!(all(store).await, []);
}

pub async fn a_sink_can_end_a_dump<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for text in ["a", "b", "c"] {
        create(store, memory(text)).await;
    }
    let given = Arc::new(Mutex::new(Given::default()));
    let sink = Box::new(Keep { given: Arc::clone(&given), most: 2 });
    let ended = store.dump(DumpRequest::everything(), sink).await.unwrap();
    assert_eq!((ended, given.lock().unwrap().records.len()), (ControlFlow::Break(()), 2));
}
