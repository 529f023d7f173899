//! Watching what happens, and trying whether everything works.

use std::time::Duration;

use engine::{EngineError, Watch};
use model::Filter;
use ports::{EventKind, MemoryStore, StoreError};
use testkit::{Bench, Fault};
use tokio::time::{Instant, timeout};

use crate::ask::{delete, key, new_memory, store};

async fn told(watch: &mut Watch) -> Vec<(EventKind, String)> {
    let page = watch.next().await.unwrap();
    assert!(!page.is_cut);
    let beginning = |event: ports::MemoryEvent| event.memory.map_or_else(String::new, |of| of.beginning);
    page.events.into_iter().map(|event| (event.kind, beginning(event))).collect()
}

#[tokio::test(start_paused = true)]
async fn what_this_process_writes_is_told_at_once_and_once() {
    let bench = Bench::default();
    store(&bench, "before").await;
    let mut watch = bench.reader().watch().await.unwrap();
    let (told, ()) = tokio::join!(told(&mut watch), async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        store(&bench, "one").await;
    });
    assert_eq!(told, [(EventKind::Stored, "one".to_owned())]);
    let start = Instant::now();
    assert!(timeout(Duration::from_secs(10), watch.next()).await.is_err(), "it is told once");
    let (page, ()) = tokio::join!(watch.next(), async {
        bench.writer().delete(delete(Filter::one(key("one")))).await.unwrap();
    });
    assert_eq!(page.unwrap().events[0].kind, EventKind::Deleted);
    assert_eq!(start.elapsed(), Duration::from_secs(10), "no time passed until it was told");
}

#[tokio::test(start_paused = true)]
async fn what_another_process_writes_is_told_within_a_second() {
    let bench = Bench::default();
    let mut watch = bench.reader().watch().await.unwrap();
    let start = Instant::now();
    let (told, ()) = tokio::join!(told(&mut watch), async {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        // Not by a use case: nobody says that something was written.
        bench.store.insert(new_memory(&bench, "from elsewhere")).await.unwrap();
    });
    assert_eq!(told, [(EventKind::Stored, "from elsewhere".to_owned())]);
    assert_eq!(start.elapsed(), Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn more_than_come_at_a_time_come_one_part_after_the_other() {
    let bench = Bench::default();
    let mut watch = bench.reader().watch().await.unwrap();
    for n in 0..600 {
        bench.store.insert(new_memory(&bench, &format!("memory {n}"))).await.unwrap();
    }
    let mut all = Vec::new();
    while all.len() < 600 {
        all.extend(told(&mut watch).await);
    }
    assert_eq!(all.first().unwrap().1, "memory 0");
    assert_eq!(all.last().unwrap().1, "memory 599");
    assert_eq!(all.len(), 600);
}

#[tokio::test(start_paused = true)]
async fn watching_goes_on_after_a_failure_and_ends_with_the_store() {
    let bench = Bench::default();
    let mut watch = bench.reader().watch().await.unwrap();
    bench.store.set_fault(Some(Fault::Busy));
    assert!(matches!(watch.next().await, Err(EngineError::Store(StoreError::Busy { .. }))));
    bench.store.set_fault(None);
    store(&bench, "later").await;
    assert_eq!(told(&mut watch).await, [(EventKind::Stored, "later".to_owned())]);
    bench.engine.close().await;
    assert!(matches!(watch.next().await, Err(EngineError::Store(StoreError::Closed))));
}

#[tokio::test(start_paused = true)]
async fn a_probe_needs_writing_searching_and_the_model() {
    let bench = Bench::default();
    bench.admin().probe().await.unwrap();
    for fault in [Fault::Busy, Fault::Full, Fault::ReadOnly, Fault::Vectors] {
        bench.store.set_fault(Some(fault));
        assert!(matches!(bench.admin().probe().await, Err(EngineError::Store(_))), "{fault:?}");
        bench.store.set_fault(None);
        bench.admin().probe().await.unwrap();
    }
    bench.embedder.set_broken(true);
    assert!(matches!(bench.admin().probe().await, Err(EngineError::Embed(_))));
    bench.embedder.set_loading(true);
    assert!(matches!(bench.admin().probe().await, Err(EngineError::Embed(_))), "not yet");
    bench.embedder.set_loading(false);
    bench.admin().probe().await.unwrap();
}
