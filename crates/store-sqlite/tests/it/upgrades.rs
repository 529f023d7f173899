//! Files in every state that the original's releases, its scripts and its crashes leave behind.

use model::{ContentHash, EmbeddingState, Filter, PartitionScope, Tags};
use ports::{Check, MemoryStore, Page, Severity, StoreError, WordQuery};
use rusqlite::Connection;
use store_sqlite::SqliteStore;

use crate::samples::{Place, embedded, memory, vector, with_vec0};

/// A fixture after this was done to it.
async fn changed(fixture: &str, sql: &str) -> Place {
    with_vec0().await;
    let place = Place::of(fixture);
    place.plain().execute_batch(sql).unwrap();
    place
}

fn everything() -> Filter {
    Filter { partitions: PartitionScope::All, include_superseded: true, ..Filter::default() }
}

async fn texts(store: &SqliteStore) -> Vec<String> {
    let listing = store.list(&everything(), Page { offset: 0, limit: 100 }).await.unwrap();
    listing.memories.into_iter().map(|memory| memory.content).collect()
}

/// Opens it, and checks that it works: everything that was there is listed, what is new is found, all is sound.
async fn opens_whole(place: &Place) -> SqliteStore {
    let count = "SELECT count(*) FROM memories";
    let rows: usize = place.plain().query_row(count, [], |row| row.get(0)).unwrap();
    let deleted: usize = place
        .plain()
        .query_row("SELECT count(*) FROM memories WHERE deleted_at IS NOT NULL", [], |row| row.get(0))
        .unwrap_or(0);
    let store = place.open().await;
    assert_eq!(texts(&store).await.len(), rows - deleted);
    store.settle_vector_space(true).await.unwrap();
    store.insert(embedded("a new thing: zebrafish", 77)).await.unwrap();
    let words = store.search_words(&WordQuery("zebrafish".to_owned()), &everything(), 5).await.unwrap();
    let near = store.search_vectors(&vector(77), &everything(), 1).await.unwrap();
    assert_eq!((words.len(), near.len()), (1, 1));
    assert_eq!(words[0].id, near[0].id);
    let report = store.check(Check::Deep).await.unwrap();
    let damage: Vec<_> = report.findings.iter().filter(|f| f.severity == Severity::Damage).collect();
    assert!(damage.is_empty(), "{damage:?}");
    store
}

