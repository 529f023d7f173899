//! Whose vectors a database holds that was not written by us.

use model::{EmbeddingState, Filter};
use ports::{MemoryStore, VectorSpace};
use testkit::{Bench, FakeEmbedder, Fault};

use crate::ask::{found, put_embedded, search, store};

/// Fills the store with memories whose vectors another program made with this model.
pub(crate) async fn fill(bench: &Bench, model: &FakeEmbedder, count: usize) {
    for n in 0..count {
        let text = format!("memory number {n} of an old database");
        put_embedded(bench, &text, model.vector(&text)).await;
    }
    bench.store.forget_whose_vectors_these_are();
}

#[tokio::test]
async fn vectors_of_the_same_model_are_searched_from_the_first_search_on() {
    let bench = Bench::default();
    fill(&bench, &bench.embedder, 6).await;
    let answer = search(&bench, "memory number 3").await;
    assert_eq!(answer.notices, [""; 0]);
    assert_eq!(found(&answer)[0], "memory number 3 of an old database");
    assert!(answer.hits.iter().all(|hit| hit.similarity.is_some()));
    assert_eq!(bench.store.vector_space().await.unwrap(), VectorSpace::Ours);
}

#[tokio::test]
async fn it_is_found_out_once() {
    let bench = Bench::default();
    fill(&bench, &bench.embedder, 6).await;
    for number in [1, 2, 3, 2] {
        search(&bench, &format!("memory {number}")).await;
    }
    assert_eq!(bench.embedder.calls(), 1 + 3, "the samples, then each query once");
}

#[tokio::test]
async fn vectors_of_another_model_are_not_searched_and_their_memories_wait() {
    let bench = Bench::default();
    fill(&bench, &FakeEmbedder::named("other"), 6).await;
    let answer = search(&bench, "number 3").await;
    assert_eq!(found(&answer)[0], "memory number 3 of an old database");
    assert!(answer.hits.iter().all(|hit| hit.similarity.is_none()), "words alone found them");
    assert_eq!(bench.store.vector_space().await.unwrap(), VectorSpace::Foreign);
    assert_eq!(bench.reader().health().await.statistics.map(|statistics| statistics.pending), Some(6));

    let mut told = Vec::new();
    let done = bench.admin().embed_pending(&mut |progress| told.push(progress)).await.unwrap();
    assert_eq!((done.embedded, done.failed, done.total), (6, 0, 6));
    assert_eq!(told.last(), Some(&done));
    let answer = search(&bench, "number 3").await;
    assert!(answer.hits.iter().all(|hit| hit.similarity.is_some()));
}

#[tokio::test]
async fn vectors_of_another_dimension_are_of_another_model() {
    let bench = Bench::default();
    put_embedded(&bench, "text", bench.embedder.vector("text")).await;
    bench.store.forget_whose_vectors_these_are();
    bench.store.shorten_legacy_vectors();
    search(&bench, "text").await;
    assert_eq!(bench.store.vector_space().await.unwrap(), VectorSpace::Foreign);
}

#[tokio::test]
async fn a_database_without_a_vector_to_compare_is_not_declared_foreign() {
    let bench = Bench::default();
    bench.store.forget_whose_vectors_these_are();
    let answer = search(&bench, "anything").await;
    assert_eq!(answer.notices, [""; 0]);
    assert_eq!(bench.store.vector_space().await.unwrap(), VectorSpace::Ours);
}

#[tokio::test]
async fn a_search_answers_by_words_when_it_cannot_be_recorded() {
    let bench = Bench::default();
    fill(&bench, &bench.embedder, 6).await;
    bench.store.set_fault(Some(Fault::ReadOnly));
    let answer = search(&bench, "number 3").await;
    assert_eq!(found(&answer)[0], "memory number 3 of an old database");
    assert!(answer.notices[0].starts_with("only words were searched"), "{:?}", answer.notices);
    bench.store.set_fault(None);
    assert_eq!(search(&bench, "number 3").await.notices, [""; 0], "it is tried again");
}

#[tokio::test]
async fn a_near_duplicate_among_the_old_memories_is_named() {
    let bench = Bench::default();
    fill(&bench, &bench.embedder, 1).await;
    let receipt = store(&bench, "memory number 0 of an old database!").await;
    assert_eq!(receipt.embedding, EmbeddingState::Done);
    assert_eq!(receipt.near_duplicates.len(), 1);
    assert_eq!(receipt.warnings, [""; 0]);
}

#[tokio::test]
async fn an_old_memory_of_unknown_vector_stays_readable_while_the_model_is_broken() {
    let bench = Bench::default();
    fill(&bench, &bench.embedder, 2).await;
    bench.embedder.set_broken(true);
    assert_eq!(search(&bench, "number").await.hits.len(), 2);
    assert_eq!(crate::ask::page(&bench, Filter::default(), 1, 10).await.len(), 2);
    assert!(matches!(bench.store.vector_space().await.unwrap(), VectorSpace::Unverified { .. }));
}
