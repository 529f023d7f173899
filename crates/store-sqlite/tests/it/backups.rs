//! Backups while others write, checking them, and backups of the original.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use model::Filter;
use ports::{Check, MemoryStore, Page, StoreError, backup_name};
use store_sqlite::{restore, verify_backup};

use crate::samples::{Place, embedded, fixtures, memory, now};

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// While a thread stores `number 0`, `number 1`, ..., each backup holds the first so many of them.
#[test]
fn a_backup_under_load_restores_to_a_consistent_prefix() {
    const WRITES: u64 = 150;
    let place = Arc::new(Place::empty());
    let runtime = || tokio::runtime::Builder::new_current_thread().build().unwrap();
    let store = Arc::new(runtime().block_on(place.open()));
    let writer = {
        let store = Arc::clone(&store);
        std::thread::spawn(move || {
            runtime().block_on(async {
                for n in 0..WRITES {
                    store.insert(embedded(&format!("number {n}"), n)).await.unwrap();
                }
            });
        })
    };
    let mut backups = Vec::new();
    while !writer.is_finished() || backups.is_empty() {
        let target = place.directory.path().join(format!("backup {}.db", backups.len()));
        backups.push(runtime().block_on(store.backup(&target)).unwrap());
    }
    writer.join().unwrap();
    runtime().block_on(store.close());
    assert!(backups.windows(2).all(|two| two[0].memories <= two[1].memories));
    let (first, last) = (&backups[0], &backups[backups.len() - 1]);
    for backup in [first, last] {
        let report = verify_backup(&backup.path).unwrap();
        assert!(report.is_sound() && report.has_manifest, "{report:?}");
        assert_eq!(report.memories, backup.memories);
        let elsewhere = Place::empty();
        assert_eq!(restore(&elsewhere.options(), &backup.path).unwrap().memories, backup.memories);
        runtime().block_on(async {
            let restored = elsewhere.open().await;
            for n in 0..WRITES {
                let is_there = restored.get(&memory(&format!("number {n}")).hash).await.unwrap().is_some();
                assert_eq!(is_there, n < backup.memories, "{n} of {}", backup.memories);
            }
            let statistics = restored.statistics().await.unwrap();
            assert_eq!((statistics.embedded, statistics.pending), (backup.memories, 0));
            assert!(restored.check(Check::Deep).await.unwrap().is_sound());
        });
    }
}

#[tokio::test]
async fn a_backup_is_one_private_file_with_a_manifest() {
    let place = Place::empty();
    let store = place.open().await;
    store.insert(embedded("one", 1)).await.unwrap();
    let target = place.directory.path().join("new/100% of it? #1.db");
    let backup = store.backup(&target).await.unwrap();
    let mut names: Vec<_> = std::fs::read_dir(target.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["100% of it? #1.db", "100% of it? #1.db.manifest.json"]);
    assert_eq!((mode(&target), mode(target.parent().unwrap())), (0o600, 0o700));
    let manifest = std::fs::read(format!("{}.manifest.json", target.display())).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest["bytes"].as_u64(), Some(backup.bytes));
    assert_eq!(manifest["memories"].as_u64(), Some(1));
    assert_eq!(manifest["created_at"].as_str(), Some("2026-11-24T06:00:00.250000Z"));
    assert_eq!(manifest["model"].as_str(), Some("test-model/1/384"));
    let report = verify_backup(&target).unwrap();
    assert!(report.is_sound() && report.has_manifest, "{report:?}");
    let listed = std::fs::read_dir(target.parent().unwrap()).unwrap().count();
    assert_eq!(listed, 2, "looking leaves nothing beside it");
}

#[tokio::test]
async fn one_flipped_bit_anywhere_is_found() {
    let place = Place::empty();
    let store = place.open().await;
    for n in 0..20 {
        store.insert(embedded(&format!("number {n}"), n)).await.unwrap();
    }
    let target = place.directory.path().join("backup.db");
    store.backup(&target).await.unwrap();
    let sound = std::fs::read(&target).unwrap();
    for place in (100..sound.len()).step_by(sound.len() / 23) {
        let mut flipped = sound.clone();
        flipped[place] ^= 1;
        std::fs::write(&target, flipped).unwrap();
        let found = verify_backup(&target);
        assert!(!found.as_ref().is_ok_and(store_sqlite::BackupReport::is_sound), "byte {place}: {found:?}");
    }
    std::fs::write(&target, sound).unwrap();
    assert!(verify_backup(&target).unwrap().is_sound());
}

#[tokio::test]
async fn databases_of_every_release_are_backups_too() {
    for (fixture, format, memories) in
        [("upstream_8.44.db", "8.44", 4), ("upstream_10.59.db", "10.59", 5), ("upstream_12.4.db", "12.4", 9)]
    {
        let place = Place::empty();
        let report = verify_backup(&fixtures().join(fixture)).unwrap();
        assert!(report.is_sound(), "{fixture}: {report:?}");
        assert_eq!((report.format.as_str(), report.memories), (format, memories), "{fixture}");
        assert!(!report.has_manifest);
        assert_eq!(restore(&place.options(), &fixtures().join(fixture)).unwrap().memories, memories);
        let store = place.open().await;
        assert_eq!(store.statistics().await.unwrap().memories, memories, "{fixture}");
    }
}

