//! Counting how often memories are found.

use std::time::Duration;

use engine::{Access, Mode, SearchRequest};
use ports::{Clock, MemoryStore, Usage};
use testkit::{Bench, Fault};

use crate::ask::{key, query, search, store, store_all, with_tags};

async fn usage(bench: &Bench, text: &str) -> Usage {
    let memory = bench.store.get(&key(text)).await.unwrap().unwrap();
    bench.store.usage(&[memory.id]).await.unwrap()[0]
}

/// Lets what is collected be written.
async fn later() {
    tokio::time::sleep(Duration::from_secs(3)).await;
}

#[tokio::test(start_paused = true)]
async fn what_a_search_finds_is_counted_after_the_answer() {
    let bench = Bench::default();
    store_all(&bench, &["red ferry", "tea"]).await;
    let request = || SearchRequest { limit: 1, ..query("red ferry") };
    bench.reader().search(request()).await.unwrap();
    assert_eq!(usage(&bench, "red ferry").await.count, 0, "an answer waits for no write");
    bench.clock.advance(1.0);
    let latest = bench.clock.now();
    bench.reader().search(SearchRequest { mode: Mode::Exact, ..request() }).await.unwrap();
    later().await;
    let counted = usage(&bench, "red ferry").await;
    assert_eq!((counted.count, counted.last), (2, Some(latest)));
    assert_eq!(usage(&bench, "tea").await.count, 0);
    bench.reader().search(request()).await.unwrap();
    later().await;
    assert_eq!(usage(&bench, "red ferry").await.count, 3);
}

#[tokio::test(start_paused = true)]
async fn lists_and_trials_are_not_counted() {
    let bench = Bench::default();
    bench.writer().store(crate::ask::tagged("red ferry", "a")).await.unwrap();
    bench.reader().search(SearchRequest { access: Access::Skip, ..query("ferry") }).await.unwrap();
    let listed = SearchRequest { filter: with_tags("a"), ..SearchRequest::default() };
    bench.reader().search(listed).await.unwrap();
    later().await;
    bench.engine.close().await;
    bench.store.reopen();
    assert_eq!(usage(&bench, "red ferry").await.count, 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_written_yet_is_written_when_the_store_is_closed() {
    let bench = Bench::default();
    store(&bench, "red ferry").await;
    search(&bench, "ferry").await;
    bench.engine.close().await;
    bench.store.reopen();
    assert_eq!(usage(&bench, "red ferry").await.count, 1);
    later().await;
    assert_eq!(usage(&bench, "red ferry").await.count, 1);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_cannot_be_written_is_searched_all_the_same() {
    let bench = Bench::default();
    store(&bench, "red ferry").await;
    bench.store.set_fault(Some(Fault::ReadOnly));
    assert_eq!(search(&bench, "ferry").await.hits.len(), 1);
    later().await;
    bench.store.set_fault(None);
    search(&bench, "ferry").await;
    later().await;
    assert_eq!(usage(&bench, "red ferry").await.count, 1);
}
