//! Databases that the original program wrote, carried into new ones through a file of our format.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use model::{Filter, ModelIdentity, Record};
use ports::{DumpRequest, DumpSink, Loaded, MemoryStore, OnDeleted};
use rusqlite::Connection;
use rusqlite::types::Value;
use store_sqlite::SqliteStore;
use transfer::{Export, Header, Import, NativeWriter, Outcome, Part};

use crate::samples::{Place, embedded, memory, now};

const FIXTURES: [&str; 4] =
    ["upstream_8.44.db", "upstream_8.44_migrated_by_10.59.db", "upstream_10.59.db", "upstream_12.4.db"];

fn places() -> Vec<(String, Place)> {
    let named = FIXTURES.into_iter().map(|fixture| (fixture.to_owned(), Place::of(fixture)));
    named.chain([("two stores".to_owned(), Place::of_two_stores())]).collect()
}

type Writer = NativeWriter<Vec<u8>>;

/// Writes what it is given; does something before the first record, and ends the dump after so many.
struct Sink {
    writer: Arc<Mutex<Option<Writer>>>,
    records: usize,
    most: usize,
    meanwhile: Box<dyn FnMut(usize) + Send>,
}

impl DumpSink for Sink {
    fn begin(&mut self, model: &ModelIdentity, _memories: u64) -> ControlFlow<()> {
        let parts = BTreeSet::from(Part::ALL);
        let model = Some(model.clone());
        let header = Header { created_at: now(), program: "tests".to_owned(), model, parts, counts: None };
        *self.writer.lock().unwrap() = Some(NativeWriter::new(Vec::new(), &header).unwrap());
        ControlFlow::Continue(())
    }

