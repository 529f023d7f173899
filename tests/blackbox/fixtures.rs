//! Databases of the original: opened in place, every memory found, nothing changed but what was written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rusqlite::types::Value as Cell;
use serde_json::json;

use crate::harness::home::FIXTURES;
use crate::harness::integrity::{self, assert_sound};
use crate::harness::{Database, Home};

/// Tables of the original that hold something, apart from the memories and what is derived from them; each with a column
/// that orders it.
const TABLES: [(&str, &str); 7] = [
    ("memory_graph", "source_hash, target_hash"),
    ("beliefs", "id"),
    ("sync_events", "seq"),
    ("sync_cursor", "peer_id"),
    ("push_cursor", "peer_id"),
    ("migration_registry", "version"),
    ("metadata", "key"),
];

/// Columns that say which memory took the place of which.
const LINEAGE: [&str; 3] = ["superseded_by", "parent_id", "version"];

/// What a database held: to be compared with what it holds later.
pub(crate) struct Snapshot {
    memories: BTreeMap<String, BTreeMap<String, Cell>>,
    vectors: BTreeMap<i64, Vec<f32>>,
    tables: BTreeMap<&'static str, Vec<BTreeMap<String, Cell>>>,
    live: BTreeMap<String, String>,
}

impl Snapshot {
    /// What the database at a path holds.
    pub(crate) fn of(path: &Path) -> Self {
        let database = Database::open(path);
        let live = database.live_hashes();
        let memories = memories(&database);
        let content = |row: &BTreeMap<String, Cell>| match &row["content"] {
            Cell::Text(text) => text.clone(),
            other => panic!("{other:?}"),
        };
        let live = memories.iter().filter(|(hash, _)| live.contains(*hash));
        let live = live.map(|(hash, row)| (hash.clone(), content(row))).collect();
        let tables = TABLES.iter().filter(|(table, _)| database.has_table(table));
        let tables = tables.map(|(table, order)| (*table, database.rows(table, order))).collect();
        Self { vectors: database.vectors(), memories, tables, live }
    }

    /// The memories of which the metadata of one alone says that the other took its place.
    fn lineage_in_metadata(&self) -> BTreeSet<String> {
        let mut lineage = BTreeSet::new();
        for (hash, row) in &self.memories {
            let Cell::Text(metadata) = &row["metadata"] else { continue };
            let metadata: serde_json::Value = serde_json::from_str(metadata).unwrap_or_default();
            let in_column = matches!(row.get("superseded_by"), Some(Cell::Text(text)) if !text.is_empty());
            if let (Some(by), false) = (metadata["superseded_by"].as_str(), in_column) {
                lineage.extend([hash.clone(), by.to_owned()]);
            }
        }
        lineage
    }

    /// The live memories: key and text.
    pub(crate) fn live(&self) -> &BTreeMap<String, String> {
        &self.live
    }

    /// Panics unless the database at a path still holds all of it unchanged, and apart from that only memories with the
    /// `written` keys.
    pub(crate) fn assert_kept(&self, path: &Path, written: &BTreeSet<String>) {
        let database = Database::open(path);
        let now = memories(&database);
        let lineage = self.lineage_in_metadata();
        for (hash, row) in &self.memories {
            let later = now.get(hash).unwrap_or_else(|| panic!("memory {hash} is gone"));
            for (column, cell) in row {
                // Where the original wrote down a new version in the metadata alone, the columns are brought up to it.
                if lineage.contains(hash) && LINEAGE.contains(&column.as_str()) {
                    continue;
                }
                // A memory that waited for its vector has it now.
                let embedded = column == "embedding_pending" && later.get(column) == Some(&Cell::Integer(0));
                assert!(
                    embedded || later.get(column) == Some(cell),
                    "{column} of memory {hash} changed: {later:?}"
                );
            }
        }
        let new: BTreeSet<String> =
            now.keys().filter(|hash| !self.memories.contains_key(*hash)).cloned().collect();
        assert_eq!(&new, written, "other memories than the ones written appeared");
        let vectors = database.vectors();
        for (id, vector) in &self.vectors {
            assert_eq!(vectors.get(id), Some(vector), "the vector of memory number {id} changed");
        }
        for (table, rows) in &self.tables {
            let order = TABLES.iter().find(|(name, _)| name == table).unwrap().1;
            let now = database.rows(table, order);
            for row in rows {
                let kept =
                    now.iter().any(|later| row.iter().all(|(column, cell)| later.get(column) == Some(cell)));
                assert!(kept, "a row of {table} changed or is gone: {row:?}");
            }
        }
    }
}

fn memories(database: &Database) -> BTreeMap<String, BTreeMap<String, Cell>> {
    let rows = database.rows("memories", "id").into_iter();
    let keyed = rows.map(|row| match &row["content_hash"] {
        Cell::Text(hash) => (hash.clone(), row),
        other => panic!("{other:?}"),
    });
    keyed.collect()
}

/// Every live memory, replaced ones too.
fn all() -> serde_json::Value {
    json!({"store": "all", "include_superseded": true, "page_size": 100})
}

