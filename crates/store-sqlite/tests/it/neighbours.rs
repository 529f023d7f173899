//! Others that use the same file at the same time: the original, further processes, a second handle.

use std::sync::Arc;

use model::{Filter, NewMemory, PartitionScope};
use ports::{Check, Inserted, MemoryStore, Page, StoreError, WordQuery};
use rusqlite::{Connection, params};
use store_sqlite::{Options, SqliteStore};

use crate::samples::{DIMENSION, Place, embedded, memory, model_of, now, vector};

fn bytes(seed: u64) -> Vec<u8> {
    vector(seed).as_slice().iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// Stores a memory as the original does.
fn store_like_the_original(connection: &Connection, hash: &str, text: &str, seed: u64) -> i64 {
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    connection
        .execute(
            "INSERT INTO memories (content_hash, content, tags, memory_type, metadata, created_at, updated_at,
                created_at_iso, updated_at_iso) VALUES (?, ?, 'theirs', 'note', '{}', 1.5, 1.5, 'x', 'x')",
            [hash, text],
        )
        .unwrap();
    let id = connection.last_insert_rowid();
    connection
        .execute(
            "INSERT INTO memory_embeddings (rowid, content_embedding, store) VALUES (?, ?, 'default')",
            params![id, bytes(seed)],
        )
        .unwrap();
    connection.execute_batch("COMMIT").unwrap();
    id
}

async fn nearest(store: &SqliteStore, seed: u64) -> Option<i64> {
    let found = store.search_vectors(&vector(seed), &Filter::default(), 3).await.unwrap();
    found.first().filter(|candidate| candidate.score > 0.99).map(|candidate| candidate.id.0)
}

#[tokio::test]
async fn what_the_original_writes_is_found_at_once() {
    let place = Place::empty();
    let store = place.open().await;
    store.insert(embedded("ours", 1)).await.unwrap();
    assert!(nearest(&store, 1).await.is_some());
    let theirs = place.plain();
    let id = store_like_the_original(&theirs, "their-key", "a walrus from elsewhere", 2);
    assert_eq!(nearest(&store, 2).await, Some(id));
    let words =
        store.search_words(&WordQuery("walruses theirs".to_owned()), &Filter::default(), 5).await.unwrap();
    assert_eq!(words.iter().map(|found| found.id.0).collect::<Vec<_>>(), [id]);
    // It deletes softly, as it does.
    theirs.execute("DELETE FROM memory_embeddings WHERE rowid = ?", [id]).unwrap();
    theirs.execute("UPDATE memories SET deleted_at = 2.0 WHERE id = ?", [id]).unwrap();
    assert_eq!(nearest(&store, 2).await, None);
    assert_eq!(nearest(&store, 1).await, Some(1));
}

#[tokio::test]
async fn a_vector_that_comes_late_with_a_small_number_is_found() {
    let place = Place::empty();
    let store = place.open().await;
    let Inserted::Created { id, .. } = store.insert(memory("late")).await.unwrap() else { panic!() };
    for seed in 10..20 {
        store.insert(embedded(&format!("early {seed}"), seed)).await.unwrap();
    }
    assert_eq!(nearest(&store, 5).await, None);
    let theirs = place.plain();
    theirs
        .execute(
            "INSERT INTO memory_embeddings (rowid, content_embedding, store) VALUES (?, ?, 'default')",
            params![id.0, bytes(5)],
        )
        .unwrap();
    assert_eq!(nearest(&store, 5).await, Some(id.0));
    // One goes and another comes: as many as before.
    theirs.execute("DELETE FROM memory_embeddings WHERE rowid = ?", [id.0]).unwrap();
    let other = store_like_the_original(&theirs, "other", "other", 6);
    assert_eq!((nearest(&store, 5).await, nearest(&store, 6).await), (None, Some(other)));
}

