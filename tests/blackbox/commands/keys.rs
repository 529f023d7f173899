//! `memory keys create`, `memory keys list` and `memory keys revoke`.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::harness::Home;
use crate::harness::contents::files_with;
use crate::harness::process;

fn access_file(home: &Home) -> PathBuf {
    home.data().join("access.db")
}

/// The names of all keys with their states.
fn states(home: &Home) -> Vec<(String, String)> {
    let told = home.answer(&["keys", "list"]);
    let text = |key: &Value, field: &str| key[field].as_str().unwrap().to_owned();
    told["keys"].as_array().unwrap().iter().map(|key| (text(key, "name"), text(key, "state"))).collect()
}

#[test]
fn the_key_alone_goes_to_standard_output() {
    let home = Home::new();
    let output = home.run(&["keys", "create", "--name", "laptop"]);
    assert!(output.status.success(), "{output:?}");
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    let key = out.strip_suffix('\n').unwrap();
    assert!(key.len() == 42 && key.starts_with("mem_"), "{key}");
    assert!(key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'), "{key}");
    assert!(err.contains("'laptop'") && err.contains("Authorization: Bearer"), "{err}");
    assert!(!err.contains(&key[4..12]), "{err}");
    let quiet = home.run(&["keys", "create", "--name", "quiet", "--quiet"]);
    assert!(quiet.stderr.is_empty(), "{quiet:?}");
    assert_ne!(quiet.stdout, out.as_bytes());
}

#[test]
fn a_key_is_in_no_file_and_in_no_list() {
    let home = Home::new();
    let keys = ["one", "two"].map(|name| home.succeed(&["keys", "create", "--name", name]));
    let listed = home.succeed(&["keys", "list"]) + &home.succeed(&["keys", "list", "--json"]);
    for key in keys {
        assert_eq!(files_with(home.path(), key.trim()), [""; 0]);
        assert!(!listed.contains(&key[4..16]), "{listed}");
    }
}

#[test]
fn no_log_has_a_key_in_it() {
    let home = Home::new().set("MCP_API_KEY", "hunter2-hunter2");
    let create = home.run(&["keys", "create", "--name", "laptop", "--log-level", "trace"]);
    let key = String::from_utf8(create.stdout).unwrap();
    let list = home.run(&["keys", "list", "--log-level", "trace"]);
    let revoke = home.run(&["keys", "revoke", "laptop", "--log-level", "trace"]);
    for log in [create.stderr, list.stderr, revoke.stderr] {
        let log = String::from_utf8(log).unwrap();
        assert!(!log.contains(&key[4..16]) && !log.contains("hunter2"), "{log}");
    }
}

#[test]
fn the_file_of_keys_is_private_and_made_by_the_first_key() {
    let home = Home::new();
    assert_eq!(states(&home), []);
    assert!(home.succeed(&["keys", "list"]).contains("memory keys create"));
    home.refused(3, "not_found", &["keys", "revoke", "laptop"]);
    assert!(!home.data().exists(), "looking makes nothing");
    home.succeed(&["keys", "create", "--name", "laptop"]);
    for (path, expected) in [(access_file(&home), 0o600), (home.data().to_owned(), 0o700)] {
        let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, expected, "{}", path.display());
    }
    assert!(!home.database().exists(), "there is no need of memories");
}

#[test]
fn programs_are_told_what_a_key_is() {
    let home = Home::new();
    let made = home.answer(&["keys", "create", "--name", "ci", "--scope", "read", "--expires", "90d"]);
    let field = |name: &str| made[name].clone();
    assert!(field("key").as_str().unwrap().starts_with("mem_"), "{made}");
    assert_eq!(
        (field("name"), field("scope"), field("state")),
        (json!("ci"), json!("read"), json!("active"))
    );
    let listed = home.answer(&["keys", "list"]);
    let mut expected = made.clone();
    expected.as_object_mut().unwrap().remove("key");
    assert_eq!(listed, json!({ "keys": [expected], "owner_key_is_set": false }));
    let revoked = home.answer(&["keys", "revoke", "ci"]);
    assert_eq!((&revoked["id"], &revoked["state"]), (&field("id"), &json!("revoked")));
    assert!(revoked["revoked_at"].is_string() && revoked.get("key").is_none(), "{revoked}");
}

#[test]
fn a_key_is_revoked_by_its_name_or_the_beginning_of_its_id() {
    let home = Home::new();
    let id = |made: &Value| made["id"].as_str().unwrap().to_owned();
    let one = id(&home.answer(&["keys", "create", "--name", "one"]));
    home.succeed(&["keys", "create", "--name", "two"]);
    assert!(home.succeed(&["keys", "revoke", "two"]).contains("revoked two"));
    assert!(home.succeed(&["keys", "revoke", &one[..8]]).contains("revoked one"));
    assert!(home.succeed(&["keys", "revoke", &one]).contains("already"));
    assert!(states(&home).iter().all(|(_, state)| state == "revoked"));
    assert_eq!(home.answer(&["keys", "list", "--active"])["keys"], json!([]));
    // The name is free again.
    home.succeed(&["keys", "create", "--name", "one"]);
    assert_eq!(home.answer(&["keys", "list", "--active"])["keys"].as_array().unwrap().len(), 1);
    let told = home.refused(3, "not_found", &["keys", "revoke", "three"]);
    assert!(told.contains("'three'") && told.contains("keys list"), "{told}");
}

