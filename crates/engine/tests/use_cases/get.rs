//! `Reader::get`.

use engine::{EngineError, ErrorCode, StoreRequest};
use model::{HashPrefix, Partition};
use testkit::Bench;

use crate::ask::{forget, key, put, remember, store};

fn prefix(text: &str) -> HashPrefix {
    HashPrefix::parse(text).unwrap()
}

#[tokio::test]
async fn a_memory_is_read_whole_by_its_key_or_the_beginning_of_it() {
    let bench = Bench::default();
    let text = "a long text ".repeat(10_000);
    store(&bench, &text).await;
    let whole = key(&text);
    for part in [whole.as_str(), &whole.as_str()[..6]] {
        assert_eq!(bench.reader().get(&prefix(part)).await.unwrap().content, text);
    }
}

#[tokio::test]
async fn a_memory_is_read_in_any_partition() {
    let bench = Bench::default();
    let partition = Partition::parse("work").unwrap();
    bench.writer().store(StoreRequest { partition, ..remember("text") }).await.unwrap();
    let memory = bench.reader().get(&prefix(key("text").as_str())).await.unwrap();
    assert_eq!(memory.partition.as_str(), "work");
}

#[tokio::test]
async fn a_beginning_of_several_keys_is_refused_and_names_some() {
    let bench = Bench::default();
    for n in 0..6 {
        put(&bench, &format!("abcdef{n}"), &format!("text {n}")).await;
    }
    let error = bench.reader().get(&prefix("abcdef")).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::AmbiguousHash);
    let EngineError::Ambiguous { matches, .. } = &error else { panic!("{error:?}") };
    assert_eq!(matches.len(), 4);
    assert!(error.to_string().contains("abcdef0, abcdef1, abcdef2, abcdef3"), "{error}");
    assert_eq!(bench.reader().get(&prefix("abcdef5")).await.unwrap().content, "text 5");
}

#[tokio::test]
async fn a_whole_key_is_not_ambiguous_although_others_begin_with_it() {
    let bench = Bench::default();
    put(&bench, "abcdef", "short").await;
    put(&bench, "abcdef0", "long").await;
    assert_eq!(bench.reader().get(&prefix("abcdef")).await.unwrap().content, "short");
}

#[tokio::test]
async fn a_key_that_is_not_there_or_was_deleted_is_not_found() {
    let bench = Bench::default();
    store(&bench, "text").await;
    bench.writer().delete(forget("text")).await.unwrap();
    for absent in ["abcdef", key("text").as_str()] {
        let error = bench.reader().get(&prefix(absent)).await.unwrap_err();
        assert!(matches!(&error, EngineError::NotFound { hash } if hash.as_str() == absent), "{error:?}");
        assert_eq!(error.code(), ErrorCode::NotFound);
    }
}