#[tokio::test]
async fn the_original_reads_and_changes_what_this_store_wrote() {
    let place = Place::empty();
    let store = place.open().await;
    store.insert(embedded("Release notes go out on Monday", 1)).await.unwrap();
    let theirs = place.plain();
    let near: (i64, f64) = theirs
        .query_row(
            "SELECT m.id, e.distance FROM memories m INNER JOIN (SELECT rowid, distance FROM memory_embeddings
                WHERE content_embedding MATCH ? AND k = 5 AND store = 'default') e ON m.id = e.rowid
                WHERE m.deleted_at IS NULL AND (m.superseded_by IS NULL OR m.superseded_by = '')",
            [bytes(1)],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert!(near.0 == 1 && near.1.abs() < 1e-6, "{near:?}");
    let piece: i64 = theirs
        .query_row(
            "SELECT m.id FROM memory_content_fts f JOIN memories m ON m.id = f.rowid
                WHERE memory_content_fts MATCH '\"ease note\"'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(piece, 1);
    theirs
        .execute_batch(
            "UPDATE memories SET tags = 'weekly', metadata = '{\"a\": 1}', updated_at = 3.0 WHERE id = 1;
             UPDATE memories SET content = 'Changed to Tuesday' WHERE id = 1;",
        )
        .unwrap();
    for (query, expected) in [("weekly", 1), ("tuesday", 1), ("monday", 0), ("notes", 0)] {
        let found = store.search_words(&WordQuery(query.to_owned()), &Filter::default(), 5).await.unwrap();
        assert_eq!(found.len(), expected, "{query}");
    }
    theirs
        .execute_batch("DELETE FROM memories WHERE id = 1; DELETE FROM memory_embeddings WHERE rowid = 1")
        .unwrap();
    let report = store.check(Check::Deep).await.unwrap();
    assert!(report.is_sound(), "{report:?}");
}

#[tokio::test]
async fn the_original_may_rebuild_its_vector_table_under_our_eyes() {
    let place = Place::empty();
    let store = place.open().await;
    for seed in 1..5 {
        store.insert(embedded(&format!("number {seed}"), seed)).await.unwrap();
    }
    assert_eq!(nearest(&store, 3).await, Some(3));
    place
        .plain()
        .execute_batch(
            "BEGIN IMMEDIATE;
             CREATE TABLE held AS SELECT rowid AS id, content_embedding AS v FROM memory_embeddings;
             DROP TABLE memory_embeddings;
             CREATE VIRTUAL TABLE memory_embeddings USING vec0(content_embedding FLOAT[384] distance_metric=cosine,
                store TEXT partition key);
             INSERT INTO memory_embeddings (rowid, content_embedding, store)
                SELECT id, v, 'default' FROM held WHERE id <> 2 ORDER BY id DESC;
             DROP TABLE held;
             COMMIT;",
        )
        .unwrap();
    assert_eq!((nearest(&store, 3).await, nearest(&store, 2).await), (Some(3), None));
    store.insert(embedded("after", 9)).await.unwrap();
    assert_eq!(nearest(&store, 9).await, Some(5));
}

#[tokio::test]
async fn two_handles_of_one_file_see_each_other_and_close_one_by_one() {
    let place = Place::empty();
    let (first, second) = (place.open().await, place.open().await);
    first.insert(embedded("from the first", 1)).await.unwrap();
    assert!(nearest(&second, 1).await.is_some());
    second.insert(embedded("from the second", 2)).await.unwrap();
    assert!(nearest(&first, 2).await.is_some());
    first.close().await;
    assert!(matches!(first.statistics().await, Err(StoreError::Closed)));
    assert_eq!(second.statistics().await.unwrap().memories, 2);
}

/// Many threads, each with a run time and a store of its own on the same file, and plain connections beside them.
#[test]
fn writers_in_several_threads_lose_nothing() {
    let place = Arc::new(Place::empty());
    let work = |thread: u64| {
        let place = Arc::clone(&place);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                let store = place.open().await;
                for n in 0..25 {
                    let seed = thread * 1000 + n;
                    let new = embedded(&format!("thread {thread} wrote {n}"), seed);
                    assert!(matches!(store.insert(new).await.unwrap(), Inserted::Created { .. }));
                    assert!(nearest(&store, seed).await.is_some());
                }
            });
        })
    };
    let threads: Vec<_> = (1..=4).map(work).collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let store = place.open().await;
        assert_eq!(store.statistics().await.unwrap().embedded, 100);
        assert!(store.check(Check::Deep).await.unwrap().is_sound());
    });
}

