//! Versions and changes as release 12.4 writes and reads them, and as release 10 left them.

use model::{ContentHash, Filter, MemoryType, Metadata, NewMemory, Origin, OriginKind, Tags};
use ports::{Change, MemoryStore, Page, Patch, Superseded};
use rusqlite::Connection;
use rusqlite::types::Value;
use serde_json::json;

use crate::samples::{Place, embedded, memory, now};

/// Every column of the original's of a memory, by name.
fn row(connection: &Connection, hash: &ContentHash) -> Vec<(String, Value)> {
    let mut statement = connection.prepare("SELECT * FROM memories WHERE content_hash = ?").unwrap();
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    statement
        .query_row([hash.as_str()], |row| {
            names.iter().enumerate().map(|(n, name)| Ok((name.clone(), row.get(n)?))).collect()
        })
        .unwrap()
}

/// The columns that differ.
fn changed(before: &[(String, Value)], after: &[(String, Value)]) -> Vec<(String, Value)> {
    after.iter().filter(|column| !before.contains(column)).cloned().collect()
}

fn column(name: &str, value: impl Into<Value>) -> (String, Value) {
    (name.to_owned(), value.into())
}

/// The text of a memory, as it was found live by the original's question for history: up by parent, then down.
const THEIR_HISTORY: &str = "WITH RECURSIVE up(hash, parent) AS (
        SELECT content_hash, parent_id FROM memories WHERE content_hash = ?1
        UNION ALL SELECT m.content_hash, m.parent_id FROM memories m JOIN up ON m.content_hash = up.parent),
    down(hash) AS (
        SELECT hash FROM up WHERE parent IS NULL
        UNION ALL SELECT m.content_hash FROM memories m JOIN down ON m.parent_id = down.hash)
    SELECT m.content, m.version, m.superseded_by IS NULL FROM down JOIN memories m ON m.content_hash = down.hash
        ORDER BY m.version";

