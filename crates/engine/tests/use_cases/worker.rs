//! The background worker of a server, in paused time.

use std::sync::Arc;
use std::time::Duration;

use model::{EmbeddingState, Filter};
use ports::MemoryStore;
use testkit::Bench;

use crate::ask::{found, put, put_embedded, search, server, store};

async fn pending(bench: &Bench) -> u64 {
    bench.store.statistics().await.unwrap().pending
}

/// Lets tasks run until no memory waits any more, without letting time pass.
async fn until_none_waits(bench: &Bench) {
    for _ in 0..1000 {
        if pending(bench).await == 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("{} memories wait still", pending(bench).await);
}

/// Lets tasks run while nothing is expected of them.
async fn let_it_run() {
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_memory_that_waits_is_embedded_when_the_model_works_again() {
    let bench = server();
    bench.embedder.set_broken(true);
    assert_eq!(store(&bench, "the red ferry").await.embedding, EmbeddingState::Pending);
    let_it_run().await;
    bench.embedder.set_broken(false);
    let_it_run().await;
    assert_eq!(pending(&bench).await, 1, "it was tried a moment ago");
    tokio::time::advance(Duration::from_secs(6)).await;
    until_none_waits(&bench).await;
    let answer = search(&bench, "ferry").await;
    assert_eq!(found(&answer), ["the red ferry"]);
    assert!(answer.hits[0].similarity.is_some());
}

#[tokio::test(start_paused = true)]
async fn failures_are_retried_ever_more_rarely() {
    let bench = server();
    bench.embedder.set_broken(true);
    store(&bench, "text").await;
    let_it_run().await;
    let mut calls = Vec::new();
    for _ in 0..3 {
        let before = bench.embedder.calls();
        for _ in 0..60 {
            tokio::time::advance(Duration::from_secs(10)).await;
            let_it_run().await;
        }
        calls.push(bench.embedder.calls() - before);
    }
    assert!(calls[0] >= 5, "{calls:?}");
    assert_eq!(calls[2], 2, "every five minutes in the end: {calls:?}");
}

#[tokio::test(start_paused = true)]
async fn a_memory_stored_while_the_model_is_loaded_is_embedded_at_once_after() {
    let bench = server();
    bench.embedder.set_loading(true);
    assert_eq!(store(&bench, "text").await.embedding, EmbeddingState::Pending);
    bench.embedder.set_loading(false);
    until_none_waits(&bench).await;
}

#[tokio::test(start_paused = true)]
async fn a_later_memory_wakes_the_worker() {
    let bench = server();
    store(&bench, "embedded at once").await;
    let_it_run().await;
    bench.embedder.set_unusable(Some("at first"));
    assert_eq!(store(&bench, "unusable at first").await.embedding, EmbeddingState::Pending);
    bench.embedder.set_unusable(None);
    until_none_waits(&bench).await;
}

#[tokio::test(start_paused = true)]
async fn a_text_without_a_usable_vector_does_not_keep_the_others_from_theirs() {
    let bench = server();
    bench.embedder.set_unusable(Some("cursed"));
    for n in 0..40 {
        put(&bench, &format!("key{n}"), &format!("text {n}{}", if n == 17 { " cursed" } else { "" })).await;
    }
    search(&bench, "anything").await;
    let_it_run().await;
    assert_eq!(pending(&bench).await, 1);
    let waiting = bench.store.unembedded(None, 10).await.unwrap();
    assert_eq!(waiting[0].content, "text 17 cursed");
}

#[tokio::test(start_paused = true)]
async fn memories_that_other_processes_stored_are_embedded_after_a_while() {
    let bench = server();
    store(&bench, "ours").await;
    let_it_run().await;
    put(&bench, "theirs", "theirs").await;
    let_it_run().await;
    assert_eq!(pending(&bench).await, 1);
    tokio::time::advance(Duration::from_secs(301)).await;
    until_none_waits(&bench).await;
}

#[tokio::test(start_paused = true)]
async fn the_worker_keeps_no_space_alive() {
    let Bench { engine, store, .. } = {
        let bench = server();
        store(&bench, "text").await;
        let_it_run().await;
        bench
    };
    assert!(Arc::strong_count(&store) > 1);
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    assert_eq!(tasks(), 1);
    drop(engine);
    let_it_run().await;
    assert_eq!(tasks(), 0, "the worker has ended");
    assert_eq!(Arc::strong_count(&store), 1, "and nothing holds the store");
}

#[tokio::test(start_paused = true)]
async fn a_command_embeds_nothing_in_the_background() {
    let bench = Bench::default();
    bench.embedder.set_broken(true);
    store(&bench, "text").await;
    bench.embedder.set_broken(false);
    tokio::time::advance(Duration::from_secs(1000)).await;
    let_it_run().await;
    assert_eq!(pending(&bench).await, 1);
}

/// A text of several chunks, the last of which says something else.
fn long(number: usize) -> String {
    let sentence = format!("The ferry of pier {number} leaves at nine in the morning. ");
    format!("{}Nobody but zebra{number} knows.", sentence.repeat(60))
}

async fn without_chunks(bench: &Bench) -> usize {
    bench.store.unchunked(None, 100).await.unwrap().len()
}

#[tokio::test]
async fn the_chunks_of_several_long_memories_are_embedded_together() {
    let bench = Bench::default();
    for number in 0..6 {
        put_embedded(&bench, &long(number), bench.embedder.vector(&long(number))).await;
    }
    let chunks: usize = (0..6).map(|number| model::chunks(&long(number)).len()).sum();
    assert!(chunks >= 18, "{chunks}");
    assert_eq!(without_chunks(&bench).await, 6);
    bench.admin().embed_pending(&mut |_| {}).await.unwrap();
    assert_eq!((without_chunks(&bench).await, bench.embedder.calls()), (0, chunks.div_ceil(32)));
    for number in 0..6 {
        let last = model::chunks(&long(number)).last().copied().unwrap().to_owned();
        let found = bench.store.search_vectors(&bench.embedder.vector(&last), &Filter::default(), 1).await;
        let found = found.unwrap();
        assert!(found[0].score > 0.999, "{found:?}");
        let memory = bench.store.get_many(&[found[0].id]).await.unwrap().remove(0);
        assert_eq!(memory.content, long(number), "each has its own");
    }
}

#[tokio::test]
async fn a_chunk_without_a_usable_vector_does_not_keep_the_others_from_theirs() {
    let bench = Bench::default();
    for number in 0..4 {
        put_embedded(&bench, &long(number), bench.embedder.vector(&long(number))).await;
    }
    bench.embedder.set_unusable(Some("zebra2"));
    bench.admin().embed_pending(&mut |_| {}).await.unwrap();
    assert_eq!(without_chunks(&bench).await, 1);
    bench.embedder.set_unusable(None);
    bench.admin().embed_pending(&mut |_| {}).await.unwrap();
    assert_eq!(without_chunks(&bench).await, 0);
}
