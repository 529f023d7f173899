//! `Reader::list`.

use engine::{EngineError, ListRequest, MAX_PAGE_SIZE};
use model::Filter;
use ports::Clock;
use testkit::Bench;

use crate::ask::{page, store_all, tagged, with_tags};

fn request(page: u64, page_size: u32) -> ListRequest {
    ListRequest { filter: Filter::default(), page, page_size }
}

#[tokio::test]
async fn pages_have_true_totals_and_the_newest_first() {
    let bench = Bench::default();
    store_all(&bench, &["one", "two", "three", "four", "five"]).await;
    let mut pages = Vec::new();
    for number in 1..=4 {
        let answer = bench.reader().list(request(number, 2)).await.unwrap();
        assert_eq!((answer.page, answer.page_size), (number, 2));
        assert_eq!((answer.total, answer.total_pages), (5, 3));
        assert_eq!(answer.has_more, number < 3, "page {number}");
        pages.push(page(&bench, Filter::default(), number, 2).await);
    }
    assert_eq!(pages, [vec!["five", "four"], vec!["three", "two"], vec!["one"], vec![]]);
}

#[tokio::test]
async fn a_full_last_page_has_no_more() {
    let bench = Bench::default();
    store_all(&bench, &["one", "two"]).await;
    let answer = bench.reader().list(request(1, 2)).await.unwrap();
    assert_eq!((answer.total_pages, answer.has_more), (1, false));
}

#[tokio::test]
async fn an_empty_store_has_no_page() {
    let answer = Bench::default().reader().list(request(1, 10)).await.unwrap();
    assert_eq!((answer.memories.len(), answer.total, answer.total_pages, answer.has_more), (0, 0, 0, false));
}

#[tokio::test]
async fn the_total_is_that_of_the_filter() {
    let bench = Bench::default();
    for (text, own) in [("one", "red"), ("two", "blue"), ("three", "red")] {
        bench.writer().store(tagged(text, own)).await.unwrap();
    }
    let request = ListRequest { filter: with_tags("red"), ..request(1, 1) };
    let answer = bench.reader().list(request).await.unwrap();
    assert_eq!((answer.memories.len(), answer.total, answer.total_pages), (1, 2, 2));
}

#[tokio::test]
async fn limits_hold_at_their_edges() {
    let bench = Bench::default();
    store_all(&bench, &["one"]).await;
    let last = u64::from(u32::MAX);
    for (page, page_size) in [(1, 1), (1, MAX_PAGE_SIZE), (last, MAX_PAGE_SIZE)] {
        assert_eq!(bench.reader().list(request(page, page_size)).await.unwrap().total, 1);
    }
    for (page, page_size, wrong) in [
        (0, 10, "page"),
        (last + 1, 10, "page"),
        (u64::MAX, 10, "page"),
        (1, 0, "page_size"),
        (1, MAX_PAGE_SIZE + 1, "page_size"),
    ] {
        let error = bench.reader().list(request(page, page_size)).await.unwrap_err();
        assert!(matches!(error, EngineError::OutOfRange { name, .. } if name == wrong), "{error:?}");
    }
}

#[tokio::test]
async fn an_empty_range_of_time_is_refused() {
    let bench = Bench::default();
    let now = bench.clock.now();
    let range = |seconds: f64| Filter {
        created_from: Some(now),
        created_before: Some(now.plus_seconds(seconds)),
        ..Filter::default()
    };
    for (seconds, is_refused) in [(-1.0, true), (0.0, true), (0.001, false)] {
        let outcome = bench.reader().list(ListRequest { filter: range(seconds), ..request(1, 1) }).await;
        assert_eq!(matches!(outcome, Err(EngineError::EmptyRange { .. })), is_refused, "{seconds} s");
    }
}
