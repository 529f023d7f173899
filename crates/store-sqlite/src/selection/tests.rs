//! Which filters an index answers.

use model::{MemoryType, NewMemory, Tags, Timestamp};
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
        Filter { created_from: at(102.0), created_before: at(103.0), ..default() },
        Filter { created_before: at(105.0), memory_type: MemoryType::parse("note").unwrap(), ..default() },
    ] {
        assert_eq!(around_of(&store, filter.clone(), 5).await, Some(vec![3]), "{filter:?}");
    }
    for filter in [
        default(),
        Filter { tags: Tags::parse("x").unwrap(), ..default() },
        Filter { agent: Some("somebody".to_owned()), ..default() },
        Filter { created_from: at(101.0), ..default() },
    ] {
        assert_eq!(around_of(&store, filter.clone(), 5).await, None, "{filter:?}");
    }
    let other_case = Filter { conversation: Some("c-1".to_owned()), ..default() };
    assert_eq!(around_of(&store, other_case, 5).await, Some(vec![]));
}