#[test]
fn what_cannot_be_a_key_is_refused() {
    let home = Home::new();
    home.succeed(&["keys", "create", "--name", "laptop"]);
    let told = home.refused(1, "conflict", &["keys", "create", "--name", " laptop "]);
    assert!(told.contains("'laptop'") && told.contains("revoke"), "{told}");
    let told = home.refused(3, "not_found", &["keys", "create", "--name", "a", "--space", "crew"]);
    assert!(told.contains("'crew'") && told.contains("spaces list"), "{told}");
    let long = "x".repeat(65);
    for line in [
        &["keys", "create"][..],
        &["keys", "create", "--name", " "],
        &["keys", "create", "--name", "a\nb"],
        &["keys", "create", "--name", &long],
        &["keys", "create", "--name", "a", "--scope", "owner"],
        &["keys", "create", "--name", "a", "--expires", "soon"],
        &["keys", "create", "--name", "a", "--expires", "0d"],
        &["keys", "create", "--name", "a", "--expires", "2020-01-01"],
        &["keys", "revoke"],
        &["keys", "revoke", " "],
        &["keys", "list", "laptop"],
    ] {
        home.refused(2, "invalid_input", line);
    }
    assert_eq!(states(&home).len(), 1);
}

#[test]
fn a_key_that_nobody_got_to_see_is_revoked() {
    let home = Home::new();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = home.command(&["keys", "create", "--name", "lost"]);
    let output = command.stdout(Stdio::from(full)).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("was revoked"), "{output:?}");
    assert_eq!(states(&home), [("lost".to_owned(), "revoked".to_owned())]);
}

#[test]
fn keys_can_be_made_by_many_processes_at_once() {
    let home = Home::new();
    let made: Vec<Value> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..6)
            .map(|number| {
                let home = &home;
                scope.spawn(move || home.answer(&["keys", "create", "--name", &format!("agent {number}")]))
            })
            .collect();
        running.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(states(&home).len(), made.len());
}

#[test]
fn the_file_of_another_program_is_refused_untouched() {
    let home = Home::new();
    home.store("A memory.", &[]);
    let home = home.set("MCP_MEMORY_ACCESS_PATH", "data/sqlite_vec.db");
    let before = std::fs::read(home.database()).unwrap();
    for line in [&["keys", "create", "--name", "a"][..], &["keys", "list"], &["keys", "revoke", "a"]] {
        let told = home.refused(4, "storage_unavailable", line);
        assert!(told.contains("not one of API keys") && told.contains("MCP_MEMORY_ACCESS_PATH"), "{told}");
    }
    assert_eq!(std::fs::read(home.database()).unwrap(), before);
}

#[test]
fn the_key_of_the_settings_is_named_and_not_shown() {
    let home = Home::new().set("MCP_API_KEY", "hunter2-hunter2");
    let output = process::output(home.command(&["keys", "list"]), b"");
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("MCP_API_KEY in the environment") && !told.contains("hunter2"), "{told}");
    assert_eq!(home.answer(&["keys", "list"])["owner_key_is_set"], true);
    let shown = home.succeed(&["config", "MCP_API_KEY"]);
    assert!(shown.contains("not shown") && !shown.contains("hunter2"), "{shown}");
}

#[test]
fn doctor_tells_what_is_wrong_with_the_file_of_keys() {
    let home = Home::new();
    home.succeed(&["store", "The last ferry leaves at nine"]);
    let doctor = |arguments: &[&str], code: i32| {
        let output = home.run(&[&["doctor", "--json"], arguments].concat());
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let looked_at = |told: &Value| told["checked"].as_array().unwrap().contains(&json!("access"));
    assert!(!looked_at(&doctor(&[], 0)));
    assert!(!access_file(&home).exists());
    home.succeed(&["keys", "create", "--name", "laptop"]);
    assert!(looked_at(&doctor(&[], 0)));

    std::fs::set_permissions(access_file(&home), PermissionsExt::from_mode(0o644)).unwrap();
    assert_eq!(doctor(&[], 1)["findings"][0]["subject"], "access");
    assert_eq!(doctor(&["--fix"], 0)["repaired"][0]["subject"], "access");
    let mode = std::fs::metadata(access_file(&home)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let text = "no database at all";
    std::fs::write(access_file(&home), text).unwrap();
    assert_eq!(doctor(&["--fix"], 5)["findings"][0]["subject"], "access");
    let told = String::from_utf8(home.run(&["doctor"]).stdout).unwrap();
    assert!(told.contains("make new keys") && !told.contains("newest backup"), "{told}");
    assert_eq!(std::fs::read_to_string(access_file(&home)).unwrap(), text);
}
