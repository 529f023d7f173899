//! Which filters an index answers.

use model::{MemoryType, NewMemory, Origin, OriginKind, Partition, Tags, Timestamp};
use ports::MemoryStore;

use super::*;
use crate::samples::{self, model};
use crate::{Options, SqliteStore};

async fn around_of(store: &SqliteStore, filter: Filter, at_most: usize) -> Option<Vec<i64>> {
    store.read(move |connection, _| around(connection, &filter, at_most)).await.unwrap()
}

#[tokio::test]
async fn few_are_told_from_every_condition_that_has_an_index() {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(Options::new(directory.path().join("m.db"), model())).await.unwrap();
    for n in 0..20_u8 {
        let is_third = n == 2;
        let new = NewMemory {
            tags: Tags::parse(if is_third { "Two Words,x" } else { "x" }).unwrap(),
            memory_type: MemoryType::parse(if is_third { "note" } else { "task" }).unwrap(),
            metadata: if is_third {
                model::Metadata::stored(
                    serde_json::json!({"conversation_id": "C-1"}).as_object().unwrap().clone(),
                )
            } else {
                model::Metadata::default()
            },
            created_at: Timestamp::from_seconds(f64::from(n) + 100.0).unwrap(),
            origin: is_third
                .then(|| Origin { agent: Some("Ann".to_owned()), ..Origin::of(OriginKind::Agent) }),
            partition: Partition::parse(if is_third { "attic" } else { "default" }).unwrap(),
            ..samples::memory(&format!("text {n}"))
        };
        store.insert(new).await.unwrap();
    }
    let default = Filter::default;
    let at = |seconds| Timestamp::from_seconds(seconds);
    for filter in [
        Filter { tags: Tags::parse("two words").unwrap(), ..default() },
        Filter { tags: Tags::parse("two words,x").unwrap(), tag_match: TagMatch::All, ..default() },
        Filter { memory_type: MemoryType::parse("note").unwrap(), ..default() },
        Filter { conversation: Some("C-1".to_owned()), ..default() },
        Filter { agent: Some("Ann".to_owned()), ..default() },
        Filter { partitions: PartitionScope::parse("attic").unwrap(), ..default() },
        Filter { created_from: at(102.0), created_before: at(103.0), ..default() },
        Filter { created_before: at(105.0), memory_type: MemoryType::parse("note").unwrap(), ..default() },
    ] {
        assert_eq!(around_of(&store, filter.clone(), 5).await, Some(vec![3]), "{filter:?}");
    }
    for filter in [
        default(),
        Filter { tags: Tags::parse("x").unwrap(), ..default() },
        Filter { unused_since: at(1000.0), ..default() },
        Filter { created_from: at(101.0), ..default() },
    ] {
        assert_eq!(around_of(&store, filter.clone(), 5).await, None, "{filter:?}");
    }
    for other in [
        Filter { conversation: Some("c-1".to_owned()), ..default() },
        Filter { agent: Some("ann".to_owned()), ..default() },
        Filter { partitions: PartitionScope::parse("cellar").unwrap(), ..default() },
    ] {
        assert_eq!(around_of(&store, other, 5).await, Some(vec![]));
    }
}

#[tokio::test]
async fn what_only_sqlite_takes_for_json_names_agents_and_conversations_too() {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(Options::new(directory.path().join("m.db"), model())).await.unwrap();
    let plain = crate::connection::open_plain(&directory.path().join("m.db")).unwrap();
    // As Python writes what is no number.
    plain
        .execute_batch(
            r#"INSERT INTO memories (content_hash, content, tags, metadata) VALUES
                ('a', 'one', 'x', '{"conversation_id": "C", "agent_id": "Ann", "score": NaN}'),
                ('b', 'two', 'agent:ann', '{}');"#,
        )
        .unwrap();
    store.insert(samples::memory("three")).await.unwrap();
    let conversation = Filter { conversation: Some("C".to_owned()), ..Filter::default() };
    let agent = Filter { agent: Some("Ann".to_owned()), ..Filter::default() };
    assert_eq!(around_of(&store, conversation.clone(), 5).await, Some(vec![1]));
    assert_eq!(around_of(&store, agent.clone(), 5).await, Some(vec![1, 2]));
    for (filter, expected) in [(conversation, 1), (agent, 2)] {
        let listed = store.list(&filter, ports::Page { offset: 0, limit: 5 }).await.unwrap();
        assert_eq!(listed.total, expected, "{filter:?}");
    }
}

#[tokio::test]
async fn an_index_answers_for_partitions() {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(Options::new(directory.path().join("m.db"), model())).await.unwrap();
    let filter = Filter { partitions: PartitionScope::parse("attic").unwrap(), ..Filter::default() };
    let plan = store.read(move |connection, _| {
        let driver = &drivers(&filter)[0];
        let mut statement =
            connection.prepare(&format!("EXPLAIN QUERY PLAN {}", driver.sql)).doing("explaining")?;
        statement
            .query_row(params_from_iter(&driver.values), |row| row.get::<_, String>(3))
            .doing("explaining")
    });
    let plan = plan.await.unwrap();
    assert!(plan.contains("service_partition"), "{plan}");
}