#[test]
fn one_of_several_that_open_an_old_file_upgrades_it() {
    let place = Arc::new(Place::of("upstream_8.44.db"));
    let threads: Vec<_> = (0..4)
        .map(|thread| {
            let place = Arc::clone(&place);
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                runtime.block_on(async {
                    let store = place.open().await;
                    store.insert(memory(&format!("thread {thread}"))).await.unwrap();
                });
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(std::fs::read_dir(place.backups()).unwrap().count(), 1);
    let rows: i64 = place.plain().query_row("SELECT count(*) FROM memories", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 8);
}

#[tokio::test]
async fn a_lock_held_too_long_is_an_error_that_says_how_long() {
    let place = Place::empty();
    let options = Options { busy_limit: std::time::Duration::from_millis(30), ..place.options() };
    let store = SqliteStore::open(options).await.unwrap();
    let theirs = place.plain();
    theirs.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = store.insert(memory("waits")).await.unwrap_err();
    assert!(matches!(error, StoreError::Busy { waited_ms } if waited_ms >= 30), "{error:?}");
    theirs.execute_batch("ROLLBACK").unwrap();
    assert!(store.insert(memory("waits")).await.is_ok());
}

#[tokio::test]
async fn closing_the_store_ends_the_waiting_for_a_lock() {
    let place = Place::empty();
    let options = Options { busy_limit: std::time::Duration::from_secs(3), ..place.options() };
    let store = SqliteStore::open(options).await.unwrap();
    let theirs = place.plain();
    theirs.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (inserted, ()) = tokio::join!(store.insert(memory("waits")), store.close());
    assert!(matches!(inserted, Err(StoreError::Closed)), "{inserted:?}");
}

#[tokio::test]
async fn closing_one_of_two_stores_leaves_the_others_calls_waiting() {
    let place = Place::empty();
    let (first, second) = (place.open().await, place.open().await);
    let theirs = place.plain();
    theirs.execute_batch("BEGIN IMMEDIATE").unwrap();
    let close = async {
        first.close().await;
        theirs.execute_batch("ROLLBACK").unwrap();
    };
    let (inserted, ()) = tokio::join!(second.insert(memory("waits")), close);
    assert!(matches!(inserted, Ok(Inserted::Created { .. })), "{inserted:?}");
}

#[tokio::test]
async fn another_models_vectors_share_the_file_and_are_never_mixed() {
    let place = Place::empty();
    let store = place.open().await;
    let Inserted::Created { id, .. } = store.insert(embedded("of both", 1)).await.unwrap() else { panic!() };
    let other = Options { model: model_of(8), ..place.options() };
    let other = SqliteStore::open(other).await.unwrap();
    let waiting = other.unembedded(None, 10).await.unwrap();
    assert_eq!(waiting.len(), 1);
    let small = model::Vector::new(vec![1.0; 8]).unwrap();
    assert_eq!(other.add_vectors(vec![(waiting[0].clone(), small.clone())]).await.unwrap(), 1);
    assert_eq!(other.search_vectors(&small, &Filter::default(), 5).await.unwrap()[0].id, id);
    assert_eq!(nearest(&store, 1).await, Some(id.0));
    // A deletion through either removes the vectors of both.
    store.delete(&Filter::one(memory("of both").hash), now()).await.unwrap();
    assert!(other.search_vectors(&small, &Filter::default(), 5).await.unwrap().is_empty());
    let left: i64 =
        place.plain().query_row("SELECT count(*) FROM service_vectors", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn foreign_vectors_of_the_same_dimension_are_put_aside_when_they_are_not_the_models() {
    let place = Place::of("upstream_10.59.db");
    let store = place.open().await;
    let ports::VectorSpace::Unverified { samples } = store.vector_space().await.unwrap() else { panic!() };
    assert!(!samples.is_empty() && samples.iter().all(|sample| sample.vector.dimension() == DIMENSION));
    // What is written before it is known whose they are joins neither side too early.
    store.insert(embedded("in between", 1)).await.unwrap();
    assert!(nearest(&store, 1).await.is_some());
    store.settle_vector_space(false).await.unwrap();
    assert_eq!(store.vector_space().await.unwrap(), ports::VectorSpace::Foreign);
    assert_eq!(store.unembedded(None, 100).await.unwrap().len(), 5);
    assert!(nearest(&store, 1).await.is_some());
    let filter = Filter { partitions: PartitionScope::All, include_superseded: true, ..Filter::default() };
    assert_eq!(store.search_vectors(&vector(1), &filter, 100).await.unwrap().len(), 1);
    let theirs: i64 =
        place.plain().query_row("SELECT count(*) FROM memory_embeddings", [], |row| row.get(0)).unwrap();
    assert_eq!(theirs, 5);
}

#[tokio::test]
async fn vectors_written_before_the_comparison_join_those_that_turn_out_to_be_the_models() {
    let place = Place::of("upstream_10.59.db");
    let store = place.open().await;
    let Inserted::Created { id, .. } = store.insert(embedded("in between", 1)).await.unwrap() else {
        panic!()
    };
    store.settle_vector_space(true).await.unwrap();
    assert_eq!(nearest(&store, 1).await, Some(id.0));
    let row: (i64, i64, i64) = place
        .plain()
        .query_row(
            "SELECT (SELECT count(*) FROM service_vectors), (SELECT count(*) FROM memory_embeddings),
                (SELECT embedding_pending FROM memories WHERE id = ?)",
            [id.0],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .unwrap();
    assert_eq!(row, (0, 6, 0));
    let listing = store.list(&Filter::default(), Page { offset: 0, limit: 100 }).await.unwrap();
    assert!(listing.memories.iter().all(|memory| memory.embedding == model::EmbeddingState::Done));
}

#[tokio::test]
async fn a_check_after_many_writes_of_another_connection_finds_nothing_wrong() {
    let place = Place::empty();
    let store = place.open().await;
    for round in 0..5 {
        for n in 0..40 {
            store
                .insert(memory(&format!("round {round} number {n} of some words that differ")))
                .await
                .unwrap();
        }
        let query = WordQuery("words round".to_owned());
        assert_eq!(store.search_words(&query, &Filter::default(), 5).await.unwrap().len(), 5);
        let report = store.check(Check::Quick).await.unwrap();
        assert!(report.is_sound(), "{report:?}");
    }
}

#[tokio::test]
async fn a_filter_with_one_memory_among_many_finds_it() {
    let place = Place::empty();
    let store = place.open().await;
    for seed in 0..300 {
        store.insert(embedded(&format!("ordinary {seed}"), seed)).await.unwrap();
    }
    let far = NewMemory {
        tags: model::Tags::parse("rare").unwrap(),
        partition: model::Partition::parse("attic").unwrap(),
        ..embedded("the one", 5000)
    };
    let Inserted::Created { id, .. } = store.insert(far).await.unwrap() else { panic!() };
    let filters = [
        Filter {
            tags: model::Tags::parse("rare").unwrap(),
            partitions: PartitionScope::All,
            ..Filter::default()
        },
        Filter { partitions: PartitionScope::parse("attic").unwrap(), ..Filter::default() },
    ];
    for filter in filters {
        let near = store.search_vectors(&vector(0), &filter, 5).await.unwrap();
        assert_eq!(near.iter().map(|found| found.id).collect::<Vec<_>>(), [id], "{filter:?}");
        let words = store.search_words(&WordQuery("the one ordinary".to_owned()), &filter, 5).await.unwrap();
        assert_eq!(words.iter().map(|found| found.id).collect::<Vec<_>>(), [id], "{filter:?}");
    }
}
