//! `Writer::update`.

use engine::{EngineError, ErrorCode, Times, UpdateRequest};
use model::{HashPrefix, MemoryType, Metadata, PartitionScope, Timestamp};
use ports::{Clock, MemoryStore, Patch};
use testkit::Bench;

use crate::ask::{fields, found, key, prefix, search, store, store_all, tagged, tags};

fn kind(name: &str) -> Patch<MemoryType> {
    Patch::Set(MemoryType::parse(name).unwrap().unwrap())
}

fn of(text: &str) -> UpdateRequest {
    UpdateRequest::new(prefix(text))
}

#[tokio::test]
async fn tags_are_replaced_and_fields_merged_and_the_rest_stays() {
    let bench = Bench::default();
    bench.writer().store(tagged("the ferry", "travel,red")).await.unwrap();
    let request =
        UpdateRequest { tags: Some(tags("blue")), metadata: fields(r#"{"pier": 4}"#), ..of("the ferry") };
    bench.writer().update(request).await.unwrap();
    let request = UpdateRequest { metadata: fields(r#"{"gate": "b", "pier": null}"#), ..of("the ferry") };
    let receipt = bench.writer().update(request).await.unwrap();
    assert_eq!(receipt.memory.tags, ["blue"]);
    assert_eq!(receipt.memory.metadata, fields(r#"{"gate": "b"}"#));
    assert_eq!(receipt.updated, ["custom_metadata"]);
    assert_eq!(bench.store.get(&key("the ferry")).await.unwrap(), Some(receipt.memory));
}

#[tokio::test]
async fn the_time_of_change_follows_tags_and_kind_but_not_fields() {
    let bench = Bench::default();
    store(&bench, "text").await;
    let stored = bench.clock.now();
    bench.clock.advance(60.0);
    let fields_alone = UpdateRequest { metadata: fields(r#"{"a": 1}"#), ..of("text") };
    let receipt = bench.writer().update(fields_alone).await.unwrap();
    assert_eq!(receipt.memory.updated_at, Some(stored));
    for request in [
        UpdateRequest { tags: Some(tags("x")), ..of("text") },
        UpdateRequest { memory_type: kind("decision"), ..of("text") },
        UpdateRequest { memory_type: Patch::Clear, metadata: fields(r#"{"a": 2}"#), ..of("text") },
    ] {
        bench.clock.advance(60.0);
        let receipt = bench.writer().update(request).await.unwrap();
        assert_eq!(receipt.memory.updated_at, Some(bench.clock.now()));
        assert_eq!(receipt.memory.created_at, Some(stored));
        assert_eq!(receipt.updated.last(), Some(&"updated_at"));
    }
}

#[tokio::test]
async fn a_caller_can_set_the_times() {
    let bench = Bench::default();
    store(&bench, "text").await;
    let stored = bench.clock.now();
    bench.clock.advance(60.0);
    let times = |created_at, updated_at| Times::Set { created_at, updated_at };
    let at = Timestamp::from_microseconds(5_000_000);

    let request = UpdateRequest { metadata: fields(r#"{"a": 1}"#), times: times(None, None), ..of("text") };
    let receipt = bench.writer().update(request).await.unwrap();
    assert_eq!(receipt.memory.created_at, Some(stored));
    assert_eq!(receipt.memory.updated_at, Some(bench.clock.now()));
    assert_eq!(receipt.updated, ["custom_metadata", "updated_at"]);

    let request = UpdateRequest { times: times(Some(at), Some(at)), ..of("text") };
    let receipt = bench.writer().update(request).await.unwrap();
    assert_eq!((receipt.memory.created_at, receipt.memory.updated_at), (Some(at), Some(at)));
    assert_eq!(receipt.updated, ["created_at", "updated_at"]);
}

#[tokio::test]
async fn a_change_of_nothing_is_refused() {
    let bench = Bench::default();
    store(&bench, "text").await;
    let times = Times::Set { created_at: None, updated_at: None };
    for request in [of("text"), UpdateRequest { times, ..of("text") }] {
        let error = bench.writer().update(request).await.unwrap_err();
        assert!(matches!(error, EngineError::NothingToUpdate), "{error:?}");
        assert_eq!(error.code(), ErrorCode::InvalidInput);
    }
}

#[tokio::test]
async fn a_memory_that_is_not_there_or_lies_elsewhere_is_not_found() {
    let bench = Bench::default();
    store(&bench, "text").await;
    let change = |text: &str| UpdateRequest { tags: Some(tags("x")), ..of(text) };
    let elsewhere = PartitionScope::parse("work").unwrap();
    for request in [change("absent"), UpdateRequest { partitions: elsewhere, ..change("text") }] {
        let error = bench.writer().update(request).await.unwrap_err();
        assert!(matches!(error, EngineError::NotFound { .. }), "{error:?}");
    }
    assert_eq!(bench.store.get(&key("text")).await.unwrap().unwrap().tags, ["untagged"]);
}

#[tokio::test]
async fn a_memory_can_be_superseded_and_made_current_again() {
    let bench = Bench::default();
    store_all(&bench, &["red ferry", "blue ferry"]).await;
    let by = |by: Patch<HashPrefix>| UpdateRequest { superseded_by: by, ..of("red ferry") };
    let receipt = bench.writer().update(by(Patch::Set(prefix("blue ferry")))).await.unwrap();
    assert_eq!(receipt.memory.superseded_by, Some(key("blue ferry")));
    assert_eq!((receipt.updated, receipt.warnings), (vec!["superseded_by"], vec![]));
    assert_eq!(found(&search(&bench, "ferry").await), ["blue ferry"]);
    bench.writer().update(by(Patch::Clear)).await.unwrap();
    assert_eq!(search(&bench, "ferry").await.hits.len(), 2);
}

#[tokio::test]
async fn a_memory_is_not_superseded_by_itself_nor_by_one_that_is_not_there() {
    let bench = Bench::default();
    store(&bench, "text").await;
    let by = |text: &str| UpdateRequest { superseded_by: Patch::Set(prefix(text)), ..of("text") };
    let error = bench.writer().update(by("text")).await.unwrap_err();
    assert!(matches!(error, EngineError::SupersededByItself { .. }), "{error:?}");
    let error = bench.writer().update(by("absent")).await.unwrap_err();
    assert!(matches!(error, EngineError::NotFound { .. }), "{error:?}");
    assert_eq!(bench.store.get(&key("text")).await.unwrap().unwrap().superseded_by, None);
}

#[tokio::test]
async fn two_memories_that_would_hide_each_other_are_warned_of() {
    let bench = Bench::default();
    store_all(&bench, &["red", "blue"]).await;
    bench.store.supersede(&key("blue"), &key("red"));
    let request = UpdateRequest { superseded_by: Patch::Set(prefix("blue")), ..of("red") };
    let receipt = bench.writer().update(request).await.unwrap();
    assert!(receipt.warnings[0].contains("searches leave both out"), "{:?}", receipt.warnings);
}

#[tokio::test]
async fn a_kind_that_is_not_known_is_kept_with_a_warning() {
    let bench = Bench::default();
    store(&bench, "text").await;
    let request = UpdateRequest { memory_type: kind("Reminder"), ..of("text") };
    let receipt = bench.writer().update(request).await.unwrap();
    assert_eq!(receipt.memory.memory_type.as_deref(), Some("Reminder"));
    assert!(receipt.warnings[0].contains("'Reminder'"), "{:?}", receipt.warnings);
}

#[tokio::test]
async fn fields_that_are_too_large_together_are_refused_and_can_still_be_removed() {
    let bench = Bench::default();
    store(&bench, "text").await;
    let half = |key: &str| {
        let mut metadata = Metadata::default();
        metadata.set(key, "x".repeat(40_000));
        UpdateRequest { metadata, ..of("text") }
    };
    bench.writer().update(half("a")).await.unwrap();
    let error = bench.writer().update(half("b")).await.unwrap_err();
    assert!(matches!(error, EngineError::Metadata(_)), "{error:?}");
    let request = UpdateRequest { metadata: fields(r#"{"a": null}"#), ..of("text") };
    bench.writer().update(request).await.unwrap();
    bench.writer().update(half("b")).await.unwrap();
}
