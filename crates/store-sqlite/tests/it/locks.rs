//! Nobody but SQLite opens the database, its log and its index: the locks of a connection survive everything else that
//! this process does with the file.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;

use model::Filter;
use ports::{Check, MemoryStore, Page};

use crate::samples::{Place, embedded, memory, now};

/// How often the kernel's list is read. It is told a page at a time, and one read passes over entries when other
/// processes give back theirs meanwhile. A lock that is gone is in none of them.
const READS: usize = 8;

/// The locks that this process holds on the database, its log and its index, as the kernel lists them.
fn locks(place: &Place) -> BTreeSet<String> {
    let inodes: Vec<String> = ["", "-wal", "-shm"]
        .iter()
        .filter_map(|suffix| std::fs::metadata(format!("{}{suffix}", place.path().display())).ok())
        .map(|file| format!(":{} ", file.ino()))
        .collect();
    let process = format!(" {} ", std::process::id());
    let mut own = BTreeSet::new();
    for _ in 0..READS {
        let all = std::fs::read_to_string("/proc/locks").unwrap();
        let lines = all
            .lines()
            .filter(|line| line.contains(&process) && inodes.iter().any(|inode| line.contains(inode)));
        own.extend(lines.map(|line| line.split_once(": ").unwrap().1.to_owned()));
    }
    own
}

#[tokio::test]
async fn the_locks_of_a_connection_survive_every_call() {
    let place = Place::of("upstream_12.4.db");
    let store = place.open().await;
    store.settle_vector_space(true).await.unwrap();
    // Every connection of the pool gets its locks.
    for _ in 0..4 {
        store.statistics().await.unwrap();
    }
    let held = locks(&place);
    assert!(!held.is_empty(), "SQLite holds locks while a connection is open");
    for check in [Check::Quick, Check::Deep] {
        store.check(check).await.unwrap();
        assert_eq!(locks(&place), held, "{check:?}");
    }
    store.repair().await.unwrap();
    assert_eq!(locks(&place), held, "repair");
    store.insert(embedded("one more", 1)).await.unwrap();
    store.delete(&Filter::one(memory("one more").hash), now()).await.unwrap();
    store.list(&Filter::default(), Page { offset: 0, limit: 10 }).await.unwrap();
    assert_eq!(locks(&place), held, "writing and reading");
    let backup = place.directory.path().join("backup.db");
    store.backup(&backup).await.unwrap();
    store_sqlite::verify_backup(&backup).unwrap();
    assert_eq!(locks(&place), held, "a backup, made and verified");
    assert!(store_sqlite::verify_backup(&place.path()).is_err());
    assert!(store_sqlite::restore(&place.options(), &backup).is_err());
    assert_eq!(locks(&place), held, "what is refused because the database is in use");
    store.purge(ports::Purge::Hashes(vec![memory("one more").hash])).await.unwrap();
    store.survey(&Filter::default(), now()).await.unwrap();
    assert_eq!(locks(&place), held, "purging and surveying");
    let second = place.open().await;
    second.statistics().await.unwrap();
    second.close().await;
    assert_eq!(locks(&place), held, "a second handle, opened and closed");
    drop(place.open().await);
    assert_eq!(locks(&place), held, "a third handle, dropped");
    store.close().await;
    assert!(locks(&place).is_empty(), "closing gives them back");
}

#[tokio::test]
async fn a_backup_before_an_upgrade_leaves_the_locks_of_other_connections_alone() {
    let place = Place::of("upstream_10.59.db");
    let other = place.plain();
    other.pragma_update(None, "journal_mode", "WAL").unwrap();
    let count: i64 = other.query_row("SELECT count(*) FROM memories", [], |row| row.get(0)).unwrap();
    assert_eq!(count, 6);
    let held = locks(&place);
    assert!(!held.is_empty());
    let store = place.open().await;
    assert_eq!(std::fs::read_dir(place.backups()).unwrap().count(), 1);
    store.close().await;
    assert_eq!(locks(&place), held);
    // What this test would see if anybody did open the file.
    drop(std::fs::File::open(place.path()).unwrap());
    assert_ne!(locks(&place), held);
}
