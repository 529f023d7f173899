//! Both ways of a filter, budgets that are too small, and filters that never widen.

use model::{MemoryType, NewMemory, Tags};
use ports::MemoryStore;

use super::*;
use crate::samples::{self, model};
use crate::{Options, SqliteStore};

/// Numbers that look like chance and are always the same.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

const WORDS: [&str; 12] = [
    "ferry", "harbour", "lantern", "copper", "winter", "garden", "violin", "engine", "ladder", "mirror",
    "pepper", "saddle",
];

/// Texts of words of which the first are common and the last are rare.
fn text(random: &mut Random, n: u64) -> String {
    let count = 2 + random.below(12);
    let word = |random: &mut Random| {
        let at = random.below(12).min(random.below(12)).min(random.below(12));
        WORDS[usize::try_from(at).unwrap()]
    };
    let words: Vec<&str> = (0..count).map(|_| word(random)).collect();
    format!("{} number{n}", words.join(" "))
}

async fn filled(directory: &tempfile::TempDir, memories: u64) -> SqliteStore {
    let store = SqliteStore::open(Options::new(directory.path().join("m.db"), model())).await.unwrap();
    let mut random = Random(7);
    for n in 0..memories {
        let tags = if n % 37 == 0 { "rare,common" } else { "common" };
        let kind = if n % 3 == 0 { "note" } else { "task" };
        let new = NewMemory {
            tags: Tags::parse(tags).unwrap(),
            memory_type: MemoryType::parse(kind).unwrap(),
            ..samples::memory(&text(&mut random, n))
        };
        store.insert(new).await.unwrap();
    }
    store
}

async fn found(
    store: &SqliteStore,
    query: &str,
    filter: &Filter,
    limit: usize,
    budget: u64,
) -> Vec<WordCandidate> {
    let (query, filter) = (WordQuery(query.to_owned()), filter.clone());
    store.read(move |connection, _| best_within(connection, &query, &filter, limit, budget)).await.unwrap()
}

fn ids(found: &[WordCandidate]) -> Vec<i64> {
    found.iter().map(|candidate| candidate.id.0).collect()
}

#[tokio::test]
async fn the_filters_side_and_the_indexs_side_give_the_same_ranking() {
    let directory = tempfile::tempdir().unwrap();
    let store = filled(&directory, 400).await;
    let rare = Filter { tags: Tags::parse("RARE").unwrap(), ..Filter::default() };
    for query in
        ["ferry", "winter saddle", "ferry harbour lantern copper winter", "pepper number74", "number"]
    {
        let by_index = found(&store, query, &rare, 20, u64::MAX).await;
        let by_filter = found(&store, query, &rare, 20, 0).await;
        assert_eq!(ids(&by_index), ids(&by_filter), "{query}");
        for (a, b) in by_index.iter().zip(&by_filter) {
            assert!((a.coverage - b.coverage).abs() < 1e-5, "{a:?} {b:?}");
        }
    }
}

#[tokio::test]
async fn a_filter_never_widens_a_result() {
    let directory = tempfile::tempdir().unwrap();
    let store = filled(&directory, 300).await;
    let filters = [
        Filter { tags: Tags::parse("rare").unwrap(), ..Filter::default() },
        Filter { tags: Tags::parse("common").unwrap(), ..Filter::default() },
        Filter { memory_type: MemoryType::parse("note").unwrap(), ..Filter::default() },
        Filter { tags: Tags::parse("absent").unwrap(), ..Filter::default() },
    ];
    for query in ["ferry harbour", "saddle", "rry har", "mirror pepper ferry"] {
        let all = found(&store, query, &Filter::default(), 1000, BUDGET).await;
        for filter in &filters {
            for budget in [0, 50, BUDGET] {
                let some = found(&store, query, filter, 1000, budget).await;
                let expected: Vec<i64> = ids(&all).into_iter().filter(|id| ids(&some).contains(id)).collect();
                assert_eq!(ids(&some), expected, "{query} {filter:?}: a part of all, in the same order");
                let cut = found(&store, query, filter, 5, budget).await;
                assert_eq!(cut.len(), some.len().min(5), "as many as there are, {query} {filter:?} {budget}");
            }
        }
    }
}

#[tokio::test]
async fn a_budget_that_is_too_small_gives_the_same_best() {
    let directory = tempfile::tempdir().unwrap();
    let store = filled(&directory, 400).await;
    for query in ["saddle ferry", "pepper harbour ferry lantern", "number42 ferry"] {
        let exact = found(&store, query, &Filter::default(), 3, u64::MAX).await;
        let cheap = found(&store, query, &Filter::default(), 3, 120).await;
        assert_eq!(ids(&exact), ids(&cheap), "{query}");
        for (a, b) in exact.iter().zip(&cheap) {
            assert!((a.coverage - b.coverage).abs() < 1e-5, "{a:?} {b:?}");
        }
    }
}

#[tokio::test]
async fn coverage_is_the_sum_of_what_each_word_adds() {
    let directory = tempfile::tempdir().unwrap();
    let store = filled(&directory, 50).await;
    let found = found(&store, "ferry harbour zebra", &Filter::default(), 50, BUDGET).await;
    assert!(found.len() > 10);
    for candidate in &found {
        assert_eq!(candidate.terms.len(), 3);
        let sum: f64 = candidate.terms.iter().map(|term| f64::from(*term)).sum();
        assert!((sum - candidate.coverage).abs() < 1e-6 && candidate.terms[2] == 0.0, "{candidate:?}");
    }
}

#[tokio::test]
async fn a_text_that_nearly_all_have_is_found_by_the_newest_that_meet_the_filter() {
    let whole = Whole::of("number").unwrap();
    assert!(whole.is_in("Number 5"));
    let directory = tempfile::tempdir().unwrap();
    let store = filled(&directory, 60).await;
    let rare = Filter { tags: Tags::parse("rare").unwrap(), ..Filter::default() };
    let found = found(&store, "umber", &rare, 10, BUDGET).await;
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|candidate| candidate.is_verbatim));
}

#[tokio::test]
async fn of_many_that_wait_for_the_index_the_newest_are_scored_and_none_is_found_by_what_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let store = filled(&directory, 20).await;
    let theirs = Connection::open(directory.path().join("m.db")).unwrap();
    theirs.execute("UPDATE memories SET content = 'a heron' WHERE id = 1", []).unwrap();
    for n in 0..=WAITING {
        let sql = "INSERT INTO memories (content_hash, content, created_at) VALUES (?, ?, 1.5)";
        theirs.execute(sql, (format!("key {n}"), format!("two walruses and {n}"))).unwrap();
    }
    let all = Filter::default();
    let newest: Vec<i64> = (22..22 + i64::try_from(WAITING).unwrap()).collect();
    let of_index = found(&store, "walrus dance", &all, 50, BUDGET).await;
    assert_eq!(ids(&of_index), newest, "all but the first of them");
    let old = text(&mut Random(7), 0);
    assert!(old.ends_with("number0"));
    let of_old = ids(&found(&store, "number0", &all, 50, BUDGET).await);
    assert_eq!((of_old.len(), of_old.contains(&1)), (19, false), "it is another text now");
    let words = WordQuery("walrus".to_owned());
    assert_eq!(store.search_words(&words, &all, 50).await.unwrap().len(), WAITING + 1);
    assert_eq!(ids(&found(&store, "herons", &all, 50, BUDGET).await), [1]);
}
