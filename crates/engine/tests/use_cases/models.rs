//! Another model: the vectors of the one before are searched while memories are embedded again, and never mixed.

use engine::{Detail, Mode, SearchRequest, Settings, TermName};
use ports::MemoryStore;
use testkit::{Bench, FakeEmbedder};

use crate::ask::{found, query, store, store_all};

/// Memories of one model, opened for another.
async fn changed(texts: &[&str]) -> (Bench, Bench) {
    let before = Bench::default();
    store_all(&before, texts).await;
    let now = before.with_model(Settings::default(), FakeEmbedder::named("other"));
    (before, now)
}

fn by_meaning(text: &str) -> SearchRequest {
    SearchRequest { mode: Mode::Semantic, detail: Detail::Explained, ..query(text) }
}

async fn models(bench: &Bench) -> Vec<String> {
    let spaces = bench.store.vector_spaces().await.unwrap();
    spaces.into_iter().filter_map(|space| space.model).map(|model| model.name).collect()
}

#[tokio::test]
async fn memories_of_the_model_before_are_found_by_their_vectors() {
    let (_before, bench) = changed(&["red ferry", "green tea"]).await;
    let answer = bench.reader().search(by_meaning("red ferry")).await.unwrap();
    assert_eq!(found(&answer), ["red ferry", "green tea"]);
    assert!(answer.hits[0].similarity.unwrap() > 0.999, "the cosine is that of the model before");
    let term = &answer.hits[0].explanation.as_ref().unwrap().terms[1];
    assert_eq!(term.name, TermName::Meaning { model: "fake".to_owned() });
    assert_eq!(answer.notices, Vec::<String>::new());
}

#[tokio::test]
async fn memories_of_both_models_are_found_each_by_its_own() {
    let (_before, bench) = changed(&["red ferry", "green tea"]).await;
    store(&bench, "red ferry harbour").await;
    let answer = bench.reader().search(by_meaning("red ferry")).await.unwrap();
    let mut texts = found(&answer);
    texts.sort_unstable();
    assert_eq!(texts, ["green tea", "red ferry", "red ferry harbour"]);
    for hit in &answer.hits {
        let model = if hit.memory.content == "red ferry harbour" { "other" } else { "fake" };
        let term = &hit.explanation.as_ref().unwrap().terms[1];
        assert_eq!(term.name, TermName::Meaning { model: model.to_owned() }, "{}", hit.memory.content);
    }
    assert_eq!(answer.hits.last().unwrap().memory.content, "green tea");
    let ranked = SearchRequest { mode: Mode::Ranked, ..query("red ferry") };
    let ranked = bench.reader().search(ranked).await.unwrap();
    assert_eq!(ranked.hits.len(), 3);
    assert!(ranked.hits.iter().all(|hit| (0.0..=1.0).contains(&hit.score.unwrap())));
}

#[tokio::test]
async fn the_model_before_is_asked_only_while_memories_wait() {
    let (before, bench) = changed(&["red ferry"]).await;
    bench.admin().embed_pending(&mut |_| {}).await.unwrap();
    let calls = before.embedder.calls();
    let answer = bench.reader().search(by_meaning("red ferry")).await.unwrap();
    assert_eq!(found(&answer), ["red ferry"]);
    assert_eq!(before.embedder.calls(), calls);
}

#[tokio::test]
async fn a_model_before_that_is_broken_leaves_its_memories_to_words_and_a_notice_says_so() {
    let (before, bench) = changed(&["red ferry"]).await;
    before.embedder.set_broken(true);
    let answer = bench.reader().search(by_meaning("red ferry")).await.unwrap();
    assert_eq!(found(&answer), Vec::<&str>::new());
    assert!(answer.notices[0].contains("not embedded again yet"), "{:?}", answer.notices);
    let hybrid = bench.reader().search(query("red ferry")).await.unwrap();
    assert_eq!((found(&hybrid), hybrid.notices.len()), (vec!["red ferry"], 1));
}

#[tokio::test]
async fn vectors_of_the_model_before_are_dropped_by_a_repair_once_all_are_embedded_again() {
    let (_before, bench) = changed(&["red ferry", "green tea"]).await;
    assert_eq!(bench.admin().repair().await.unwrap(), []);
    assert_eq!(models(&bench).await, ["fake"], "they are still needed");
    bench.admin().embed_pending(&mut |_| {}).await.unwrap();
    let repaired = bench.admin().repair().await.unwrap();
    assert!(repaired[0].message.contains("2 vectors of the model fake"), "{repaired:?}");
    assert_eq!(models(&bench).await, ["other"]);
}

#[tokio::test]
async fn health_says_by_what_memories_that_wait_are_found() {
    let (_before, bench) = changed(&["red ferry"]).await;
    let health = bench.reader().health().await;
    assert!(health.reasons[0].contains("the model in use before"), "{:?}", health.reasons);
}

#[tokio::test]
async fn health_names_the_model_before_only_while_the_database_has_vectors_of_it() {
    let named = |bench: Bench| async move {
        let health = bench.reader().health().await;
        assert_eq!(health.reasons.len(), 1, "{:?}", health.reasons);
        health.reasons[0].contains("by the vectors of the model in use before")
    };
    let (_before, bench) = changed(&["red ferry"]).await;
    assert!(named(bench).await);
    let before = Bench::default();
    before.embedder.set_broken(true);
    store(&before, "red ferry").await;
    let bench = before.with_model(Settings::default(), FakeEmbedder::named("other"));
    assert!(!named(bench).await, "there is no vector of it");
}