#[tokio::test]
async fn a_file_without_the_metadata_table_is_completed() {
    let place = changed("upstream_8.44.db", "DROP TABLE metadata").await;
    opens_whole(&place).await;
    let metric: String = place
        .plain()
        .query_row("SELECT value FROM metadata WHERE key = 'distance_metric'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(metric, "cosine");
}

#[tokio::test]
async fn any_subset_of_the_later_columns_is_completed() {
    for missing in ["parent_id", "version", "confidence", "last_accessed", "superseded_by"] {
        let sql = format!("ALTER TABLE memories DROP COLUMN {missing}");
        let place = changed("upstream_10.59.db", &sql).await;
        opens_whole(&place).await.close().await;
    }
    let place = changed(
        "upstream_10.59.db",
        "ALTER TABLE memories DROP COLUMN version; ALTER TABLE memories DROP COLUMN superseded_by;
         DROP TABLE memory_graph; DROP INDEX idx_created_at;",
    )
    .await;
    opens_whole(&place).await;
}

#[tokio::test]
async fn a_file_without_word_index_gets_one() {
    let place = changed(
        "upstream_10.59.db",
        "DROP TRIGGER memories_fts_ai; DROP TRIGGER memories_fts_au; DROP TRIGGER memories_fts_ad;
         DROP TABLE memory_content_fts;",
    )
    .await;
    let store = opens_whole(&place).await;
    let found = store.search_words(&WordQuery("imeou".to_owned()), &everything(), 5).await.unwrap();
    assert_eq!(found.len(), 2, "a piece of `timeout`");
}

#[tokio::test]
async fn words_that_the_originals_triggers_left_behind_are_cleaned_up() {
    let place = changed("upstream_10.59.db", "DELETE FROM memories WHERE deleted_at IS NOT NULL").await;
    let stale = place.plain().execute_batch(
        "INSERT INTO memory_content_fts(memory_content_fts, rank) VALUES ('integrity-check', 1)",
    );
    assert!(stale.is_err(), "the original's defect is there");
    let store = opens_whole(&place).await;
    assert!(store.check(Check::Deep).await.unwrap().is_sound());
}

/// Rebuilds the vector table of a fixture in another form, with the same vectors.
fn remade(connection: &Connection, definition: &str) {
    connection
        .execute_batch(&format!(
            "CREATE TABLE held AS SELECT rowid AS id, content_embedding AS v FROM memory_embeddings;
             DROP TABLE memory_embeddings;
             CREATE VIRTUAL TABLE memory_embeddings USING vec0({definition});
             INSERT INTO memory_embeddings (rowid, content_embedding) SELECT id, v FROM held;
             DROP TABLE held;"
        ))
        .unwrap();
}

#[tokio::test]
async fn a_table_that_measures_by_distance_becomes_one_by_cosine_without_losing_a_vector() {
    let place = changed("upstream_8.44.db", "DROP TABLE metadata").await;
    remade(&place.plain(), " content_embedding   float[384] ");
    let held = |connection: &Connection| -> Vec<(i64, Vec<u8>)> {
        let mut statement =
            connection.prepare("SELECT rowid, content_embedding FROM memory_embeddings ORDER BY 1").unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let before = held(&place.plain());
    place.open().await.close().await;
    assert_eq!(held(&place.plain()), before);
    let sql: String = place
        .plain()
        .query_row("SELECT sql FROM sqlite_master WHERE name = 'memory_embeddings'", [], |row| row.get(0))
        .unwrap();
    assert!(sql.contains("distance_metric=cosine"), "{sql}");
    opens_whole(&place).await;
}

#[tokio::test]
async fn an_interrupted_rebuild_of_the_original_is_finished() {
    let steps = [
        // stopped after copying
        "",
        // stopped after dropping
        "DROP TABLE memory_embeddings;",
        // stopped while putting back
        "DROP TABLE memory_embeddings;
         CREATE VIRTUAL TABLE memory_embeddings USING vec0(content_embedding FLOAT[384] distance_metric=cosine,
            store TEXT partition key);
         INSERT INTO memory_embeddings (rowid, content_embedding, store)
            SELECT rowid, content_embedding, 'default' FROM memory_embeddings_migration_backup WHERE rowid < 3;",
    ];
    for stopped in steps {
        let copied = "CREATE TABLE memory_embeddings_migration_backup AS
            SELECT rowid AS [rowid], content_embedding FROM memory_embeddings;";
        let place = changed("upstream_10.59.db", &format!("{copied}{stopped}")).await;
        let store = place.open().await;
        store.settle_vector_space(true).await.unwrap();
        assert_eq!(store.statistics().await.unwrap().embedded, 5, "{stopped}");
        let left: bool = place
            .plain()
            .prepare("SELECT 1 FROM sqlite_master WHERE name = 'memory_embeddings_migration_backup'")
            .unwrap()
            .exists([])
            .unwrap();
        assert!(!left);
    }
}

#[tokio::test]
async fn empty_fields_and_broken_json_are_read() {
    let place = changed(
        "upstream_10.59.db",
        "UPDATE memories SET tags = NULL, metadata = NULL, memory_type = NULL, created_at_iso = NULL WHERE id = 1;
         UPDATE memories SET metadata = '{broken', tags = ' a, b ,c c', created_at = NULL WHERE id = 2;
         UPDATE memories SET metadata = '[1]', created_at = NULL, created_at_iso = 'yesterday', updated_at = NULL,
            updated_at_iso = NULL, version = NULL WHERE id = 3;",
    )
    .await;
    let store = opens_whole(&place).await;
    let listing = store.list(&everything(), Page { offset: 0, limit: 100 }).await.unwrap();
    let by_id = |id: i64| listing.memories.iter().find(|memory| memory.id.0 == id).unwrap();
    assert!(by_id(1).tags.is_empty() && by_id(1).metadata.fields().is_empty());
    assert_eq!(by_id(2).tags, ["a", "b", "c c"]);
    assert_eq!(by_id(2).created_at.unwrap().to_string(), "2026-11-22T07:05:22.247297Z");
    assert_eq!((by_id(3).created_at, by_id(3).version), (None, 1));
    let until_then =
        Filter { created_before: by_id(2).created_at.map(|at| at.plus_seconds(0.001)), ..everything() };
    let early = store.list(&until_then, Page { offset: 0, limit: 100 }).await.unwrap();
    let ids: Vec<i64> = early.memories.iter().map(|memory| memory.id.0).collect();
    assert_eq!(ids, [2, 1], "a row without a number is judged, and sorted, by its text");
    for (tag, expected) in [("b", 1), ("c c", 1), ("c", 0), ("A", 1)] {
        let filter = Filter { tags: Tags::parse(tag).unwrap(), ..everything() };
        assert_eq!(
            store.list(&filter, Page { offset: 0, limit: 10 }).await.unwrap().total,
            expected,
            "{tag}"
        );
    }
    let raw: Option<String> =
        place.plain().query_row("SELECT metadata FROM memories WHERE id = 2", [], |row| row.get(0)).unwrap();
    assert_eq!(raw.as_deref(), Some("{broken"), "what cannot be read is not rewritten");
}

#[tokio::test]
async fn rows_without_vector_wait_and_vectors_without_row_are_told_and_removed() {
    let place = changed("upstream_10.59.db", "DELETE FROM memory_embeddings WHERE rowid = 1").await;
    let store = place.open().await;
    store.settle_vector_space(true).await.unwrap();
    let orphan = "INSERT INTO memory_embeddings (rowid, content_embedding)
        SELECT 900, content_embedding FROM memory_embeddings WHERE rowid = 2";
    place.plain().execute(orphan, []).unwrap();
    let waiting = store.unembedded(None, 10).await.unwrap();
    assert_eq!(waiting.iter().map(|memory| memory.id.0).collect::<Vec<_>>(), [1]);
    let report = store.check(Check::Quick).await.unwrap();
    assert!(report.findings.iter().any(|f| f.message == "1 vectors have no memory"), "{report:?}");
    let repaired = store.repair().await.unwrap();
    assert!(repaired.iter().any(|r| r.message == "1 vectors without a memory were removed"), "{repaired:?}");
    assert!(store.check(Check::Deep).await.unwrap().is_sound());
}

#[tokio::test]
async fn a_vector_without_direction_is_never_found_and_its_memory_waits_for_a_new_one() {
    let place = changed(
        "upstream_10.59.db",
        "UPDATE memory_embeddings SET content_embedding = zeroblob(1536) WHERE rowid = 1",
    )
    .await;
    let store = place.open().await;
    store.settle_vector_space(true).await.unwrap();
    let waiting = store.unembedded(None, 10).await.unwrap();
    assert_eq!(waiting.iter().map(|memory| memory.id.0).collect::<Vec<_>>(), [1]);
    let found = store.search_vectors(&vector(5), &everything(), 100).await.unwrap();
    assert!(found.iter().all(|candidate| candidate.id.0 != 1 && candidate.score.is_finite()));
    // The original writes another one later.
    place
        .plain()
        .execute_batch("UPDATE memory_embeddings SET content_embedding = zeroblob(1536) WHERE rowid = 2")
        .unwrap();
    let report = store.check(Check::Deep).await.unwrap();
    assert!(
        report.findings.iter().any(|f| f.message.starts_with("1 vectors have no direction")),
        "{report:?}"
    );
    store.repair().await.unwrap();
    assert_eq!(store.unembedded(None, 10).await.unwrap().len(), 2);
}

#[tokio::test]
async fn keys_of_every_shape_and_old_edges_are_kept() {
    let place = changed(
        "upstream_10.59.db",
        "UPDATE memories SET content_hash = 'assoc_1a2b3c4d_5e6f7a8b' WHERE id = 1;
         UPDATE memories SET content_hash = 'insight_00112233445566aa', memory_type = 'My-Own-Type' WHERE id = 2;
         INSERT INTO memory_graph (source_hash, target_hash, similarity, connection_types, created_at)
            VALUES ('assoc_1a2b3c4d_5e6f7a8b', 'x', 0.5, 'semantic', 1.0);",
    )
    .await;
    let store = opens_whole(&place).await;
    let found = store.get(&ContentHash::stored("insight_00112233445566aa")).await.unwrap().unwrap();
    assert_eq!(found.memory_type.as_deref(), Some("My-Own-Type"));
    let kind: String =
        place.plain().query_row("SELECT connection_types FROM memory_graph", [], |row| row.get(0)).unwrap();
    assert_eq!(kind, "semantic");
    store
        .delete(&Filter::one(ContentHash::stored("assoc_1a2b3c4d_5e6f7a8b")), crate::samples::now())
        .await
        .unwrap();
    let edges: i64 =
        place.plain().query_row("SELECT count(*) FROM memory_graph", [], |row| row.get(0)).unwrap();
    assert_eq!(edges, 0);
}

#[tokio::test]
async fn unknown_columns_tables_and_keys_are_left_alone() {
    let place = changed(
        "upstream_12.4.db",
        "ALTER TABLE memories ADD COLUMN mood TEXT; UPDATE memories SET mood = 'good';
         CREATE TABLE journal (line TEXT); INSERT INTO journal VALUES ('kept');
         INSERT INTO metadata VALUES ('their_key', 'their value');
         INSERT INTO migration_registry VALUES (20, 'future', '020_future.sql', 'now', NULL);",
    )
    .await;
    let store = opens_whole(&place).await;
    store.close().await;
    let connection = place.plain();
    for sql in [
        "SELECT count(*) = 10 FROM memories WHERE mood = 'good'",
        "SELECT line = 'kept' FROM journal",
        "SELECT value = 'their value' FROM metadata WHERE key = 'their_key'",
        "SELECT name = 'future' FROM migration_registry WHERE version = 20",
    ] {
        assert!(connection.query_row(sql, [], |row| row.get::<_, bool>(0)).unwrap(), "{sql}");
    }
}

#[tokio::test]
async fn a_file_in_the_old_journal_mode_is_opened() {
    let place = changed("upstream_8.44.db", "PRAGMA journal_mode = DELETE").await;
    opens_whole(&place).await;
}

#[tokio::test]
async fn the_backup_before_an_upgrade_is_private_and_holds_what_was_there() {
    let place = Place::of("upstream_8.44.db");
    let store = place.open().await;
    store.insert(memory("later")).await.unwrap();
    let files: Vec<_> =
        std::fs::read_dir(place.backups()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let name = files[0].file_name().unwrap().to_str().unwrap();
    assert_eq!(name, "sqlite_vec.before-upgrade-20261124T060000Z.db");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&files[0]).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let backup = Connection::open(&files[0]).unwrap();
    let tables: i64 = backup
        .query_row("SELECT count(*) FROM sqlite_master WHERE name LIKE 'service_%'", [], |row| row.get(0))
        .unwrap();
    let rows: i64 = backup.query_row("SELECT count(*) FROM memories", [], |row| row.get(0)).unwrap();
    assert_eq!((tables, rows), (0, 4));
}

#[tokio::test]
async fn without_a_backup_nothing_is_changed() {
    let place = Place::of("upstream_8.44.db");
    std::fs::write(place.backups(), "in the way").unwrap();
    let before = std::fs::read(place.path()).unwrap();
    let error = SqliteStore::open(place.options()).await.err().unwrap();
    assert!(matches!(error, StoreError::Backup { .. }), "{error:?}");
    assert!(std::fs::read(place.path()).unwrap() == before, "the file was changed");
}

#[tokio::test]
async fn vectors_of_another_dimension_are_kept_and_never_compared() {
    let place = changed("upstream_10.59.db", "DROP TABLE memory_embeddings").await;
    place
        .plain()
        .execute_batch(
            "CREATE VIRTUAL TABLE memory_embeddings USING vec0(content_embedding FLOAT[8] distance_metric=cosine);
             INSERT INTO memory_embeddings (rowid, content_embedding) VALUES (1, '[1,2,3,4,5,6,7,8]');",
        )
        .unwrap();
    let store = place.open().await;
    assert_eq!(store.vector_space().await.unwrap(), ports::VectorSpace::Foreign);
    assert_eq!(store.statistics().await.unwrap().embedded, 0);
    let waiting = store.unembedded(None, 100).await.unwrap();
    assert_eq!(waiting.len(), 5);
    let vectors = waiting.into_iter().zip(1..).map(|(memory, seed)| (memory, vector(seed))).collect();
    assert_eq!(store.add_vectors(vectors).await.unwrap(), 5);
    let found = store.search_vectors(&vector(1), &everything(), 1).await.unwrap();
    assert!((found[0].score - 1.0).abs() < 1e-6);
    let memory = store.get_many(&[found[0].id]).await.unwrap();
    assert_eq!(memory[0].embedding, EmbeddingState::Done);
    let theirs: i64 =
        place.plain().query_row("SELECT count(*) FROM memory_embeddings", [], |row| row.get(0)).unwrap();
    assert_eq!(theirs, 1);
}

#[tokio::test]
async fn a_vector_table_made_anew_for_another_model_is_noticed() {
    let place = changed("upstream_12.4.db", "").await;
    let store = place.open().await;
    store.settle_vector_space(true).await.unwrap();
    store.close().await;
    place
        .plain()
        .execute_batch(
            "DROP TABLE memory_embeddings;
             CREATE VIRTUAL TABLE memory_embeddings USING vec0(content_embedding FLOAT[8] distance_metric=cosine,
                store TEXT partition key);",
        )
        .unwrap();
    let store = place.open().await;
    assert_eq!(store.vector_space().await.unwrap(), ports::VectorSpace::Foreign);
    store.insert(embedded("ours", 1)).await.unwrap();
    assert_eq!(store.search_vectors(&vector(1), &everything(), 5).await.unwrap().len(), 1);
}
