//! A restore that is interrupted anywhere leaves the old database or the new one.

use model::Filter;
use ports::{Check, MemoryStore, Page};

use super::*;
use crate::SqliteStore;
use crate::samples::{memory, model};

fn options(directory: &tempfile::TempDir) -> Options {
    Options { busy_limit: Duration::from_millis(50), ..Options::new(directory.path().join("m.db"), model()) }
}

/// A database with `old 0` to `old 4`, and a backup of it from when it had the first two only.
async fn prepared(directory: &tempfile::TempDir) -> PathBuf {
    let store = SqliteStore::open(options(directory)).await.unwrap();
    let backup = directory.path().join("backup.db");
    for n in 0..5 {
        if n == 2 {
            store.backup(&backup).await.unwrap();
        }
        store.insert(memory(&format!("old {n}"))).await.unwrap();
    }
    store.close().await;
    backup
}

async fn count(directory: &tempfile::TempDir) -> u64 {
    let store = SqliteStore::open(options(directory)).await.unwrap();
    assert!(store.check(Check::Deep).await.unwrap().is_sound());
    let listing = store.list(&Filter::default(), Page { offset: 0, limit: 100 }).await.unwrap();
    store.close().await;
    listing.total
}

#[tokio::test]
async fn a_restore_interrupted_at_any_step_leaves_the_old_or_the_new_database() {
    for (step, expected) in [(Step::Locked, 5), (Step::Copied, 5), (Step::Kept, 5), (Step::Swapped, 2)] {
        let directory = tempfile::tempdir().unwrap();
        let backup = prepared(&directory).await;
        let mut stop = |reached| if reached == step { Err(StoreError::Closed) } else { Ok(()) };
        let interrupted = restore_observed(&options(&directory), &backup, &mut stop);
        assert!(matches!(interrupted, Err(StoreError::Closed)), "{step:?}");
        assert_eq!(count(&directory).await, expected, "{step:?}");
        let restored = restore(&options(&directory), &backup).unwrap();
        assert_eq!(restored.memories, 2);
        assert_eq!(count(&directory).await, 2, "{step:?}");
    }
}

/// As [`prepared`], stopped as a process is that is killed: nothing is tidied up.
#[tokio::test]
async fn what_a_killed_restore_leaves_behind_is_no_obstacle() {
    let directory = tempfile::tempdir().unwrap();
    let backup = prepared(&directory).await;
    let database = directory.path().join("m.db");
    files::create_private(&with_suffix(&database, ".restore-unfinished")).unwrap();
    assert_eq!(count(&directory).await, 5);
    let restored = restore(&options(&directory), &backup).unwrap();
    let previous = restored.previous.unwrap();
    assert_eq!(count(&directory).await, 2);
    // The old one can be restored in turn.
    assert_eq!(restore(&options(&directory), &previous).unwrap().memories, 5);
    assert_eq!(count(&directory).await, 5);
}

#[tokio::test]
async fn a_database_that_others_have_open_is_not_replaced() {
    let directory = tempfile::tempdir().unwrap();
    let backup = prepared(&directory).await;
    let store = SqliteStore::open(options(&directory)).await.unwrap();
    let error = restore(&options(&directory), &backup).unwrap_err();
    assert!(error.to_string().contains("open in this process"), "{error}");
    store.insert(memory("meanwhile")).await.unwrap();
    store.close().await;
    let other = Connection::open(directory.path().join("m.db")).unwrap();
    let rows: i64 = other.query_row("SELECT count(*) FROM memories", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 6);
    let error = restore(&options(&directory), &backup).unwrap_err();
    assert!(error.to_string().contains("somebody has the database open"), "{error}");
    drop(other);
    assert_eq!(count(&directory).await, 6);
    assert!(restore(&options(&directory), &backup).is_ok());
}

#[tokio::test]
async fn a_process_that_waited_cannot_write_into_the_old_file() {
    let directory = tempfile::tempdir().unwrap();
    let backup = prepared(&directory).await;
    let waiting = Connection::open(directory.path().join("m.db")).unwrap();
    let restored = restore(&options(&directory), &backup).unwrap();
    assert!(waiting.execute("UPDATE memories SET content = 'lost'", []).is_err());
    drop(waiting);
    assert_eq!(verify_backup(&restored.previous.unwrap()).unwrap().memories, 5);
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "files that nobody has open")]
async fn a_damaged_database_is_replaced_and_kept() {
    let directory = tempfile::tempdir().unwrap();
    let backup = prepared(&directory).await;
    let database = directory.path().join("m.db");
    std::fs::write(&database, "no database any more ".repeat(1000)).unwrap();
    let restored = restore(&options(&directory), &backup).unwrap();
    assert_eq!(count(&directory).await, 2);
    let kept = std::fs::read(restored.previous.unwrap()).unwrap();
    assert!(kept.starts_with(b"no database any more"));
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "files that nobody has open")]
async fn a_damaged_backup_is_refused_and_the_database_stays() {
    let directory = tempfile::tempdir().unwrap();
    let backup = prepared(&directory).await;
    let sound = std::fs::read(&backup).unwrap();
    let mut flipped = sound.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0x40;
    for bytes in [flipped, sound[..sound.len() / 2].to_vec(), b"nothing".to_vec(), Vec::new()] {
        std::fs::write(&backup, bytes).unwrap();
        assert!(restore(&options(&directory), &backup).is_err());
        assert_eq!(count(&directory).await, 5);
    }
    std::fs::write(&backup, sound).unwrap();
    assert!(verify_backup(&backup).unwrap().is_sound());
    assert!(restore(&options(&directory), &directory.path().join("absent.db")).is_err());
    assert!(restore(&options(&directory), &directory.path().join("m.db")).is_err());
}

#[tokio::test]
async fn a_backup_is_restored_where_no_database_is() {
    let directory = tempfile::tempdir().unwrap();
    let backup = prepared(&directory).await;
    let elsewhere = tempfile::tempdir().unwrap();
    let restored = restore(&options(&elsewhere), &backup).unwrap();
    assert_eq!(restored, Restored { memories: 2, previous: None });
    assert_eq!(count(&elsewhere).await, 2);
}
