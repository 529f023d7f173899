//! Databases that the original program wrote: everything is there after opening them, and is what it was.

use std::collections::HashMap;

use model::{ContentHash, EmbeddingState, Filter, PartitionScope, Timestamp};
use ports::{Check, Listing, MemoryStore, Page, VectorSpace};
use rusqlite::Connection;
use rusqlite::types::Value;
use serde_json::Value as Json;

use crate::samples::{Place, fixtures, with_vec0};

const FIXTURES: [&str; 4] =
    ["upstream_8.44.db", "upstream_8.44_migrated_by_10.59.db", "upstream_10.59.db", "upstream_12.4.db"];

fn everything() -> Filter {
    Filter { partitions: PartitionScope::All, include_superseded: true, ..Filter::default() }
}

async fn all(store: &dyn MemoryStore) -> Listing {
    store.list(&everything(), Page { offset: 0, limit: 1000 }).await.unwrap()
}

/// Every row of a table, as it stands, by its first column; only the named columns.
fn rows(connection: &Connection, sql: &str) -> HashMap<String, Vec<Value>> {
    let mut statement = connection.prepare(sql).unwrap();
    let width = statement.column_count();
    let rows = statement.query_map([], |row| {
        let key = format!("{:?}", row.get::<_, Value>(0)?);
        Ok((key, (0..width).map(|column| row.get(column)).collect::<Result<Vec<Value>, _>>()?))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

const FIRST_COLUMNS: &str =
    "SELECT content_hash, id, content, tags, memory_type, metadata, created_at, updated_at,
    created_at_iso, updated_at_iso FROM memories";

#[tokio::test]
async fn no_field_of_any_row_is_changed_by_opening() {
    for fixture in FIXTURES {
        let place = Place::of(fixture);
        let before = rows(&place.plain(), FIRST_COLUMNS);
        place.open().await.close().await;
        assert_eq!(rows(&place.plain(), FIRST_COLUMNS), before, "{fixture}");
    }
}

#[tokio::test]
async fn every_live_row_is_read_as_plain_sql_reads_it() {
    for fixture in FIXTURES {
        let place = Place::of(fixture);
        let store = place.open().await;
        let listing = all(&store).await;
        let connection = place.plain();
        let sql = format!("{FIRST_COLUMNS} WHERE deleted_at IS NULL");
        let plain = rows(&connection, &sql);
        assert_eq!(listing.memories.len(), plain.len(), "{fixture}");
        for memory in listing.memories {
            let row = &plain[&format!("{:?}", Value::Text(memory.hash.to_string()))];
            let text = |column: usize| match &row[column] {
                Value::Text(text) => Some(text.clone()),
                _ => None,
            };
            assert_eq!(Value::Integer(memory.id.0), row[1]);
            assert_eq!(Some(memory.content), text(2));
            let tags: Vec<String> = text(3)
                .unwrap_or_default()
                .split(',')
                .filter(|tag| !tag.is_empty())
                .map(str::to_owned)
                .collect();
            assert_eq!(memory.tags, tags);
            assert_eq!(memory.memory_type, text(4));
            assert_eq!(
                Json::Object(memory.metadata.fields().clone()),
                serde_json::from_str::<Json>(&text(5).unwrap()).unwrap()
            );
            assert_eq!(memory.created_at.map(Timestamp::as_seconds).map(Value::Real), Some(row[6].clone()));
            assert_eq!(memory.updated_at.map(Timestamp::as_seconds).map(Value::Real), Some(row[7].clone()));
        }
        store.close().await;
    }
}

fn golden() -> Json {
    serde_json::from_slice(&std::fs::read(fixtures().join("upstream_12.4.json")).unwrap()).unwrap()
}

#[tokio::test]
async fn a_database_of_12_4_is_read_as_its_description_says() {
    let place = Place::of("upstream_12.4.db");
    let store = place.open().await;
    store.settle_vector_space(true).await.unwrap();
    let golden = golden();
    let rows = golden["memories"].as_array().unwrap();
    assert_eq!(rows.len(), 10);
    for row in rows {
        let hash = ContentHash::stored(row["content_hash"].as_str().unwrap());
        let found = store.get(&hash).await.unwrap();
        if row["state"] == "deleted" {
            assert_eq!(found, None, "{row}");
            continue;
        }
        let memory = found.unwrap_or_else(|| panic!("{row}"));
        assert_eq!(Some(memory.id.0), row["id"].as_i64());
        assert_eq!(memory.content, row["content"].as_str().unwrap());
        assert_eq!(serde_json::to_value(&memory.tags).unwrap(), row["tags"]);
        assert_eq!(memory.memory_type.as_deref(), row["memory_type"].as_str());
        assert_eq!(memory.created_at.map(Timestamp::as_seconds), row["created_at"].as_f64());
        assert_eq!(memory.partition.as_str(), row["store"].as_str().unwrap());
        assert_eq!(Json::Object(memory.metadata.fields().clone()), row["metadata"]);
        assert_eq!(memory.superseded_by.is_some(), row["state"] == "superseded", "{row}");
        assert_eq!(memory.embedding == EmbeddingState::Done, row["has_vector"] == true, "{row}");
    }
    let expected = &golden["expect"];
    let statistics = store.statistics().await.unwrap();
    assert_eq!(Some(statistics.memories), expected["live_rows_store_all"].as_u64());
    assert_eq!(Some(statistics.tombstones), expected["tombstones"].as_u64());
    assert_eq!(Some(statistics.superseded), expected["superseded"].as_u64());
    let by_partition: Vec<(String, u64)> =
        statistics.partitions.iter().map(|(name, count)| (name.to_string(), *count)).collect();
    assert_eq!(by_partition, [("default".to_owned(), 8), ("docs".to_owned(), 1)]);
}

#[tokio::test]
async fn tables_that_this_store_does_not_use_yet_are_kept_whole() {
    let queries = [
        "SELECT rowid, * FROM memory_graph",
        "SELECT * FROM beliefs",
        "SELECT * FROM sync_events",
        "SELECT * FROM metadata",
        "SELECT * FROM migration_registry",
    ];
    let place = Place::of("upstream_12.4.db");
    let before: Vec<_> = queries.iter().map(|sql| rows(&place.plain(), sql)).collect();
    assert_eq!(before[2].len(), golden()["sync_events"].as_array().unwrap().len());
    place.open().await.close().await;
    let after: Vec<_> = queries.iter().map(|sql| rows(&place.plain(), sql)).collect();
    assert_eq!(after, before);
}

/// The vectors that vec0 itself gives, by number.
fn vectors(connection: &Connection) -> HashMap<String, Vec<Value>> {
    rows(connection, "SELECT rowid, content_embedding FROM memory_embeddings")
}

#[tokio::test]
async fn no_vector_is_lost_or_changed_by_opening() {
    for fixture in FIXTURES {
        let place = Place::of(fixture);
        with_vec0().await;
        let before = vectors(&place.plain());
        assert!(!before.is_empty());
        place.open().await.close().await;
        assert_eq!(vectors(&place.plain()), before, "{fixture}");
    }
}

#[tokio::test]
async fn after_opening_everything_is_sound() {
    for fixture in FIXTURES {
        let place = Place::of(fixture);
        let store = place.open().await;
        let report = store.check(Check::Deep).await.unwrap();
        assert!(report.is_sound(), "{fixture}: {report:?}");
    }
}

#[tokio::test]
async fn a_file_with_two_partitions_is_searched_in_each_by_itself() {
    let place = Place::of_two_stores();
    let store = place.open().await;
    store.settle_vector_space(true).await.unwrap();
    let VectorSpace::Ours = store.vector_space().await.unwrap() else { panic!("not settled") };
    let connection = place.plain();
    let bytes: Vec<u8> = connection
        .query_row(
            "SELECT v.content_embedding FROM memory_embeddings v JOIN memories m ON m.id = v.rowid
                WHERE m.store = 'docs'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let numbers = bytes.chunks(4).map(|four| f32::from_le_bytes(four.try_into().unwrap())).collect();
    let query = model::Vector::new(numbers).unwrap();
    let docs = Filter { partitions: PartitionScope::parse("docs").unwrap(), ..Filter::default() };
    let found = store.search_vectors(&query, &docs, 10).await.unwrap();
    assert_eq!(found.len(), 1);
    assert!(found[0].score > 0.999_999);
    let default = store.search_vectors(&query, &Filter::default(), 10).await.unwrap();
    assert_eq!(default.len(), 7, "the candidates of the default partition, as the description counts them");
    assert!(default.iter().all(|candidate| candidate.id != found[0].id));
    let all = store.search_vectors(&query, &everything(), 10).await.unwrap();
    assert_eq!(all[0].id, found[0].id);
}

#[tokio::test]
async fn a_memory_that_only_its_metadata_call_replaced_is_not_found_any_more() {
    let place = Place::of("upstream_10.59.db");
    let store = place.open().await;
    let old = all(&store).await.memories.into_iter().find(|memory| memory.id.0 == 2).unwrap();
    let new = all(&store).await.memories.into_iter().find(|memory| memory.id.0 == 6).unwrap();
    assert_eq!(old.superseded_by, Some(new.hash.clone()));
    assert_eq!((new.parent, new.version), (Some(old.hash), 2));
    let current = store.list(&Filter::default(), Page { offset: 0, limit: 100 }).await.unwrap();
    assert!(current.memories.iter().all(|memory| memory.id != old.id));
}

#[tokio::test]
async fn a_deletion_is_recorded_where_the_original_recorded_it() {
    for fixture in FIXTURES {
        let place = Place::of(fixture);
        let store = place.open().await;
        let key = "e5f2c55ce58d772662a2d832688dd2d0d44c2f6aff2f8773d7929cff65e3ce96";
        let recorded = store.recorded_deletion(&ContentHash::stored(key)).await.unwrap();
        let expected = (fixture == "upstream_12.4.db")
            .then(|| Timestamp::from_seconds(1_795_335_786.438_716_7).unwrap());
        assert_eq!(recorded, expected, "{fixture}");
        let created = "e7db6c192f423fb0e294272501a1cb28f727766c4712d641d3111c613ee8f721";
        assert_eq!(store.recorded_deletion(&ContentHash::stored(created)).await.unwrap(), None);
    }
}
