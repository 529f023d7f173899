//! What needs a hand inside: a full disk, a job that panics.

use model::Filter;
use ports::WordQuery;

use super::*;
use crate::Options;
use crate::samples::{self, model};

fn memory(text: &str) -> NewMemory {
    NewMemory { vector: Some(Vector::new(vec![1.0; 8]).unwrap()), ..samples::memory(text) }
}

async fn opened(directory: &tempfile::TempDir) -> SqliteStore {
    SqliteStore::open(Options::new(directory.path().join("m.db"), model())).await.unwrap()
}

/// Lets the file grow no further, or again.
async fn set_full(store: &SqliteStore, full: bool) {
    let job = move |session: &mut pool::Session| {
        let (connection, _) = session.connection()?;
        let count: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        let most = if full { count } else { 1_000_000 };
        connection.pragma_update(None, "max_page_count", most).unwrap();
        Ok(())
    };
    store.pool().unwrap().write(job).await.unwrap();
}

#[tokio::test]
async fn a_full_disk_is_an_error_and_everything_goes_on_when_there_is_space_again() {
    let directory = tempfile::tempdir().unwrap();
    let store = opened(&directory).await;
    store.insert(memory("before")).await.unwrap();
    set_full(&store, true).await;
    let large = memory(&"much text ".repeat(50_000));
    let error = store.insert(large.clone()).await.unwrap_err();
    assert!(matches!(error, StoreError::Full { .. }), "{error:?}");
    assert_eq!(store.statistics().await.unwrap().memories, 1);
    let words = WordQuery("before".to_owned());
    assert_eq!(store.search_words(&words, &Filter::default(), 5).await.unwrap().len(), 1);
    assert!(store.check(Check::Quick).await.unwrap().is_sound());
    set_full(&store, false).await;
    assert!(matches!(store.insert(large).await, Ok(Inserted::Created { .. })));
    assert!(store.check(Check::Deep).await.unwrap().is_sound());
}

#[tokio::test]
async fn a_job_that_panics_is_an_error_and_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let store = opened(&directory).await;
    let job = |session: &mut pool::Session| -> Result<()> {
        session.transaction(|transaction| {
            insert::insert(transaction, &model(), &memory("half"))?;
            panic!("in the middle")
        })
    };
    let error = store.pool().unwrap().write(job).await.unwrap_err();
    assert!(matches!(error, StoreError::Other { .. }), "{error:?}");
    assert_eq!(store.statistics().await.unwrap().memories, 0);
    assert!(matches!(store.insert(memory("half")).await, Ok(Inserted::Created { .. })));
}

#[tokio::test]
async fn every_connection_is_set_up_for_durability() {
    let directory = tempfile::tempdir().unwrap();
    let store = opened(&directory).await;
    let settings = |session: &mut pool::Session| {
        let (connection, _) = session.connection()?;
        let value =
            |name: &str| -> i64 { connection.pragma_query_value(None, name, |row| row.get(0)).unwrap() };
        let names = ["synchronous", "foreign_keys", "temp_store", "trusted_schema", "cell_size_check"];
        Ok(names.map(value))
    };
    let pool = store.pool().unwrap();
    assert_eq!(pool.write(settings).await.unwrap(), [2, 1, 2, 0, 1]);
    assert_eq!(pool.read(settings).await.unwrap(), [2, 1, 2, 0, 1]);
    let write = |session: &mut pool::Session| {
        let (connection, _) = session.connection()?;
        Ok(connection.execute("DELETE FROM memories", []).is_err())
    };
    assert!(pool.read(write).await.unwrap(), "a reader cannot write");
}

#[tokio::test]
async fn opening_waits_without_blocking_the_caller() {
    let directory = tempfile::tempdir().unwrap();
    let busy = pool::keep_closed(&directory.path().join("m.db")).unwrap();
    let mut opening = std::pin::pin!(opened(&directory));
    tokio::select! {
        biased;
        _ = &mut opening => panic!("it had to wait"),
        () = std::future::ready(()) => drop(busy),
    }
    assert_eq!(opening.await.statistics().await.unwrap().memories, 0);
}

#[tokio::test]
async fn a_search_by_words_does_not_wait_for_a_write() {
    let directory = tempfile::tempdir().unwrap();
    let store = opened(&directory).await;
    let pool = Arc::clone(&store.pool().unwrap());
    let (begun, has_begun) = std::sync::mpsc::channel::<()>();
    let (release, released) = std::sync::mpsc::channel::<()>();
    let (done, is_done) = std::sync::mpsc::channel::<()>();
    pool.write_later(move |_| {
        begun.send(()).unwrap();
        // Not for ever: a search that waits for this is told by what follows.
        let _ = released.recv_timeout(std::time::Duration::from_secs(10));
        done.send(()).unwrap();
    });
    has_begun.recv().unwrap();
    let theirs = rusqlite::Connection::open(directory.path().join("m.db")).unwrap();
    let sql = "INSERT INTO memories (content_hash, content, created_at) VALUES ('k', 'two walruses', 1.5)";
    theirs.execute(sql, []).unwrap();
    let words = WordQuery("walrus".to_owned());
    let found = store.search_words(&words, &Filter::default(), 5).await.unwrap();
    assert_eq!(found.len(), 1, "it is scored by its text");
    assert!(is_done.try_recv().is_err(), "the write is still going on");
    let waiting = || -> i64 {
        theirs.query_row("SELECT count(*) FROM service_words_queue", [], |row| row.get(0)).unwrap()
    };
    assert_eq!(waiting(), 1);
    release.send(()).unwrap();
    // After it: the lane takes one job at a time.
    store.write(|_, _| Ok(())).await.unwrap();
    assert_eq!(waiting(), 0);
}