#[tokio::test]
async fn what_is_no_backup_is_refused() {
    let place = Place::empty();
    let file = place.directory.path().join("other.db");
    let refused = |path: &Path| verify_backup(path).unwrap_err().to_string();
    assert!(refused(&file).contains("cannot be resolved"));
    assert!(refused(place.directory.path()).contains("is a directory"));
    std::fs::write(&file, "").unwrap();
    assert!(refused(&file).contains("no memories"));
    std::fs::write(&file, "no database ".repeat(1000)).unwrap();
    assert!(matches!(verify_backup(&file), Err(StoreError::Corrupt { .. })));
    let store = place.open().await;
    assert!(refused(&place.path()).contains("the database in use"));
    store.insert(embedded("still works", 1)).await.unwrap();
    assert_eq!(store.list(&Filter::default(), Page { offset: 0, limit: 5 }).await.unwrap().total, 1);
}

#[tokio::test]
async fn a_backup_leaves_nothing_when_it_cannot_be_made() {
    let place = Place::empty();
    let store = place.open().await;
    store.insert(embedded("one", 1)).await.unwrap();
    std::fs::write(place.directory.path().join("file"), "in the way").unwrap();
    let error = store.backup(&place.directory.path().join("file/backup.db")).await.unwrap_err();
    assert!(matches!(error, StoreError::Backup { .. }), "{error:?}");
    let target = place.directory.path().join("backup.db");
    std::fs::write(format!("{}.unfinished", target.display()), "of another").unwrap();
    let error = store.backup(&target).await.unwrap_err();
    assert!(error.to_string().contains("another backup is under way"), "{error}");
    assert!(!target.exists());
}

#[tokio::test]
async fn copies_that_were_never_finished_are_told_and_removed_when_they_are_old() {
    let place = Place::empty();
    let store = place.open().await;
    std::fs::create_dir_all(place.backups()).unwrap();
    let file = |name: &str, age_s: f64| {
        let path = place.backups().join(name);
        let modified = std::time::Duration::from_secs_f64(now().as_seconds() - age_s);
        std::fs::File::create(&path).unwrap().set_modified(std::time::UNIX_EPOCH + modified).unwrap();
        path
    };
    let old = file("m.before-upgrade-1.db.unfinished", 86_401.0);
    let kept = [
        file("m.before-upgrade-2.db.unfinished", 86_399.0),
        file("m.before-upgrade-3.db", 1e7),
        file("thesis.unfinished", 1e7),
    ];
    let report = store.check(Check::Quick).await.unwrap();
    let told: Vec<_> = report.findings.iter().filter(|finding| finding.subject == "backups").collect();
    assert!(told.len() == 1 && told[0].message.starts_with(old.to_str().unwrap()), "{report:?}");
    store.repair().await.unwrap();
    assert!(!old.exists() && kept.iter().all(|file| file.exists()));
    assert!(store.check(Check::Quick).await.unwrap().is_sound());
}

/// Several stores look at one directory at the same time, as several processes do (the lock belongs to what opened the file,
/// not to the process), and each makes a backup when there is none.
#[test]
fn of_many_that_find_a_backup_due_exactly_one_makes_it() {
    const LOOKERS: usize = 8;
    let place = Arc::new(Place::empty());
    let runtime = || tokio::runtime::Builder::new_current_thread().build().unwrap();
    let store = Arc::new(runtime().block_on(place.open()));
    runtime().block_on(store.insert(embedded("one", 1))).unwrap();
    let directory = place.directory.path().join("backups");
    let start = Arc::new(std::sync::Barrier::new(LOOKERS));
    let lookers = (0..LOOKERS).map(|number| {
        let (store, directory, start) = (Arc::clone(&store), directory.clone(), Arc::clone(&start));
        std::thread::spawn(move || {
            start.wait();
            runtime().block_on(async {
                let Some(_claim) = store.claim_backups(&directory).await.unwrap() else { return 0 };
                if !store.backups(&directory).await.unwrap().is_empty() {
                    return 0;
                }
                // Each would make another file: only the claim keeps them apart.
                let name = backup_name(now().plus_seconds(number as f64));
                store.backup(&directory.join(name)).await.unwrap();
                1
            })
        })
    });
    let lookers: Vec<_> = lookers.collect();
    let made: usize = lookers.into_iter().map(|looker| looker.join().unwrap()).sum();
    assert_eq!(made, 1);
    assert_eq!(runtime().block_on(store.backups(&directory)).unwrap().len(), 1);
    assert_eq!((mode(&directory), mode(&directory.join(".memory_backup.lock"))), (0o700, 0o600));
}

#[tokio::test]
async fn a_copy_of_a_backup_under_another_name_is_nobodys() {
    let place = Place::empty();
    let store = place.open().await;
    store.insert(embedded("one", 1)).await.unwrap();
    let directory = place.directory.path().join("backups");
    let made = directory.join(backup_name(now()));
    store.backup(&made).await.unwrap();
    let copy = directory.join(backup_name(now().plus_seconds(5.0)));
    std::fs::copy(&made, &copy).unwrap();
    std::fs::copy(manifest_of(&made), manifest_of(&copy)).unwrap();
    let listed = store.backups(&directory).await.unwrap();
    assert_eq!(listed.iter().map(|backup| &backup.path).collect::<Vec<_>>(), [&made]);
    // One of the original program has no manifest, and is not ours to remove.
    std::fs::remove_file(manifest_of(&made)).unwrap();
    assert_eq!(store.backups(&directory).await.unwrap(), []);
}

fn manifest_of(backup: &Path) -> std::path::PathBuf {
    format!("{}.manifest.json", backup.display()).into()
}
