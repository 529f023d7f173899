//! Several that open a new file at once.

use std::sync::Mutex;

use super::*;

fn model(name: &str) -> ModelIdentity {
    ModelIdentity { name: name.to_owned(), revision: "1".to_owned(), dimension: 8 }
}

/// Two connections to a new file; the second one's waiting for the first one's lock ends after the first one wrote that
/// vec0 is `owner`'s.
fn beside_one_that_decides_for(owner: &ModelIdentity, directory: &tempfile::TempDir) -> Connection {
    let path = directory.path().join("m.db");
    let first = Connection::open(&path).unwrap();
    first
        .execute_batch(
            "CREATE TABLE service_info (key TEXT PRIMARY KEY, value TEXT NOT NULL);
             CREATE TABLE memory_embeddings_rowids (id INTEGER PRIMARY KEY);
             BEGIN IMMEDIATE",
        )
        .unwrap();
    let mut second = Connection::open(&path).unwrap();
    let (first, owner) = (Mutex::new(first), owner.clone());
    let decide_first = move |tries: i32| {
        if tries == 0 {
            let first = first.lock().unwrap();
            Home::settle(&first, &owner, true).unwrap();
            first.execute_batch("INSERT INTO memory_embeddings_rowids VALUES (1); COMMIT").unwrap();
        }
        tries == 0
    };
    second.busy_handler(Some(decide_first)).unwrap();
    second
}

#[test]
fn one_that_waited_while_another_process_of_its_model_decided_follows_it() {
    let directory = tempfile::tempdir().unwrap();
    let second = beside_one_that_decides_for(&model("ours"), &directory);
    decide_when_opened(&second, &model("ours"), Some(8)).unwrap();
    assert_eq!(Home::read(&second, &model("ours")).unwrap(), Home::Vec0);
}

#[test]
fn one_that_waited_while_another_model_got_the_table_stays_beside_it() {
    let directory = tempfile::tempdir().unwrap();
    let second = beside_one_that_decides_for(&model("other"), &directory);
    decide_when_opened(&second, &model("ours"), Some(8)).unwrap();
    let home = Home::read(&second, &model("ours")).unwrap();
    assert!(matches!(home, Home::Side { is_settled: true, .. }), "{home:?}");
}
