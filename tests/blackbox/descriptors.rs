//! Nobody but SQLite touches an open database: a process that closes another descriptor of the file drops the locks that
//! SQLite holds, and the next writer loses data. Seen from outside, a server's locks stay whatever is done beside it.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;

use serde_json::json;

use crate::harness::{Home, Server};

/// The shared lock on the database and the one that says "this log is in use": SQLite holds both as long as a connection
/// is open. Others come and go with each transaction.
const LASTING: [&str; 2] = ["READ sqlite_vec.db 1073741826-1073742335", "READ sqlite_vec.db-shm 128-128"];

/// Those of the lasting locks that a process holds.
fn locks(server: &Server, home: &Home) -> BTreeSet<String> {
    let files: Vec<(String, u64)> = std::fs::read_dir(home.data())
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), entry.metadata().unwrap().ino()))
        .collect();
    let pid = server.pid().as_raw_nonzero().to_string();
    // The table is told a page at a time, and one read passes over entries when other processes give back theirs
    // meanwhile. A lock that is gone is in none of the reads.
    let table: String = (0..8).map(|_| std::fs::read_to_string("/proc/locks").unwrap()).collect();
    // `1: POSIX  ADVISORY  READ 1234 fe:00:5678 128 128`
    let held = table.lines().filter_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [_, kind, _, mode, owner, file, begin, end] = fields[..] else { return None };
        let inode: u64 = file.rsplit(':').next()?.parse().ok()?;
        let (name, _) = files.iter().find(|(_, known)| *known == inode)?;
        (owner == pid && kind == "POSIX").then(|| format!("{mode} {name} {begin}-{end}"))
    });
    held.filter(|lock| LASTING.contains(&lock.as_str())).collect()
}

#[test]
fn a_servers_locks_survive_every_command_beside_it() {
    let home = Home::new();
    let mut server = home.server();
    let hash = server.store("Held by a server while others look.");
    let all = LASTING.map(str::to_owned).into();
    assert_eq!(locks(&server, &home), all, "SQLite holds other locks than this test knows");
    let commands: [&[&str]; 9] = [
        &["status"],
        &["doctor"],
        &["doctor", "--fix"],
        &["list"],
        &["search", "held by a server"],
        &["get", &hash],
        &["store", "Stored by a command beside the server."],
        &["delete", "--tags", "nothing", "--dry-run"],
        &["status", "--json"],
    ];
    for command in commands {
        home.succeed(command);
        assert_eq!(locks(&server, &home), all, "after memory {command:?}");
    }
    // The server's own examinations too.
    for (tool, arguments) in [
        ("memory_health", json!({})),
        ("memory_list", json!({})),
        ("memory_search", json!({"query": "held"})),
    ] {
        assert!(!server.call(tool, arguments).is_error);
        assert_eq!(locks(&server, &home), all, "after {tool}");
    }
    // What it writes next is seen by everybody, and stays.
    let next = server.store("Written after all of them had gone.");
    assert!(home.succeed(&["get", &next, "--json"]).contains("after all of them"));
    server.kill();
    assert!(home.look_inside().live_hashes().contains(&next));
    crate::harness::integrity::assert_sound(home.database());
}

#[test]
fn opening_a_database_of_the_original_beside_a_server_keeps_its_locks() {
    let home = Home::with_fixture("upstream_10.59.db");
    let mut server = home.server();
    server.store("The server upgraded the database and made the backup.");
    let before = locks(&server, &home);
    assert_eq!(before.len(), LASTING.len(), "{before:?}");
    home.succeed(&["doctor"]);
    home.succeed(&["list", "--json"]);
    assert_eq!(locks(&server, &home), before);
    server.close();
}
