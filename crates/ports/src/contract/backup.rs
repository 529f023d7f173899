//! `backup`.

use std::path::{Path, PathBuf};

use model::Filter;

use super::StoreUnderTest;
use super::sample::{at, create, create_at, listed, memory};
use crate::{MemoryStore, StoreError, StoredBackup, backup_name};

pub async fn a_backup_is_a_file_of_its_own<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create_at(store, 0.0, memory("one")).await;
    create(store, memory("two")).await;
    create(store, memory("gone")).await;
    store.delete(&Filter::one(memory("gone").hash), at(1.0)).await.unwrap();
    let target = bed.files().join("new directory").join("copy.db");
    let backup = store.backup(&target).await.unwrap();
    assert_eq!((backup.path.as_path(), backup.memories), (target.as_path(), 2));
    assert_eq!(std::fs::metadata(&target).unwrap().len(), backup.bytes);
    assert!(backup.bytes > 0);
    create(store, memory("later")).await;
    assert_eq!(std::fs::metadata(&target).unwrap().len(), backup.bytes, "it does not change any more");
    assert_eq!(listed(store, &Filter::default()).await.len(), 3);
}

pub async fn a_file_that_is_there_is_not_overwritten<S: StoreUnderTest>() {
    let bed = S::empty().await;
    create(bed.store(), memory("one")).await;
    let target = bed.files().join("copy.db");
    std::fs::write(&target, "something else").unwrap();
    let error = bed.store().backup(&target).await.unwrap_err();
    assert!(matches!(error, StoreError::Backup { .. }), "{error:?}");
    assert_eq!(std::fs::read(&target).unwrap(), b"something else");
    let files =
        std::fs::read_dir(bed.files()).unwrap().filter(|file| file.as_ref().unwrap().path() != target);
    let left: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("unfinished")), "{left:?}");
}

/// Two backups with made names, the older one first.
async fn two_backups(store: &dyn MemoryStore, directory: &Path) -> [PathBuf; 2] {
    let targets = [at(0.0), at(86_400.0)].map(|time| directory.join(backup_name(time)));
    for target in &targets {
        store.backup(target).await.unwrap();
    }
    targets
}

fn paths(backups: &[StoredBackup]) -> Vec<&Path> {
    backups.iter().map(|backup| backup.path.as_path()).collect()
}

pub async fn backups_with_made_names_are_listed_newest_first<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create(store, memory("one")).await;
    let directory = bed.files().join("backups");
    assert_eq!(store.backups(&directory).await.unwrap(), [], "a directory that is not there");
    let [older, newer] = two_backups(store, &directory).await;
    store.backup(&directory.join("mine.db")).await.unwrap();
    let listed = store.backups(&directory).await.unwrap();
    assert_eq!(paths(&listed), [newer.as_path(), older.as_path()]);
    assert_eq!(listed[0].bytes, std::fs::metadata(&newer).unwrap().len());
}

pub async fn what_is_no_backup_of_this_store_is_not_listed<S: StoreUnderTest>() {
    let (bed, other) = (S::empty().await, S::empty().await);
    create(bed.store(), memory("one")).await;
    create(other.store(), memory("two")).await;
    let directory = bed.files().join("backups");
    let [older, newer] = two_backups(bed.store(), &directory).await;
    let of_another = directory.join(backup_name(at(2.0 * 86_400.0)));
    other.store().backup(&of_another).await.unwrap();
    let of_nobody = directory.join(backup_name(at(3.0 * 86_400.0)));
    std::fs::write(&of_nobody, "written by another program").unwrap();
    // Cut off after it was verified: it is no backup any more.
    std::fs::write(&newer, "cut").unwrap();
    assert_eq!(paths(&bed.store().backups(&directory).await.unwrap()), [older.as_path()]);
    assert_eq!(paths(&other.store().backups(&directory).await.unwrap()), [of_another.as_path()]);
}

pub async fn a_backup_is_removed_whole_and_only_once<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create(store, memory("one")).await;
    let directory = bed.files().join("backups");
    let [older, newer] = two_backups(store, &directory).await;
    let listed = store.backups(&directory).await.unwrap();
    for _ in 0..2 {
        store.remove_backup(&listed[1]).await.unwrap();
        assert_eq!(paths(&store.backups(&directory).await.unwrap()), [newer.as_path()]);
    }
    let left: Vec<_> = std::fs::read_dir(&directory).unwrap().map(|file| file.unwrap().path()).collect();
    let of_older = left.iter().filter(|path| path.to_string_lossy().contains(&*older.to_string_lossy()));
    assert_eq!(of_older.count(), 0, "{left:?}");
}

pub async fn the_next_backup_is_claimed_by_one_at_a_time<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let directory = bed.files().join("backups");
    let claim = bed.store().claim_backups(&directory).await.unwrap();
    assert!(claim.is_some());
    assert!(bed.store().claim_backups(&directory).await.unwrap().is_none());
    let elsewhere = bed.files().join("elsewhere");
    assert!(bed.store().claim_backups(&elsewhere).await.unwrap().is_some());
    drop(claim);
    assert!(bed.store().claim_backups(&directory).await.unwrap().is_some());
}
