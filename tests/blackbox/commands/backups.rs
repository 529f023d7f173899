//! `memory backup`, `memory verify` and `memory restore`.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::json;

use crate::harness::{Home, integrity};

fn names(directory: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_backup_is_verified_and_put_back() {
    let home = Home::new();
    let kept = home.store("In the backup.", &["--tags", "kept"]);
    let said = home.succeed(&["backup"]);
    let made = names(&home.data().join("backups"));
    let name = made.iter().find(|name| name.ends_with(".db")).unwrap();
    assert!(said.contains("copied 1 memory") && said.contains(name.as_str()), "{said}");
    let file = home.data().join("backups").join(name);
    let file = file.to_str().unwrap();
    let report = home.answer(&["verify", file]);
    assert_eq!(
        json!([report["is_sound"], report["memories"], report["tombstones"], report["has_manifest"]]),
        json!([true, 1, 0, true])
    );
    assert!(home.succeed(&["verify", file]).starts_with("sound"));

    let later = home.store("Stored after the backup.", &[]);
    home.refused(2, "invalid_input", &["restore", file]);
    let put_back = home.answer(&["restore", file, "--yes"]);
    assert_eq!(put_back["memories"], 1);
    assert_eq!(home.run(&["get", &later]).status.code(), Some(3));
    assert!(home.succeed(&["get", &kept]).contains("In the backup."));
    integrity::assert_sound(home.database());
    // What was there is kept, and can be put back in turn.
    let previous = put_back["previous"].as_str().unwrap();
    let said = home.succeed(&["restore", previous, "--yes"]);
    assert!(said.contains("restored 2 memories") && said.contains(".pre-restore-"), "{said}");
    assert!(home.succeed(&["get", &later]).contains("Stored after the backup."));
}

#[test]
fn a_backup_goes_where_it_is_wanted_and_replaces_nothing() {
    let home = Home::new();
    home.store("One memory.", &[]);
    let file = home.path().join("Größe & co/my backup 🧠.db");
    let receipt = home.answer(&["backup", file.to_str().unwrap()]);
    assert_eq!((&receipt["path"], &receipt["memories"]), (&json!(file.to_str().unwrap()), &json!(1)));
    assert_eq!(receipt["bytes"], std::fs::metadata(&file).unwrap().len());
    let told = home.refused(4, "storage_unavailable", &["backup", file.to_str().unwrap()]);
    assert!(told.contains("is there already"), "{told}");
    let told = home.refused(4, "storage_unavailable", &["backup", home.database().to_str().unwrap()]);
    assert!(told.contains("is there already"), "{told}");
    home.refused(2, "invalid_input", &["backup", "--keep", "0"]);
    home.refused(2, "invalid_input", &["backup", "--keep", "some"]);
    // A command that only copies makes no database.
    let empty = Home::new();
    let told = empty.refused(4, "storage_unavailable", &["backup"]);
    assert!(told.contains("there is no database"), "{told}");
    assert!(!empty.database().exists());
}

#[test]
fn only_so_many_backups_with_made_names_are_kept() {
    let home = Home::new();
    home.store("One memory.", &[]);
    let directory = home.path().join("usb");
    std::fs::create_dir(&directory).unwrap();
    let own = directory.join("before-the-move.db");
    home.succeed(&["backup", own.to_str().unwrap()]);
    // As a schedule of former years left them.
    for year in 2020..2024 {
        let old = directory.join(format!("memory_backup_{year}0101_000000.db"));
        home.succeed(&["backup", old.to_str().unwrap()]);
    }
    let receipt = home.answer(&["backup", directory.to_str().unwrap(), "--keep", "3"]);
    assert_eq!(receipt["removed"].as_array().unwrap().len(), 2, "{receipt}");
    let made = Path::new(receipt["path"].as_str().unwrap()).file_name().unwrap().to_str().unwrap().to_owned();
    let files = [
        "before-the-move.db".to_owned(),
        "memory_backup_20220101_000000.db".to_owned(),
        "memory_backup_20230101_000000.db".to_owned(),
        made,
    ];
    let manifests = files.iter().map(|name| format!("{name}.manifest.json"));
    assert_eq!(names(&directory), files.iter().cloned().chain(manifests).collect());
    for file in files {
        home.succeed(&["verify", directory.join(file).to_str().unwrap()]);
    }
}

#[test]
fn a_damaged_backup_is_told_and_never_put_in_place() {
    let home = Home::new();
    let hash = home.store("What is stored now.", &[]);
    let file = home.path().join("backup.db");
    home.succeed(&["backup", file.to_str().unwrap()]);
    let sound = std::fs::read(&file).unwrap();
    let mut flipped = sound.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0x20;
    for (name, bytes) in
        [("torn.db", &sound[..sound.len() / 3]), ("no-database.db", b"Dear diary, ".repeat(500).as_slice())]
    {
        let damaged = home.path().join(name);
        std::fs::write(&damaged, bytes).unwrap();
        let path = damaged.to_str().unwrap();
        for line in [vec!["verify", path], vec!["restore", path, "--yes"]] {
            let told = home.refused(5, "storage_damaged", &line);
            assert!(told.contains(path) && told.contains("is damaged"), "{line:?}: {told}");
            assert!(!told.contains("memory doctor"), "doctor is about the database: {told}");
        }
    }
    // One bit: the pages may all be well formed, the manifest knows better.
    std::fs::write(&file, &flipped).unwrap();
    let report = home.ends_with(5, &["verify", file.to_str().unwrap()]);
    assert!(report["is_sound"] == false && !report["problems"].as_array().unwrap().is_empty(), "{report}");
    let output = home.run(&["verify", file.to_str().unwrap()]);
    assert!(output.status.code() == Some(5) && output.stdout.starts_with(b"damaged\n"), "{output:?}");
    home.refused(5, "storage_damaged", &["restore", file.to_str().unwrap(), "--yes"]);
    for (path, named) in
        [(home.path().join("absent.db"), "absent.db"), (home.path().to_owned(), "is a directory")]
    {
        for line in [vec!["verify", path.to_str().unwrap()], vec!["restore", path.to_str().unwrap(), "--yes"]]
        {
            let told = home.refused(4, "storage_unavailable", &line);
            assert!(told.contains(named), "{line:?}: {told}");
        }
    }
    let told =
        home.refused(4, "storage_unavailable", &["restore", home.database().to_str().unwrap(), "--yes"]);
    assert!(told.contains("the database itself"), "{told}");
    assert!(home.succeed(&["get", &hash]).contains("What is stored now."));
    assert!(!names(home.data()).iter().any(|name| name.contains("restore")), "{:?}", names(home.data()));
}

#[test]
fn a_backup_is_put_where_no_database_is_and_one_of_the_original_is_understood() {
    let home = Home::new();
    let fixture = home.path().join("of-the-original.db");
    crate::harness::home::fixture_into("upstream_12.4.db", &fixture);
    let report = home.answer(&["verify", fixture.to_str().unwrap()]);
    assert_eq!((&report["is_sound"], &report["has_manifest"]), (&json!(true), &json!(false)), "{report}");
    let put_back = home.answer(&["restore", fixture.to_str().unwrap(), "--yes"]);
    assert_eq!((&put_back["memories"], &put_back["previous"]), (&report["memories"], &json!(null)));
    assert_eq!(home.answer(&["stats"])["total_memories"], report["memories"]);
}
