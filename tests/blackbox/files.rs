//! Modes, odd paths, and files that cannot be used.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::harness::integrity::{self, assert_sound};
use crate::harness::{Database, Home, process};

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).permissions().mode()
        & 0o777
}

/// Runs a command in a shell whose umask hides nothing.
fn run_carelessly(home: &Home, arguments: &[&str]) -> Output {
    let mut command = home.wrapped(&["sh", "-c", "umask 000; exec \"$0\" \"$@\""]);
    command.args(arguments);
    process::output(command, b"")
}

fn backups(home: &Home) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(home.data().join("backups")) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

#[test]
fn what_is_made_is_for_its_owner_alone_whatever_the_umask() {
    let home = Home::new();
    let output = run_carelessly(&home, &["store", "Nobody else should read this."]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(mode(home.data()), 0o700);
    assert_eq!(mode(home.database()), 0o600);
    // The files beside it exist while it is open.
    let mut server = home.server();
    server.store("Nobody else should read this either.");
    for name in ["sqlite_vec.db-wal", "sqlite_vec.db-shm"] {
        assert_eq!(mode(&home.data().join(name)), 0o600, "{name}");
    }
    server.close();
}

#[test]
fn before_a_database_of_the_original_is_changed_a_private_backup_of_it_is_made_once() {
    for fixture in ["upstream_8.44.db", "upstream_10.59.db"] {
        let home = Home::with_fixture(fixture);
        let before = home.look_inside().rows("memories", "id");
        assert!(run_carelessly(&home, &["status"]).status.success());
        let made = backups(&home);
        let databases: Vec<&PathBuf> =
            made.iter().filter(|path| path.extension().is_some_and(|end| end == "db")).collect();
        assert_eq!(databases.len(), 1, "{fixture}: {made:?}");
        assert_eq!(mode(databases[0].parent().unwrap()), 0o700);
        for path in &made {
            assert_eq!(mode(path), 0o600, "{}", path.display());
        }
        let backup = Database::open(databases[0]);
        assert_eq!(integrity::pages(&backup), Vec::<String>::new());
        assert_eq!(backup.rows("memories", "id"), before, "{fixture}: the backup is another");
        // It is made before the first change, and only then.
        assert!(run_carelessly(&home, &["store", "A later change."]).status.success());
        assert_eq!(
            backups(&home).iter().filter(|path| path.extension().is_some_and(|end| end == "db")).count(),
            1
        );
    }
}

#[test]
fn a_new_database_needs_no_backup() {
    let home = Home::new();
    home.succeed(&["store", "The first memory."]);
    home.succeed(&["store", "The second memory."]);
    assert_eq!(backups(&home), Vec::<PathBuf>::new());
}

#[test]
fn paths_with_spaces_and_every_script_work() {
    for path in
        ["with space/my memories.db", "ünïcode/日本語/🧠.db", "percent%20/ques?tion#hash.db", "quote'\"/x.db"]
    {
        let home = Home::with_database_at(path);
        home.succeed(&["store", "Kept in an odd place."]);
        assert!(home.database().is_file(), "{path}");
        assert!(home.succeed(&["search", "odd place"]).contains("Kept in an odd place."), "{path}");
        assert_sound(home.database());
    }
}

#[test]
fn a_directory_in_the_place_of_the_file_is_refused_in_words() {
    let home = Home::new();
    std::fs::create_dir_all(home.database()).unwrap();
    let output = home.run(&["store", "No place for this."]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert!(said.contains("director") && said.contains(home.database().to_str().unwrap()), "{said}");
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_as_it_is() {
    for content in ["Dear diary, this is no database at all. ".repeat(200).as_str(), "short"] {
        let home = Home::new();
        std::fs::create_dir_all(home.data()).unwrap();
        std::fs::write(home.database(), content).unwrap();
        let output = home.run(&["store", "Not over somebody's diary."]);
        assert!(matches!(output.status.code(), Some(4 | 5)), "{output:?}");
        assert_eq!(std::fs::read_to_string(home.database()).unwrap(), content);
    }
}

#[test]
fn somebody_elses_database_is_refused_and_left_as_it_is() {
    let home = Home::new();
    std::fs::create_dir_all(home.data()).unwrap();
    {
        let other = rusqlite::Connection::open(home.database()).unwrap();
        other
            .execute_batch("CREATE TABLE recipes(name TEXT); INSERT INTO recipes VALUES ('dumplings')")
            .unwrap();
    }
    let before = std::fs::read(home.database()).unwrap();
    let output = home.run(&["store", "Not among the recipes."]);
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert!(std::fs::read(home.database()).unwrap() == before, "it was changed");
}

/// Runs a command with the file or the directory mounted for reading alone: that stops even root.
pub(crate) fn run_with_read_only(home: &Home, path: &Path, arguments: &[&str]) -> Output {
    let mount = "mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\" && exec \"$@\"";
    let rights = if rustix::process::getuid().is_root() { "-m" } else { "-rm" };
    let mut command = home.wrapped(&["unshare", rights, "sh", "-c", mount, path.to_str().unwrap()]);
    command.args(arguments);
    process::output(command, b"")
}

#[test]
fn a_file_that_may_only_be_read_can_be_read_and_says_so_when_written() {
    let home = Home::new();
    home.succeed(&["store", "Written before the file was locked away."]);
    let read = run_with_read_only(&home, home.database(), &["search", "locked away"]);
    assert!(read.status.success(), "{read:?}");
    assert!(String::from_utf8_lossy(&read.stdout).contains("Written before"), "{read:?}");
    let written = run_with_read_only(&home, home.database(), &["store", "Too late."]);
    let said = String::from_utf8_lossy(&written.stderr);
    assert_eq!(written.status.code(), Some(4), "{written:?}");
    assert!(said.contains("cannot be written"), "{said}");
    assert_sound(home.database());
}

#[test]
fn a_directory_that_may_only_be_read_is_told_in_words_and_changes_nothing() {
    let home = Home::new();
    home.succeed(&["store", "Written before the disk was locked away."]);
    let before = std::fs::read(home.database()).unwrap();
    for arguments in [&["search", "locked away"][..], &["store", "Too late."]] {
        let output = run_with_read_only(&home, home.data(), arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        let found = String::from_utf8_lossy(&output.stdout).contains("Written before");
        assert!(found || output.status.code() == Some(4), "{output:?}");
        assert!(found || said.contains("read") && said.contains("writ"), "{said}");
    }
    assert!(std::fs::read(home.database()).unwrap() == before);
}

#[test]
fn an_unknown_kind_of_store_is_refused_with_the_known_one() {
    let home = Home::new().set("MCP_MEMORY_STORAGE_BACKEND", "papyrus");
    let output = home.run(&["status"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(said.contains("papyrus") && said.contains("sqlite_vec"), "{said}");
}
