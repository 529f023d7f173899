//! A disk that is full: a clear error, everything can still be read, and it recovers when there is space again.
//!
//! The disk is a small file system in memory, mounted in a name space of the server's own: nothing to clean up, and no
//! rights needed.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::harness::integrity::assert_sound;
use crate::harness::{Era, Home, Server};

/// More stores than a disk of this size can take.
const STORES: usize = 2_000;

/// A server whose data directory is a file system of some megabytes.
fn server_on_small_disk(home: &Home, megabytes: u32) -> Server {
    std::fs::create_dir_all(home.data()).unwrap();
    let mount = format!("mount -t tmpfs -o size={megabytes}m tmpfs \"$0\" && exec \"$@\"");
    let rights = if rustix::process::getuid().is_root() { "-m" } else { "-rm" };
    let data = home.data().to_str().unwrap();
    let mut command = home.wrapped(&["unshare", rights, "sh", "-c", &mount, data]);
    command.arg("server");
    Server::start(command, Era::Modern)
}

/// The data directory, as the server sees it.
fn seen_by(server: &Server, home: &Home) -> PathBuf {
    let root = format!("/proc/{}/root", server.pid().as_raw_nonzero());
    Path::new(&root).join(home.data().strip_prefix("/").unwrap())
}

/// Stores until the disk is full. Gives the keys of what was stored, and what the server said then.
fn fill(server: &mut Server) -> (Vec<String>, String) {
    let mut hashes = Vec::new();
    for number in 0..STORES {
        let content = format!("Crate number {number} goes to the last corner of the warehouse.");
        let answer = server.call("memory_store", json!({"content": content}));
        if answer.is_error {
            return (hashes, answer.text);
        }
        hashes.push(answer.hash());
    }
    panic!("{STORES} memories fitted");
}

#[test]
fn a_full_disk_is_told_and_read_and_recovers() {
    let home = Home::new();
    let mut server = server_on_small_disk(&home, 6);
    let first = server.store("The very first crate.");
    let data = seen_by(&server, &home);
    std::fs::write(data.join("filler"), vec![0; 1024 * 1024]).unwrap();

    let (mut hashes, said) = fill(&mut server);
    assert!(
        hashes.len() > 3 && said.contains("full") && said.contains("space"),
        "{} stored; {said}",
        hashes.len()
    );
    hashes.push(first);

    // Refused again, not half done; and everything can be read.
    assert!(server.call("memory_store", json!({"content": "One more crate."})).is_error);
    assert!(server.search("the very first crate", 5).contains(hashes.last().unwrap()));
    let list = server.call("memory_list", json!({"page_size": 1}));
    assert_eq!(list.structured["total"], hashes.len(), "{list:?}");
    for hash in &hashes {
        assert!(!server.call("memory_get", json!({"content_hash": hash})).is_error);
    }
    let health = server.call("memory_health", json!({}));
    assert_ne!(health.structured["status"], "unavailable", "{health:?}");

    std::fs::remove_file(data.join("filler")).unwrap();
    hashes.push(server.store("One more crate."));
    assert_eq!(server.search("one more crate", 1), hashes[hashes.len() - 1..]);

    // The file system goes with the server: look at a copy, made while nothing is written.
    let copy = tempfile::tempdir().unwrap();
    for name in ["sqlite_vec.db", "sqlite_vec.db-wal"] {
        std::fs::copy(data.join(name), copy.path().join(name)).unwrap();
    }
    server.close();
    let database = copy.path().join("sqlite_vec.db");
    assert_sound(&database);
    let live = crate::harness::Database::open(&database).live_hashes();
    assert_eq!(live, hashes.into_iter().collect());
}

#[test]
fn a_disk_that_is_too_small_to_begin_is_told() {
    let home = Home::new();
    let mut server = server_on_small_disk(&home, 1);
    let answer = server.call("memory_store", json!({"content": "There is no room for even one."}));
    assert!(answer.is_error && answer.text.contains("full"), "{answer:?}");
    let list = server.call("memory_list", json!({}));
    assert!(list.is_error || list.structured["total"] == 0, "{list:?}");
    server.close();
}

#[test]
fn an_old_database_is_not_touched_when_its_backup_does_not_fit() {
    let home = Home::new();
    std::fs::create_dir_all(home.data()).unwrap();
    // The fixture fits, its copy beside it does not.
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/upstream_10.59.db");
    let script =
        "mount -t tmpfs -o size=2m tmpfs \"$0\" && cp \"$1\" \"$0/sqlite_vec.db\" && shift && exec \"$@\"";
    let rights = if rustix::process::getuid().is_root() { "-m" } else { "-rm" };
    let (data, source) = (home.data().to_str().unwrap(), fixture.to_str().unwrap());
    let mut command = home.wrapped(&["unshare", rights, "sh", "-c", script, data, source]);
    command.arg("server");
    let mut server = Server::start(command, Era::Modern);
    let answer = server.call("memory_store", json!({"content": "Not before there is a backup."}));
    assert!(answer.is_error && answer.text.contains("backup"), "{answer:?}");
    let now = std::fs::read(seen_by(&server, &home).join("sqlite_vec.db")).unwrap();
    assert!(now == std::fs::read(&fixture).unwrap(), "the database was changed");
    server.close();
}