#[test]
fn every_live_memory_is_found_by_its_text_and_by_its_hash() {
    for fixture in FIXTURES {
        let home = Home::with_fixture(fixture);
        let before = Snapshot::of(home.database());
        assert!(!before.live().is_empty());
        let mut server = home.server();
        for (hash, content) in before.live() {
            let arguments = json!({"query": content, "store": "all", "include_superseded": true, "limit": 3});
            let found = server.call("memory_search", arguments).hashes();
            assert!(found.contains(hash), "{fixture}: {content:?}");
            let whole = server.call("memory_get", json!({"content_hash": hash}));
            assert_eq!(&whole.structured["content"], content, "{fixture}");
        }
        let list = server.call("memory_list", all());
        let listed: BTreeSet<String> = list.hashes().into_iter().collect();
        assert_eq!(listed, before.live().keys().cloned().collect(), "{fixture}");
        server.close();
        before.assert_kept(home.database(), &BTreeSet::new());
        assert_sound(home.database());
    }
}

#[test]
fn a_store_and_a_delete_change_nothing_else() {
    for fixture in FIXTURES {
        let home = Home::with_fixture(fixture);
        assert_eq!(integrity::pages(&home.look_inside()), Vec::<String>::new(), "{fixture}, before");
        let before = Snapshot::of(home.database());
        let mut server = home.server();
        let kept = server.store("A memory that stays, written by the successor.");
        let gone = server.store("A memory that is deleted again.");
        let deleted = server.call("memory_delete", json!({"content_hash": gone}));
        assert_eq!(deleted.structured["deleted_count"], 1, "{deleted:?}");
        server.close();
        before.assert_kept(home.database(), &BTreeSet::from([kept.clone(), gone.clone()]));
        assert_sound(home.database());
        let mut live: BTreeSet<String> = before.live().keys().cloned().collect();
        live.insert(kept);
        assert_eq!(home.look_inside().live_hashes(), live, "{fixture}: the wrong memories are live");
    }
}

#[test]
fn a_deleted_memory_of_the_original_stays_deleted_until_it_is_restored_on_purpose() {
    let home = Home::with_fixture("upstream_12.4.db");
    let sql = "SELECT content FROM memories WHERE deleted_at IS NOT NULL";
    let content = home.look_inside().texts(sql).remove(0);
    let mut server = home.server();
    let list = server.call("memory_list", all());
    assert!(!list.text.contains(&content), "a deleted memory is listed");
    // Release 12.4 recorded the deletion, for the hosts that it synchronises with.
    let refused = server.call("memory_store", json!({"content": content}));
    assert!(refused.is_error && refused.text.contains("restore_deleted=true"), "{refused:?}");
    let restored = server.call("memory_store", json!({"content": content, "restore_deleted": true}));
    assert!(!restored.is_error, "{restored:?}");
    assert_eq!(server.search(&content, 1), [restored.hash()]);
    server.close();
    assert_sound(home.database());
}

#[test]
fn a_memory_of_the_original_is_told_as_it_is() {
    let described = include_str!("../fixtures/upstream_12.4.json");
    let described: serde_json::Value = serde_json::from_str(described).unwrap();
    let home = Home::with_fixture("upstream_12.4.db");
    let mut server = home.server();
    let mut live = 0;
    for memory in described["memories"].as_array().unwrap() {
        let told = server.call("memory_get", json!({"content_hash": memory["content_hash"]}));
        if memory["state"] == "deleted" {
            assert!(told.is_error && told.text.contains("not found"), "{told:?}");
            continue;
        }
        live += 1;
        for field in
            ["content", "tags", "memory_type", "metadata", "created_at", "updated_at", "store", "version"]
        {
            assert_eq!(told.structured[field], memory[field], "{field} of {}", memory["key"]);
        }
    }
    assert_eq!(described["expect"]["live_rows_store_all"], live);
    server.close();
}

#[test]
fn a_search_looks_into_the_named_store_and_passes_over_what_was_replaced() {
    let described = include_str!("../fixtures/upstream_12.4.json");
    let described: serde_json::Value = serde_json::from_str(described).unwrap();
    let home = Home::with_fixture("upstream_12.4.db");
    let mut server = home.server();
    for (store, expected) in
        [("default", "default_search_candidates_store_default"), ("docs", "live_rows_store_docs")]
    {
        let found = server.call("memory_search", json!({"query": "memory", "store": store, "limit": 100}));
        let hashes = found.hashes();
        match &described["expect"][expected] {
            serde_json::Value::Array(keys) => {
                let memories = described["memories"].as_array().unwrap().iter();
                let wanted = memories.filter(|memory| keys.contains(&memory["key"]));
                let wanted: BTreeSet<&str> =
                    wanted.map(|memory| memory["content_hash"].as_str().unwrap()).collect();
                assert_eq!(hashes.iter().map(String::as_str).collect::<BTreeSet<_>>(), wanted);
            }
            // Of the other store, the original cannot find what has no vector; here its words are found.
            count => assert!(hashes.len() as u64 <= count.as_u64().unwrap(), "{found:?}"),
        }
    }
    server.close();
}
