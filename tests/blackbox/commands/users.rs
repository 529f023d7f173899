//! `memory users add|list|disable|enable|reset`, and what the audit log says of it.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Output, Stdio};

use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use serde_json::{Value, json};

use crate::harness::Home;
use crate::harness::contents::files_with;
use crate::harness::process;

const PASSWORD: &str = "correct horse battery";

fn given(home: &Home, arguments: &[&str], password: &str) -> Output {
    process::output(home.command(arguments), password.as_bytes())
}

fn add(home: &Home, name: &str) -> Value {
    let output = given(home, &["users", "add", name, "--json"], &format!("{PASSWORD}\n"));
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The names of all users with their states.
fn states(home: &Home) -> Vec<(String, String)> {
    let told = home.answer(&["users", "list"]);
    let text = |user: &Value, field: &str| user[field].as_str().unwrap().to_owned();
    told["users"].as_array().unwrap().iter().map(|user| (text(user, "name"), text(user, "state"))).collect()
}

#[test]
fn the_first_user_owns_the_installation_and_its_memories() {
    let home = Home::new();
    assert!(home.succeed(&["users", "list"]).contains("memory users add"));
    assert!(!home.data().exists(), "looking makes nothing");
    let (anna, ben) = (add(&home, "Anna"), add(&home, "ben"));
    assert_eq!(
        (&anna["name"], &anna["is_owner"], &anna["space"]),
        (&json!("anna"), &json!(true), &json!("default"))
    );
    assert_eq!((&ben["name"], &ben["is_owner"]), (&json!("ben"), &json!(false)));
    assert_eq!(ben["space"].as_str().unwrap().len(), 16);
    assert_eq!(home.answer(&["users", "list"])["users"], json!([anna, ben]));
    assert!(home.succeed(&["users", "list"]).contains("owner"));
}

#[test]
fn a_password_is_in_no_file_no_log_and_no_answer() {
    let home = Home::new();
    let output = given(&home, &["users", "add", "anna", "--log-level", "trace"], &format!("{PASSWORD}\r\n"));
    assert!(output.status.success(), "{output:?}");
    let told = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    let told = told + &home.succeed(&["users", "list", "--json"]) + &home.succeed(&["audit", "--json"]);
    assert!(!told.contains("correct horse") && !told.contains("argon2"), "{told}");
    assert_eq!(files_with(home.path(), "correct horse"), [""; 0]);
    assert_eq!(files_with(home.path(), "$argon2id$v=19$m=19456,t=2,p=1$").len(), 1, "as a slow hash alone");
}

#[test]
fn a_user_is_disabled_enabled_and_reset_and_the_audit_log_says_so() {
    let home = Home::new();
    let anna = add(&home, "anna");
    let id = anna["id"].as_str().unwrap();
    assert_eq!(home.answer(&["users", "disable", id])["state"], "disabled");
    assert_eq!(states(&home), [("anna".to_owned(), "disabled".to_owned())]);
    assert_eq!(home.answer(&["users", "list", "--active"])["users"], json!([]));
    assert!(home.succeed(&["users", "enable", "ANNA"]).contains("enabled anna"));
    let reset = given(&home, &["users", "reset", "anna"], "another password\n");
    assert!(reset.status.success(), "{reset:?}");
    let log = home.answer(&["audit"]);
    let told = |entry: &Value| [&entry["action"], &entry["actor"], &entry["subject"]].map(Clone::clone);
    let by = |action: &str| [json!(action), json!("command-line"), json!(format!("user:{id}"))];
    let entries: Vec<_> = log["entries"].as_array().unwrap().iter().map(told).collect();
    assert_eq!(entries, ["user.reset", "user.enable", "user.disable", "user.add"].map(by));
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    let home = Home::new();
    add(&home, "anna");
    home.refused(3, "not_found", &["users", "disable", "ben"]);
    home.refused(3, "not_found", &["users", "enable", "aaaaaaaaaaaaaaaa"]);
    let refused = |arguments: &[&str], password: &str, code: i32, why: &str| {
        let output = given(&home, arguments, password);
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {told}");
        assert!(told.contains(why), "{arguments:?}: {told}");
    };
    refused(&["users", "reset", "ben"], PASSWORD, 3, "no such user");
    refused(&["users", "add", "ben"], "", 2, "no password");
    refused(&["users", "add", "ben"], "elevenchars\n", 2, "at least 12");
    refused(&["users", "add", "ben"], &"x".repeat(1025), 2, "1024");
    refused(&["users", "add", "b n"], PASSWORD, 2, "no name for a user");
    refused(&["users", "add", "ben", PASSWORD], PASSWORD, 2, "unexpected");
    refused(&["users", "add", "anna"], PASSWORD, 1, "already");
    assert_eq!(states(&home), [("anna".to_owned(), "active".to_owned())]);
}

/// Types lines at a terminal, each as soon as it is asked for; gives how it ended, and what the terminal showed.
fn typed(home: &Home, arguments: &[&str], lines: &[&str]) -> (Option<i32>, String) {
    let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&controller).unwrap();
    unlockpt(&controller).unwrap();
    let name = ptsname(&controller, Vec::new()).unwrap().into_string().unwrap();
    let flags = OFlags::NOCTTY.bits().cast_signed();
    let terminal = OpenOptions::new().read(true).write(true).custom_flags(flags).open(name).unwrap();
    let mut command = home.command(arguments);
    command.stdin(terminal.try_clone().unwrap()).stderr(terminal).stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    // The command holds the terminal alone now: its end is the end of what there is to read.
    drop(command);
    let mut controller = File::from(controller);
    let (mut shown, mut lines) = (Vec::new(), lines.iter());
    let mut bytes = [0; 1024];
    while let Ok(count) = controller.read(&mut bytes) {
        if count == 0 {
            break;
        }
        shown.extend_from_slice(&bytes[..count]);
        if shown.ends_with(b": ")
            && let Some(line) = lines.next()
        {
            controller.write_all(format!("{line}\n").as_bytes()).unwrap();
        }
    }
    (child.wait().unwrap().code(), String::from_utf8(shown).unwrap())
}

#[test]
fn a_password_is_asked_for_twice_and_not_shown() {
    let home = Home::new();
    let (code, shown) = typed(&home, &["users", "add", "anna"], &[PASSWORD, PASSWORD]);
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("New password of anna: ") && shown.contains("The same again: "), "{shown}");
    assert!(!shown.contains("correct horse"), "{shown}");
    let (code, shown) = typed(&home, &["users", "add", "ben"], &[PASSWORD, "correct horse battery."]);
    assert_eq!(code, Some(2), "{shown}");
    assert!(shown.contains("two different passwords") && !shown.contains("correct horse"), "{shown}");
    assert_eq!(states(&home), [("anna".to_owned(), "active".to_owned())]);
}