#[tokio::test]
async fn a_new_version_is_written_as_12_4_writes_it() {
    let place = Place::empty();
    let store = place.open().await;
    let metadata = json!({"z": "ü", "a": [1]});
    let old = NewMemory {
        metadata: Metadata::parse(metadata.as_object().unwrap().clone()).unwrap(),
        ..embedded("Deploys go out every Friday", 1)
    };
    store.insert(old.clone()).await.unwrap();
    let plain = place.plain();
    let before = row(&plain, &old.hash);
    let new =
        NewMemory { created_at: now().plus_seconds(60.0), ..embedded("Deploys go out every Monday", 2) };
    let done = store.supersede(&old.hash, new.clone(), Some("calendar change".to_owned())).await.unwrap();
    assert!(matches!(done, Superseded::Done { version: 2, .. }));
    let expected = format!(
        "{{\"z\": \"\\u00fc\", \"a\": [1], \"superseded_by\": \"{}\", \"evolution_reason\": \"calendar change\"}}",
        new.hash
    );
    assert_eq!(
        changed(&before, &row(&plain, &old.hash)),
        [column("metadata", expected), column("superseded_by", new.hash.as_str().to_owned())],
        "nothing else of the old row is touched, its times neither"
    );
    let written = row(&plain, &new.hash);
    for expected in [
        column("parent_id", old.hash.as_str().to_owned()),
        column("version", 2),
        column("store", "default".to_owned()),
        column("metadata", "{}".to_owned()),
        column("superseded_by", Value::Null),
        column("confidence", 1.0),
        column("embedding_pending", 0),
        column("last_accessed", Value::Null),
    ] {
        assert!(written.contains(&expected), "{expected:?}: {written:?}");
    }
    let mut theirs = plain.prepare(THEIR_HISTORY).unwrap();
    for hash in [&old.hash, &new.hash] {
        let told: Vec<(String, i64, bool)> = theirs
            .query_map([hash.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(
            told,
            [
                ("Deploys go out every Friday".to_owned(), 1, false),
                ("Deploys go out every Monday".to_owned(), 2, true)
            ]
        );
    }
}

#[tokio::test]
async fn a_change_touches_the_named_columns_alone() {
    let place = Place::of("upstream_12.4.db");
    let store = place.open().await;
    let plain = place.plain();
    let hash = ContentHash::stored("e151d57a135cc8c6856f8c10a34fbeb7ee7b75952084b9992a7e074656cf00c6");
    let before = row(&plain, &hash);
    let change = Change {
        tags: Some(Tags::from_list(["Release Notes", "a,b"]).unwrap()),
        memory_type: Patch::Set(MemoryType::parse("note").unwrap().unwrap()),
        updated_at: Some(now()),
        ..Change::default()
    };
    store.update(&hash, change).await.unwrap().unwrap();
    assert_eq!(
        changed(&before, &row(&plain, &hash)),
        [
            column("tags", "release notes,a-b".to_owned()),
            column("memory_type", "note".to_owned()),
            column("updated_at", now().as_seconds()),
            column("updated_at_iso", now().to_string()),
        ]
    );
    let metadata = json!({"quality_score": null, "mood": "good"});
    let metadata = Metadata::parse(metadata.as_object().unwrap().clone()).unwrap();
    let before = row(&plain, &hash);
    store.update(&hash, Change { metadata, ..Change::default() }).await.unwrap().unwrap();
    let after = row(&plain, &hash);
    let [(name, Value::Text(text))] = &changed(&before, &after)[..] else { panic!("one column") };
    assert_eq!(name, "metadata");
    assert!(text.starts_with("{\"agent_id\": \"alpha\", \"computed_quality\": 0.5, "), "{text}");
    assert!(text.ends_with(", \"mood\": \"good\"}"), "{text}");
}

#[tokio::test]
async fn metadata_that_is_no_object_is_kept_when_fields_are_set_beside_it() {
    let place = Place::empty();
    let store = place.open().await;
    store.insert(memory("text")).await.unwrap();
    place.plain().execute("UPDATE memories SET metadata = '{broken'", []).unwrap();
    let metadata = Metadata::parse(json!({"a": 1}).as_object().unwrap().clone()).unwrap();
    let hash = memory("text").hash;
    let tags = Change { tags: Some(Tags::parse("x").unwrap()), ..Change::default() };
    store.update(&hash, tags).await.unwrap().unwrap();
    let raw = |connection: &Connection| -> String {
        connection.query_row("SELECT metadata FROM memories", [], |row| row.get(0)).unwrap()
    };
    assert_eq!(raw(&place.plain()), "{broken", "not touched by other changes");
    store.update(&hash, Change { metadata, ..Change::default() }).await.unwrap().unwrap();
    assert_eq!(raw(&place.plain()), r#"{"unreadable_metadata": "{broken", "a": 1}"#);
}

#[tokio::test]
async fn versions_of_release_10_have_a_history() {
    let place = Place::of("upstream_10.59.db");
    let store = place.open().await;
    let all = Filter { include_superseded: true, ..Filter::default() };
    let listing = store.list(&all, Page { offset: 0, limit: 100 }).await.unwrap();
    let by_id = |id: i64| listing.memories.iter().find(|memory| memory.id.0 == id).unwrap();
    let (old, new) = (by_id(2).hash.clone(), by_id(6).hash.clone());
    for hash in [&old, &new] {
        let told = store.history(hash).await.unwrap();
        let keys: Vec<_> = told.iter().map(|version| (version.hash.clone(), version.version)).collect();
        assert_eq!(keys, [(old.clone(), 1), (new.clone(), 2)]);
        assert!(told[0].reason.is_some(), "{told:?}");
    }
    // Release 10 goes on using the file, and says it in the metadata alone.
    place
        .plain()
        .execute(
            "UPDATE memories SET metadata = json_set(metadata, '$.superseded_by',
                (SELECT content_hash FROM memories WHERE id = 3), '$.evolution_reason', 'later') WHERE id = 6",
            [],
        )
        .unwrap();
    let told = store.history(&old).await.unwrap();
    let numbers: Vec<_> = told.iter().map(|version| (version.version, version.reason.clone())).collect();
    assert_eq!(numbers.len(), 3);
    assert_eq!((numbers[1].clone(), numbers[2].0), ((2, Some("later".to_owned())), 3));
    let clear = Change { superseded_by: Patch::Clear, ..Change::default() };
    assert_eq!(store.update(&new, clear).await.unwrap().unwrap().superseded_by, None);
    assert_eq!(store.history(&old).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_file_of_our_first_schema_is_upgraded_in_place() {
    let place = Place::empty();
    let store = place.open().await;
    for (text, seed) in [("one", 1), ("two", 2)] {
        store.insert(embedded(text, seed)).await.unwrap();
    }
    store.close().await;
    let plain = place.plain();
    plain
        .execute_batch(
            "DROP TRIGGER service_aside_ad; DROP TRIGGER service_events_ai; DROP TRIGGER service_events_au;
            DROP TRIGGER service_events_au_deleted; DROP TRIGGER service_events_ad; UPDATE service_info SET value = '1' WHERE key = 'schema'",
        )
        .unwrap();
    for table in [
        "service_origins",
        "service_usage",
        "service_deletions",
        "service_deleted",
        "service_deleted_edges",
        "service_deleted_vectors",
        "service_models",
        "service_events",
    ] {
        plain.execute_batch(&format!("DROP TABLE {table}")).unwrap();
    }
    let before = [row(&plain, &memory("one").hash), row(&plain, &memory("two").hash)];
    drop(plain);
    let store = place.open().await;
    let plain = place.plain();
    assert_eq!([row(&plain, &memory("one").hash), row(&plain, &memory("two").hash)], before);
    let schema: String =
        plain.query_row("SELECT value FROM service_info WHERE key = 'schema'", [], |row| row.get(0)).unwrap();
    assert_eq!(schema, "4");
    let copies = std::fs::read_dir(place.backups()).unwrap().count();
    assert_eq!(copies, 1, "it was backed up before");
    assert_eq!(store.statistics().await.unwrap().embedded, 2);
    assert_eq!(store.vector_spaces().await.unwrap()[0].model.as_ref(), Some(store.model()));
    let new = NewMemory { origin: Some(Origin::of(OriginKind::User)), ..embedded("three", 3) };
    store.insert(new.clone()).await.unwrap();
    assert_eq!(store.get(&new.hash).await.unwrap().unwrap().origin, new.origin);
    assert!(store.check(ports::Check::Deep).await.unwrap().is_sound());
}

#[tokio::test]
async fn what_lies_aside_goes_when_the_original_deletes_a_row() {
    let place = Place::empty();
    let store = place.open().await;
    let new = NewMemory {
        origin: Some(Origin::of(OriginKind::User)),
        occurred_at: Some(now()),
        ..embedded("one", 1)
    };
    store.insert(new.clone()).await.unwrap();
    let id = store.get(&new.hash).await.unwrap().unwrap().id;
    store.record_access(&[id], now()).await.unwrap();
    let theirs = place.plain();
    let count = |table: &str| -> i64 {
        theirs.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    };
    assert_eq!((count("service_origins"), count("service_usage")), (1, 1));
    theirs.execute("DELETE FROM memories", []).unwrap();
    assert_eq!((count("service_origins"), count("service_usage")), (0, 0));
}

#[tokio::test]
async fn memories_that_the_original_used_are_not_unused() {
    let place = Place::of("upstream_12.4.db");
    let store = place.open().await;
    let since =
        |seconds: f64| Filter { unused_since: model::Timestamp::from_seconds(seconds), ..Filter::default() };
    let unused = |filter: Filter| {
        let store = &store;
        async move { store.list(&filter, Page { offset: 0, limit: 100 }).await.unwrap().total }
    };
    assert_eq!(unused(since(1_795_335_826.0)).await, 0);
    assert_eq!(unused(since(1_795_335_827.0)).await, 7);
    place.plain().execute("UPDATE memories SET last_accessed = 1795335999 WHERE id = 1", []).unwrap();
    assert_eq!(unused(since(1_795_335_827.0)).await, 6, "by its column as well as by its metadata");
}
