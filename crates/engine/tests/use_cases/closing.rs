//! `Engine::close` and `Engine::warm`.

use engine::{EngineError, ListRequest, Reader};
use model::{Filter, Space};
use ports::StoreError;
use testkit::{Bench, Fault};

use crate::ask::{remember, server, store};

async fn is_closed(reader: &Reader) -> bool {
    let request = ListRequest { filter: Filter::default(), page: 1, page_size: 1 };
    matches!(reader.list(request).await, Err(EngineError::Store(StoreError::Closed)))
}

#[tokio::test]
async fn after_closing_every_handle_fails_whenever_it_was_granted() {
    let bench = Bench::default();
    store(&bench, "text").await;
    let before = bench.reader();
    bench.engine.close().await;
    assert!(bench.store.is_closed());
    assert!(is_closed(&before).await);
    assert!(is_closed(&bench.reader()).await);
    assert!(matches!(
        bench.writer().store(remember("more")).await,
        Err(EngineError::Store(StoreError::Closed))
    ));
    assert_eq!(bench.store.openings(), 1, "nothing is opened again");
}

#[tokio::test]
async fn a_space_that_was_never_opened_is_not_opened_by_a_handle_from_before() {
    let bench = Bench::default();
    let before = bench.reader();
    bench.engine.close().await;
    assert!(is_closed(&before).await);
    assert_eq!(bench.store.openings(), 0);
}

#[tokio::test]
async fn a_space_is_opened_once_for_all_its_handles() {
    let bench = Bench::default();
    let (first, second) = (bench.writer(), bench.writer());
    let (first, second) = tokio::join!(first.store(remember("one")), second.store(remember("two")));
    assert!(first.is_ok() && second.is_ok());
    assert_eq!(bench.store.openings(), 1);
}

#[tokio::test]
async fn warming_opens_the_space_in_the_background_and_survives_a_failure() {
    let bench = server();
    bench.store.set_fault(Some(Fault::Open));
    bench.engine.warm(&Space::Default);
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(bench.store.openings(), 0);
    bench.store.set_fault(None);
    bench.engine.warm(&Space::Default);
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(bench.store.openings(), 1);
}
