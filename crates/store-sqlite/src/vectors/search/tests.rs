use model::{Filter, ModelIdentity, NewMemory, Tags, Vector};
use ports::MemoryStore;

use super::*;
use crate::samples::{memory, model};
use crate::{Options, SqliteStore};

const DIMENSION: usize = 96;

/// Numbers around 0, the same each time.
fn numbers(seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x1234_5678;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f32::from(u16::try_from(state >> 48).unwrap()) / 65_536.0 - 0.5
    };
    (0..DIMENSION).map(|_| next() + next()).collect()
}

/// Memories with a tag of one in four, and of one in all.
async fn filled(directory: &tempfile::TempDir, count: u64) -> SqliteStore {
    let model = ModelIdentity { dimension: DIMENSION, ..model() };
    let store = SqliteStore::open(Options::new(directory.path().join("m.db"), model)).await.unwrap();
    for n in 0..count {
        let tags = match n {
            613 => "rare",
            _ if n % 4 == 0 => "fourth",
            _ => "other",
        };
        let vector = Some(Vector::new(numbers(n)).unwrap());
        let tags = Tags::parse(tags).unwrap();
        store.insert(NewMemory { tags, vector, ..memory(&format!("text {n}")) }).await.unwrap();
    }
    store
}

fn tagged(tag: &str) -> Filter {
    Filter { tags: Tags::parse(tag).unwrap(), ..Filter::default() }
}

#[tokio::test]
async fn around_the_query_and_among_all_memories_the_same_are_found() {
    let directory = tempfile::tempdir().unwrap();
    let store = filled(&directory, 1200).await;
    for seed in 0..20 {
        let query = Vector::new(numbers(10_000 + seed)).unwrap();
        for (tag, limit) in [("fourth", 1), ("fourth", 5), ("rare", 5), ("nowhere", 5), ("fourth", 2000)] {
            let (asked, filter) = (query.clone(), tagged(tag));
            let both = store.ask(store.model(), move |connection, index| {
                assert!(index.len() >= LARGE);
                let condition = Condition::of(&filter);
                let question = || Question::of(connection, index, &asked).map(Option::unwrap);
                let ring = question()?.search_ring(&condition, limit)?;
                Ok((ring, question()?.measure_selected(&condition, limit)?))
            });
            let (ring, all) = both.await.unwrap();
            assert!(ring.is_none_or(|ring| ring == all), "{tag}, {limit}");
            let found = store.search_vectors(&query, &tagged(tag), limit).await.unwrap();
            assert_eq!(found, all, "{tag}, {limit}");
        }
    }
}

#[tokio::test]
async fn a_filter_that_many_meet_is_checked_around_the_query_alone() {
    let directory = tempfile::tempdir().unwrap();
    let store = filled(&directory, 1200).await;
    // The query is a memory with the tag, so that nothing else comes near.
    let query = Vector::new(numbers(400)).unwrap();
    let ring = store.ask(store.model(), move |connection, index| {
        let mut question = Question::of(connection, index, &query)?.unwrap();
        question.search_ring(&Condition::of(&tagged("fourth")), 1)
    });
    let ring = ring.await.unwrap().unwrap();
    assert_eq!(ring.len(), 1);
    assert!(ring[0].score > 0.999);
}
