//! `backup`.

use model::Filter;

use super::StoreUnderTest;
use super::sample::{at, create, create_at, listed, memory};
use crate::StoreError;

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
