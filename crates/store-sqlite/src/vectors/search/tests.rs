use model::{
    Filter, MemoryType, ModelIdentity, NewMemory, Origin, OriginKind, Partition, PartitionScope, TagMatch,
    Tags, Timestamp, Vector,
};
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
        for (tag, limit) in [
            ("fourth", 1),
            ("fourth", 5),
            ("other", 5),
            ("other", 2000),
            ("rare", 5),
            ("nowhere", 5),
            ("fourth", 2000),
        ] {
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

/// One memory among many that do not meet a filter, and a dozen that meet another.
async fn with_one_and_a_dozen(directory: &tempfile::TempDir, count: u64) -> SqliteStore {
    let model = ModelIdentity { dimension: DIMENSION, ..model() };
    let store = SqliteStore::open(Options::new(directory.path().join("m.db"), model)).await.unwrap();
    for n in 0..count {
        let which = match n {
            ONE => "one",
            _ if n % (count / 12) == 5 => "dozen",
            _ => "other",
        };
        let origin = Origin {
            agent: Some(which.to_owned()),
            conversation: Some(format!("talk {which}")),
            ..Origin::of(OriginKind::Agent)
        };
        let hour = match which {
            "one" => 1.0,
            "dozen" => 2.0,
            _ => 10.0,
        };
        let new = NewMemory {
            tags: Tags::parse(&format!("{which},all")).unwrap(),
            memory_type: MemoryType::parse(&format!("kind-{which}")).unwrap(),
            occurred_at: Timestamp::from_seconds(hour * 3600.0),
            origin: Some(origin),
            partition: Partition::parse(if which == "other" { "default" } else { which }).unwrap(),
            vector: Some(Vector::new(numbers(n)).unwrap()),
            ..memory(&format!("the ferry number {n}"))
        };
        store.insert(new).await.unwrap();
    }
    store
}

/// The number of the one.
const ONE: u64 = 777;

/// Every filter that the one alone, or the dozen alone, meets.
fn filters(which: &str) -> Vec<Filter> {
    let hour = if which == "one" { 1.0 } else { 2.0 };
    let at = |hours: f64| Timestamp::from_seconds(hours * 3600.0);
    let everywhere = Filter::everything;
    vec![
        Filter { tags: Tags::parse(which).unwrap(), ..everywhere() },
        Filter {
            tags: Tags::parse(&format!("{which},all")).unwrap(),
            tag_match: TagMatch::All,
            ..everywhere()
        },
        Filter { tags: Tags::parse(&format!("{which},nowhere")).unwrap(), ..everywhere() },
        Filter { memory_type: MemoryType::parse(&format!("kind-{which}")).unwrap(), ..everywhere() },
        Filter { created_from: at(hour - 0.5), created_before: at(hour + 0.5), ..everywhere() },
        Filter { agent: Some(which.to_owned()), ..everywhere() },
        Filter { conversation: Some(format!("talk {which}")), ..everywhere() },
        Filter { partitions: PartitionScope::parse(which).unwrap(), ..Filter::default() },
        Filter { unused_since: at(1e6), agent: Some(which.to_owned()), ..everywhere() },
    ]
}

#[tokio::test]
async fn one_among_many_is_found_with_every_filter_and_as_many_as_there_are() {
    let directory = tempfile::tempdir().unwrap();
    let store = with_one_and_a_dozen(&directory, 1800).await;
    let hash = memory(&format!("the ferry number {ONE}")).hash;
    let by_key = Filter { hashes: Some(vec![hash]), ..Filter::everything() };
    let one = filters("one").into_iter().chain([by_key]).map(|filter| (filter, 1));
    let dozen = filters("dozen").into_iter().map(|filter| (filter, 12));
    for (filter, there) in one.chain(dozen) {
        for limit in [1, 5, 100] {
            let query = Vector::new(numbers(90_000)).unwrap();
            let near = store.search_vectors(&query, &filter, limit).await.unwrap();
            assert_eq!(near.len(), there.min(limit), "{filter:?}");
            let words = ports::WordQuery("ferry number".to_owned());
            let words = store.search_words(&words, &filter, limit).await.unwrap();
            assert_eq!(words.len(), there.min(limit), "{filter:?}");
            if there == 1 {
                assert_eq!((near[0].id.0, words[0].id.0), (778, 778));
            }
        }
    }
}
