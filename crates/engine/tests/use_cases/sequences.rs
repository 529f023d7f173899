//! Sequences of use cases against a model: a map of texts.

use std::collections::{BTreeMap, BTreeSet};

use engine::{DeleteRequest, DryRun, EngineError, ListRequest, Outcome, SearchRequest};
use model::{EmbeddingState, Filter};
use proptest::collection::vec;
use proptest::prelude::*;
use testkit::Bench;

use crate::ask::{delete, forget, key, query, tagged, with_tags};

const WORDS: [&str; 6] = ["ferry", "harbour", "zebra", "lamp", "copper", "winter"];
const TAGS: [&str; 3] = ["red", "green", "blue"];

#[derive(Debug, Clone)]
enum Step {
    Store { words: Vec<usize>, tag: usize },
    Forget { words: Vec<usize> },
    DeleteTagged { tag: usize, dry_run: bool },
    Search { word: usize, tag: Option<usize> },
    Break,
    Heal,
}

fn step() -> impl Strategy<Value = Step> {
    let words = || vec(0..WORDS.len(), 1..4);
    prop_oneof![
        6 => (words(), 0..TAGS.len()).prop_map(|(words, tag)| Step::Store { words, tag }),
        2 => words().prop_map(|words| Step::Forget { words }),
        1 => (0..TAGS.len(), any::<bool>()).prop_map(|(tag, dry_run)| Step::DeleteTagged { tag, dry_run }),
        4 => (0..WORDS.len(), proptest::option::of(0..TAGS.len())).prop_map(|(word, tag)| Step::Search { word, tag }),
        1 => Just(Step::Break),
        1 => Just(Step::Heal),
    ]
}

fn text(words: &[usize]) -> String {
    words.iter().map(|word| WORDS[*word]).collect::<Vec<_>>().join(" ")
}

/// What should be stored: for each text its tag and whether it has its vector.
#[derive(Default)]
struct Expected {
    live: BTreeMap<String, (usize, EmbeddingState)>,
    is_broken: bool,
    /// Queries whose vector is known, so that no model is needed.
    asked: BTreeSet<String>,
}

impl Expected {
    fn now(&self) -> EmbeddingState {
        if self.is_broken { EmbeddingState::Pending } else { EmbeddingState::Done }
    }

    fn tagged(&self, tag: usize) -> BTreeSet<String> {
        self.live.iter().filter(|(_, (own, _))| *own == tag).map(|(text, _)| text.clone()).collect()
    }
}

async fn apply(bench: &Bench, expected: &mut Expected, step: Step) {
    match step {
        Step::Break | Step::Heal => {
            expected.is_broken = matches!(step, Step::Break);
            bench.embedder.set_broken(expected.is_broken);
        }
        Step::Store { words, tag } => {
            let text = text(&words);
            let receipt = bench.writer().store(tagged(&text, TAGS[tag])).await.unwrap();
            let was_there = expected.live.contains_key(&text);
            assert_eq!(matches!(receipt.outcome, Outcome::Duplicate { .. }), was_there, "{text}");
            let now = expected.now();
            let (_, state) = expected.live.entry(text).or_insert((tag, now));
            assert_eq!(receipt.embedding, *state);
        }
        Step::Forget { words } => {
            let text = text(&words);
            match (bench.writer().delete(forget(&text)).await, expected.live.remove(&text)) {
                (Ok(receipt), Some(_)) => assert_eq!(receipt.hashes, [key(&text)]),
                (Err(EngineError::NotFound { .. }), None) => {}
                (outcome, was) => panic!("{text}: {outcome:?}, expected {was:?}"),
            }
        }
        Step::DeleteTagged { tag, dry_run } => {
            let dry_run = if dry_run { DryRun::Yes } else { DryRun::No };
            let request = DeleteRequest { dry_run, ..delete(with_tags(TAGS[tag])) };
            let named: BTreeSet<_> =
                bench.writer().delete(request).await.unwrap().hashes.into_iter().collect();
            let meant = expected.tagged(tag);
            assert_eq!(named, meant.iter().map(|text| key(text)).collect());
            if dry_run == DryRun::No {
                expected.live.retain(|text, _| !meant.contains(text));
            }
        }
        Step::Search { word, tag } => check_search(bench, expected, WORDS[word], tag).await,
    }
}

async fn check_search(bench: &Bench, expected: &mut Expected, word: &str, tag: Option<usize>) {
    let is_meaning_searched = !expected.is_broken || expected.asked.contains(word);
    if is_meaning_searched {
        expected.asked.insert(word.to_owned());
    }
    let filter = tag.map_or_else(Filter::default, |tag| with_tags(TAGS[tag]));
    let answer = bench.reader().search(SearchRequest { filter, limit: 100, ..query(word) }).await.unwrap();
    let found: BTreeSet<String> = answer.hits.iter().map(|hit| hit.memory.content.clone()).collect();
    assert_eq!(found.len(), answer.hits.len(), "each once");
    let allowed = expected.live.iter().filter(|(_, (own, _))| tag.is_none_or(|tag| tag == *own));
    let (mut by_words, mut by_meaning) = (BTreeSet::new(), BTreeSet::new());
    for (text, (_, state)) in allowed {
        if text.contains(word) {
            by_words.insert(text.clone());
        }
        if is_meaning_searched && *state == EmbeddingState::Done {
            by_meaning.insert(text.clone());
        }
    }
    assert_eq!(found, &by_words | &by_meaning);
    assert_eq!(answer.notices.is_empty(), is_meaning_searched);
}

async fn check_list(bench: &Bench, expected: &Expected) {
    let request = ListRequest { filter: Filter::default(), page: 1, page_size: 100 };
    let answer = bench.reader().list(request).await.unwrap();
    let listed: BTreeMap<String, EmbeddingState> =
        answer.memories.into_iter().map(|memory| (memory.content, memory.embedding)).collect();
    let live = expected.live.iter().map(|(text, (_, state))| (text.clone(), *state)).collect();
    assert_eq!(listed, live);
    assert_eq!(answer.total, expected.live.len() as u64);
}

proptest! {
    #[test]
    fn answers_are_those_of_a_map_of_texts(steps in vec(step(), 0..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let bench = Bench::default();
            let mut expected = Expected::default();
            for step in steps {
                apply(&bench, &mut expected, step).await;
                check_list(&bench, &expected).await;
            }
        });
    }
}