    fn take(&mut self, record: Record) -> ControlFlow<()> {
        (self.meanwhile)(self.records);
        self.records += 1;
        self.writer.lock().unwrap().as_mut().unwrap().write(&record).unwrap();
        if self.records < self.most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}

/// The bytes of an export, during which something happens.
async fn export_while(store: &SqliteStore, meanwhile: Box<dyn FnMut(usize) + Send>) -> Vec<u8> {
    let writer = Arc::new(Mutex::new(None));
    let sink = Sink { writer: Arc::clone(&writer), records: 0, most: usize::MAX, meanwhile };
    assert!(store.dump(DumpRequest::everything(), Box::new(sink)).await.unwrap().is_continue());
    let mut writer = writer.lock().unwrap().take().unwrap();
    writer.finish().unwrap();
    writer.into_inner()
}

async fn export(store: &SqliteStore) -> Vec<u8> {
    export_while(store, Box::new(|_| {})).await
}

fn records(file: &[u8]) -> Vec<Record> {
    let mut import = Import::open(file).unwrap();
    let mut records = Vec::new();
    while let Some(read) = import.next_record().unwrap() {
        let Outcome::Usable(record) = read.outcome else { panic!("{}: {:?}", read.place, read.outcome) };
        records.push(record);
    }
    records
}

async fn import(store: &SqliteStore, file: &[u8]) {
    for batch in records(file).chunks(3) {
        let loaded = store.load(batch.to_vec(), OnDeleted::Keep).await.unwrap();
        assert!(loaded.iter().all(|loaded| *loaded == Loaded::Written), "{loaded:?}");
    }
}

/// Every row of a query, by its first column.
fn rows(connection: &Connection, sql: &str) -> BTreeMap<String, Vec<Value>> {
    let mut statement = connection.prepare(sql).unwrap();
    let width = statement.column_count();
    let rows = statement.query_map([], |row| {
        let values = (0..width).map(|column| row.get(column)).collect::<Result<Vec<Value>, _>>()?;
        Ok((format!("{:?} {:?}", values[0], values[1]), values))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// What the original stores, but for the numbers of the rows.
const ROWS: [&str; 2] = [
    "SELECT content_hash, content, tags, memory_type, metadata, created_at, updated_at, created_at_iso, updated_at_iso,
        deleted_at, store, parent_id, version, superseded_by, confidence, last_accessed FROM memories",
    "SELECT source_hash, target_hash, similarity, connection_types, metadata, created_at, relationship_type
        FROM memory_graph",
];

#[tokio::test]
async fn every_database_of_the_original_comes_through_a_file_to_the_byte() {
    for (name, old) in places() {
        let store = old.open().await;
        store.settle_vector_space(true).await.unwrap();
        let file = export(&store).await;
        let given = records(&file);
        let statistics = store.statistics().await.unwrap();
        let count = |wanted: fn(&Record) -> bool| given.iter().filter(|record| wanted(record)).count() as u64;
        let is_memory = |record: &Record| matches!(record, Record::Memory(_));
        assert_eq!(count(is_memory), statistics.memories + statistics.tombstones, "{name}");
        let has_vector =
            |record: &Record| matches!(record, Record::Memory(memory) if memory.vector.is_some());
        assert_eq!(count(has_vector), statistics.embedded, "{name}");
        let new = Place::empty();
        let other = new.open().await;
        import(&other, &file).await;
        assert_eq!(String::from_utf8(export(&other).await), String::from_utf8(file), "{name}");
        for sql in ROWS {
            let (before, after) = (rows(&old.plain(), sql), rows(&new.plain(), sql));
            assert!(sql.contains("memory_graph") || !before.is_empty());
            assert_eq!(before, after, "{name}");
        }
        let report = other.check(ports::Check::Deep).await.unwrap();
        assert!(report.is_sound(), "{name}: {report:?}");
    }
}

#[tokio::test]
async fn what_no_other_program_would_write_comes_through_as_it_is_read() {
    let old = Place::empty();
    let store = old.open().await;
    for (seed, text) in (1..).zip(["a", "b", "c", "d", "e", "f"]) {
        store.insert(embedded(text, seed)).await.unwrap();
    }
    old.plain()
        .execute_batch(
            "UPDATE memories SET created_at = 'long ago', tags = ' a ,, b', metadata = '{broken' WHERE content = 'a';
             UPDATE memories SET created_at = 1e18, created_at_iso = '1970-01-01T00:00:03Z', tags = NULL,
                metadata = NULL, confidence = NULL, updated_at = NULL WHERE content = 'b';
             UPDATE memories SET created_at = NULL, created_at_iso = NULL, memory_type = '', store = '',
                superseded_by = '', metadata = '[1]', tags = '' WHERE content = 'c';
             UPDATE memories SET metadata = '{\"a\":1e400, \"b\":\"\\u00e9\", \"a\":2}', version = 'x',
                last_accessed = 5.5, confidence = 9e999, content = CAST('d' AS BLOB) WHERE content = 'd';
             UPDATE memories SET deleted_at = 'once', parent_id = '' WHERE content = 'e';
             INSERT INTO memory_graph (source_hash, target_hash, similarity, connection_types, metadata, created_at)
                VALUES ('x', 'nowhere', 9e999, '', 'x', 'then'), ('x', ' ', -1, '[]', NULL, 1e18)",
        )
        .unwrap();
    let file = export(&store).await;
    assert_eq!(records(&file).len(), 8);
    let new = Place::empty();
    let other = new.open().await;
    import(&other, &file).await;
    assert_eq!(String::from_utf8(export(&other).await), String::from_utf8(file));
}

#[tokio::test]
async fn an_export_holds_one_moment_while_others_write() {
    let place = Place::empty();
    let store = place.open().await;
    for seed in 0..40 {
        store.insert(embedded(&format!("memory {seed}"), seed)).await.unwrap();
    }
    let before = export(&store).await;
    // In the middle of it another program changes, deletes, adds, and empties the log as far as it can.
    let theirs = place.plain();
    let write = move |records: usize| {
        if records == 5 {
            theirs
                .execute_batch(
                    "UPDATE memories SET tags = 'changed';
                     DELETE FROM memories WHERE content = 'memory 30';
                     UPDATE memories SET deleted_at = 5.0 WHERE content = 'memory 31';
                     INSERT INTO memories (content_hash, content, created_at) VALUES ('new', 'new', 1.0);
                     INSERT INTO memory_graph (source_hash, target_hash, similarity, connection_types, created_at)
                        VALUES ('new', 'entity', 1.0, '[]', 1.0);",
                )
                .unwrap();
        }
    };
    let meanwhile = export_while(&store, Box::new(write)).await;
    assert_eq!(String::from_utf8(meanwhile), String::from_utf8(before.clone()));
    assert_ne!(export(&store).await, before);
}

#[tokio::test]
async fn a_dump_that_nobody_waits_for_ends() {
    let place = Place::empty();
    let store = place.open().await;
    for seed in 0..20 {
        store.insert(embedded(&format!("memory {seed}"), seed)).await.unwrap();
    }
    let (begun, first) = tokio::sync::oneshot::channel();
    let (go_on, gone) = std::sync::mpsc::channel();
    let taken = Arc::new(Mutex::new(0));
    let (mut begun, counted) = (Some(begun), Arc::clone(&taken));
    let meanwhile = move |_| {
        *counted.lock().unwrap() += 1;
        if let Some(begun) = begun.take() {
            begun.send(()).unwrap();
            gone.recv().unwrap();
        }
    };
    let writer = Arc::new(Mutex::new(None));
    let sink = Sink { writer, records: 0, most: usize::MAX, meanwhile: Box::new(meanwhile) };
    let dump = store.dump(DumpRequest::everything(), Box::new(sink));
    tokio::select! {
        _ = dump => panic!("it cannot end"),
        first = first => first.unwrap(),
    }
    go_on.send(()).unwrap();
    // Closing waits for the thread.
    store.close().await;
    assert_eq!(*taken.lock().unwrap(), 1);
}

#[tokio::test]
async fn a_loaded_tombstone_is_purged_without_a_trace() {
    let (old, new) = (Place::empty(), Place::empty());
    let store = old.open().await;
    store.insert(embedded("the password is swordfish", 1)).await.unwrap();
    store.delete(&Filter::one(memory("the password is swordfish").hash), now()).await.unwrap();
    let file = export(&store).await;
    let other = new.open().await;
    import(&other, &file).await;
    let purged = other.purge(ports::Purge::DeletedBefore(now().plus_seconds(1.0))).await.unwrap();
    assert_eq!(purged.hashes.len(), 1);
    other.close().await;
    let bytes = std::fs::read(new.path()).unwrap();
    assert!(!bytes.windows(9).any(|nine| nine == b"swordfish"));
    let left: i64 =
        new.plain().query_row("SELECT count(*) FROM service_deleted_vectors", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
}
