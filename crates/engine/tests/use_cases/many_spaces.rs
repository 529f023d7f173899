//! Many spaces: idle ones are closed, there are never more than so many open, and nobody notices but by the files.

use std::time::Duration;

use engine::{Capability, EngineError, Grant, Settings};
use model::{Filter, Space, SpaceId};
use ports::{MemoryStore, Page, StoreError};
use testkit::Bench;

use crate::ask::{query, remember, server, store};

fn space(number: u8) -> Space {
    Space::Named(SpaceId::from_bytes([number; 10]))
}

fn grant(bench: &Bench, number: u8) -> Grant {
    bench.engine.grant(&space(number), Capability::Write)
}

async fn keep(bench: &Bench, number: u8, text: &str) -> Result<(), EngineError> {
    grant(bench, number).writer().unwrap().store(remember(text)).await.map(|_| ())
}

fn is_closed(bench: &Bench, number: u8) -> bool {
    bench.store_of(&space(number)).is_closed()
}

async fn texts(bench: &Bench, number: u8) -> usize {
    let page = Page { offset: 0, limit: 10 };
    let listed = bench.store_of(&space(number)).list(&Filter::default(), page).await.unwrap();
    listed.memories.len()
}

/// Lets what runs beside run, without letting much time pass.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

fn with_room_for(count: usize) -> Bench {
    Bench::with(Settings { embed_in_background: true, max_open_spaces: count, ..Settings::default() })
}

#[tokio::test(start_paused = true)]
async fn a_space_that_nobody_uses_is_closed_after_a_while_and_opened_again_when_it_is_asked_for() {
    let bench = server();
    store(&bench, "of the default space").await;
    keep(&bench, 1, "one").await.unwrap();
    tokio::time::sleep(Duration::from_secs(570)).await;
    assert!(!is_closed(&bench, 1), "it was used a moment ago");
    keep(&bench, 1, "two").await.unwrap();
    tokio::time::sleep(Duration::from_secs(570)).await;
    assert!(!is_closed(&bench, 1), "it was used again");
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(is_closed(&bench, 1));
    assert!(!bench.store.is_closed(), "the default space stays open");
    keep(&bench, 1, "three").await.unwrap();
    assert_eq!((bench.store_of(&space(1)).openings(), texts(&bench, 1).await), (2, 3));
    // It is looked after again.
    tokio::time::sleep(Duration::from_secs(700)).await;
    assert!(is_closed(&bench, 1));
}

#[tokio::test(start_paused = true)]
async fn the_background_does_not_open_again_what_was_closed() {
    let bench = server();
    bench.embedder.set_broken(true);
    keep(&bench, 1, "waits for its vector").await.unwrap();
    tokio::time::sleep(Duration::from_secs(7200)).await;
    assert!(is_closed(&bench, 1));
    assert_eq!(bench.store_of(&space(1)).openings(), 1);
    // What waits still does, and is embedded when somebody asks for the space again.
    bench.embedder.set_broken(false);
    keep(&bench, 1, "another").await.unwrap();
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(bench.store_of(&space(1)).statistics().await.unwrap().pending, 0);
}

#[tokio::test(start_paused = true)]
async fn who_holds_a_handle_or_watches_keeps_a_space_open() {
    let bench = server();
    let held = grant(&bench, 1);
    held.writer().unwrap().store(remember("one")).await.unwrap();
    let mut watch = grant(&bench, 2).reader().watch().await.unwrap();
    tokio::time::sleep(Duration::from_secs(3600)).await;
    assert!(!is_closed(&bench, 1) && !is_closed(&bench, 2));
    keep(&bench, 2, "heard").await.unwrap();
    assert_eq!(watch.next().await.unwrap().events.len(), 1);
    drop((held, watch));
    tokio::time::sleep(Duration::from_secs(700)).await;
    assert!(is_closed(&bench, 1) && is_closed(&bench, 2));
}

#[tokio::test(start_paused = true)]
async fn at_the_limit_the_space_that_was_asked_for_the_longest_ago_makes_room() {
    let bench = with_room_for(3);
    store(&bench, "of the default space").await;
    for number in [1, 2] {
        keep(&bench, number, "text").await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert!(!is_closed(&bench, 1) && !is_closed(&bench, 2), "there is room for three");
    keep(&bench, 1, "again").await.unwrap();
    keep(&bench, 3, "text").await.unwrap();
    settle().await;
    assert!(is_closed(&bench, 2) && !is_closed(&bench, 1) && !is_closed(&bench, 3));
    assert!(!bench.store.is_closed(), "the default space never makes room");
    keep(&bench, 2, "back").await.unwrap();
    assert_eq!(texts(&bench, 2).await, 2);
}

#[tokio::test(start_paused = true)]
async fn when_all_are_in_use_the_next_one_is_told_to_try_again_and_gets_room_when_there_is_some() {
    let bench = with_room_for(2);
    store(&bench, "of the default space").await;
    let held = grant(&bench, 1);
    held.writer().unwrap().store(remember("one")).await.unwrap();
    let refused = keep(&bench, 2, "two").await;
    assert!(matches!(refused, Err(EngineError::Store(StoreError::Busy { waited_ms: 5000 }))), "{refused:?}");
    assert_eq!(bench.store_of(&space(2)).openings(), 0);
    store(&bench, "who has a space open goes on").await;
    held.writer().unwrap().store(remember("three")).await.unwrap();
    drop(held);
    keep(&bench, 3, "four").await.unwrap();
    assert!(is_closed(&bench, 1));
}

#[tokio::test(start_paused = true)]
async fn a_space_that_was_refused_is_not_taken_for_room() {
    let bench = with_room_for(2);
    store(&bench, "of the default space").await;
    let held = grant(&bench, 1);
    held.writer().unwrap().store(remember("one")).await.unwrap();
    keep(&bench, 2, "two").await.unwrap_err();
    // Now the one that was refused is the one that was asked for the longest ago.
    keep(&bench, 1, "again").await.unwrap();
    drop(held);
    keep(&bench, 3, "three").await.unwrap();
    assert!(is_closed(&bench, 1));
}

#[tokio::test(start_paused = true)]
async fn closing_the_engine_closes_what_is_closing_and_what_was_opened_again() {
    let bench = with_room_for(2);
    store(&bench, "of the default space").await;
    keep(&bench, 1, "one").await.unwrap();
    keep(&bench, 2, "two").await.unwrap();
    keep(&bench, 1, "three").await.unwrap();
    bench.engine.close().await;
    assert!(bench.store.is_closed() && is_closed(&bench, 1) && is_closed(&bench, 2));
    assert!(matches!(keep(&bench, 1, "late").await, Err(EngineError::Store(StoreError::Closed))));
}

#[tokio::test(start_paused = true)]
async fn uses_of_memories_are_counted_before_a_space_is_closed() {
    let bench = with_room_for(2);
    store(&bench, "of the default space").await;
    keep(&bench, 1, "the red ferry").await.unwrap();
    let asked = query("ferry");
    assert_eq!(grant(&bench, 1).reader().search(asked).await.unwrap().hits.len(), 1);
    keep(&bench, 2, "makes the other give way").await.unwrap();
    assert!(is_closed(&bench, 1));
    keep(&bench, 1, "back").await.unwrap();
    let filter = Filter { unused_since: Some(bench.engine.now()), ..Filter::everything() };
    let unused = bench.store_of(&space(1)).list(&filter, Page { offset: 0, limit: 10 }).await.unwrap();
    assert_eq!(unused.memories.len(), 0, "{unused:?}");
}
