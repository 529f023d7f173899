//! `Reader::tags`, `Reader::types` and `Reader::survey`.

use engine::{EngineError, MAX_TAG_COUNTS, StoreRequest};
use model::{Filter, MemoryType};
use ports::Clock;
use testkit::Bench;

use crate::ask::{store, tagged, with_tags};

async fn three(bench: &Bench) {
    let decision = MemoryType::parse("decision").unwrap();
    bench.writer().store(tagged("one", "red,round")).await.unwrap();
    bench.writer().store(StoreRequest { memory_type: decision, ..tagged("two", "red") }).await.unwrap();
    bench.writer().store(tagged("three", "blue")).await.unwrap();
}

#[tokio::test]
async fn tags_are_counted_the_most_frequent_first() {
    let bench = Bench::default();
    three(&bench).await;
    let named = |counts: ports::TagCounts| -> (Vec<(String, u64)>, u64) {
        (counts.tags.into_iter().map(|count| (count.tag, count.memories)).collect(), counts.total)
    };
    let all = bench.reader().tags(&Filter::default(), "", 2).await.unwrap();
    assert_eq!(named(all), (vec![("red".to_owned(), 2), ("blue".to_owned(), 1)], 3));
    let some = bench.reader().tags(&with_tags("round"), "R", MAX_TAG_COUNTS).await.unwrap();
    assert_eq!(named(some), (vec![("red".to_owned(), 1), ("round".to_owned(), 1)], 2));
    for limit in [0, MAX_TAG_COUNTS + 1] {
        let error = bench.reader().tags(&Filter::default(), "", limit).await.unwrap_err();
        assert!(matches!(error, EngineError::OutOfRange { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn kinds_are_counted() {
    let bench = Bench::default();
    three(&bench).await;
    let types = bench.reader().types(&Filter::default()).await.unwrap();
    let named: Vec<_> = types.iter().map(|kind| (kind.memory_type.as_deref(), kind.memories)).collect();
    assert_eq!(named, [(None, 2), (Some("decision"), 1)]);
}

#[tokio::test]
async fn a_survey_counts_ages_from_now() {
    let bench = Bench::default();
    store(&bench, "old").await;
    bench.clock.advance(8.0 * 86_400.0);
    store(&bench, "new").await;
    let survey = bench.reader().survey(&Filter::default()).await.unwrap();
    assert_eq!((survey.memories, survey.ages.day, survey.ages.month), (2, 1, 1));
}

#[tokio::test]
async fn an_empty_range_of_time_is_refused() {
    let bench = Bench::default();
    let now = Some(bench.clock.now());
    let empty = Filter { created_from: now, created_before: now, ..Filter::default() };
    let reader = bench.reader();
    assert!(matches!(reader.survey(&empty).await, Err(EngineError::EmptyRange { .. })));
    assert!(matches!(reader.types(&empty).await, Err(EngineError::EmptyRange { .. })));
    assert!(matches!(reader.tags(&empty, "", 1).await, Err(EngineError::EmptyRange { .. })));
}
