//! `Writer::delete`.

use engine::{DeleteReceipt, DeleteRequest, DryRun, EngineError, ErrorCode, StoreRequest};
use model::{ContentHash, Filter, HashPrefix, Partition, PartitionScope};
use ports::{Clock, MemoryStore};
use testkit::{Bench, Fault};

use crate::ask::{delete, forget, key, page, put, remember, store, store_all, tagged, with_tags};

#[tokio::test]
async fn a_dry_run_names_what_the_real_run_deletes_and_deletes_nothing() {
    let bench = Bench::default();
    let writer = bench.writer();
    for n in 0..1100 {
        let own = if n % 2 == 0 { "even" } else { "odd" };
        writer.store(tagged(&format!("number {n}"), own)).await.unwrap();
    }
    let request = |dry_run| DeleteRequest { dry_run, ..delete(with_tags("even,odd")) };
    let DeleteReceipt { dry_run, hashes: mut named, undo } =
        writer.delete(request(DryRun::Yes)).await.unwrap();
    assert_eq!((dry_run, named.len(), undo), (DryRun::Yes, 1100, None));
    assert_eq!(bench.store.statistics().await.unwrap().memories, 1100);
    let DeleteReceipt { dry_run, hashes: mut deleted, undo } =
        writer.delete(request(DryRun::No)).await.unwrap();
    assert_eq!((dry_run, undo.is_some()), (DryRun::No, true));
    named.sort();
    deleted.sort();
    assert_eq!(named, deleted);
    assert_eq!(bench.store.statistics().await.unwrap().memories, 0);
}

#[tokio::test]
async fn a_deletion_without_a_condition_is_refused() {
    let bench = Bench::default();
    store(&bench, "text").await;
    let everywhere =
        Filter { partitions: PartitionScope::All, include_superseded: true, ..Filter::default() };
    for filter in [Filter::default(), everywhere] {
        for dry_run in [DryRun::Yes, DryRun::No] {
            let request = DeleteRequest { dry_run, ..delete(filter.clone()) };
            let error = bench.writer().delete(request).await.unwrap_err();
            assert!(matches!(error, EngineError::NoFilter), "{error:?}");
        }
    }
    assert_eq!(page(&bench, Filter::default(), 1, 10).await, ["text"]);
}

#[tokio::test]
async fn an_empty_range_of_time_is_refused() {
    let bench = Bench::default();
    let now = Some(bench.clock.now());
    let filter = Filter { created_from: now, created_before: now, ..Filter::default() };
    let error = bench.writer().delete(delete(filter)).await.unwrap_err();
    assert!(matches!(error, EngineError::EmptyRange { .. }), "{error:?}");
}

#[tokio::test]
async fn one_memory_is_deleted_by_its_key_or_the_beginning_of_it() {
    let bench = Bench::default();
    store_all(&bench, &["one", "two", "three"]).await;
    assert_eq!(bench.writer().delete(forget("one")).await.unwrap().hashes, [key("one")]);
    let part = HashPrefix::parse(&key("two").as_str()[..10]).unwrap();
    let request = DeleteRequest { hash: Some(part), ..delete(Filter::default()) };
    assert_eq!(bench.writer().delete(request).await.unwrap().hashes, [key("two")]);
    assert_eq!(page(&bench, Filter::default(), 1, 10).await, ["three"]);
}

#[tokio::test]
async fn a_key_that_does_not_meet_the_other_conditions_is_not_found() {
    let bench = Bench::default();
    bench.writer().store(tagged("text", "red")).await.unwrap();
    let elsewhere = StoreRequest { partition: Partition::parse("work").unwrap(), ..remember("elsewhere") };
    bench.writer().store(elsewhere).await.unwrap();
    for request in
        [DeleteRequest { filter: with_tags("blue"), ..forget("text") }, forget("elsewhere"), forget("absent")]
    {
        for dry_run in [DryRun::Yes, DryRun::No] {
            let request = DeleteRequest { dry_run, ..request.clone() };
            let error = bench.writer().delete(request).await.unwrap_err();
            assert_eq!(error.code(), ErrorCode::NotFound, "{error:?}");
        }
    }
    assert_eq!(bench.store.statistics().await.unwrap().memories, 2);
}

#[tokio::test]
async fn the_beginning_of_several_keys_deletes_nothing() {
    let bench = Bench::default();
    put(&bench, "abcdef0", "one").await;
    put(&bench, "abcdef1", "two").await;
    let request =
        DeleteRequest { hash: Some(HashPrefix::parse("abcdef").unwrap()), ..delete(Filter::default()) };
    let error = bench.writer().delete(request).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::AmbiguousHash);
    assert_eq!(bench.store.statistics().await.unwrap().memories, 2);
}

#[tokio::test]
async fn superseded_memories_are_meant_too() {
    let bench = Bench::default();
    for text in ["old", "new"] {
        bench.writer().store(tagged(text, "red")).await.unwrap();
    }
    bench.store.supersede(&key("old"), &key("new"));
    assert_eq!(bench.writer().delete(delete(with_tags("red"))).await.unwrap().hashes.len(), 2);
}

#[tokio::test]
async fn a_filter_that_no_memory_meets_deletes_nothing_and_is_no_error() {
    let bench = Bench::default();
    store(&bench, "text").await;
    for filter in [with_tags("absent"), Filter { hashes: Some(vec![]), ..Filter::default() }] {
        assert_eq!(bench.writer().delete(delete(filter)).await.unwrap().hashes, [] as [ContentHash; 0]);
    }
    assert_eq!(page(&bench, Filter::default(), 1, 10).await, ["text"]);
}

#[tokio::test]
async fn a_failed_deletion_deletes_nothing() {
    let bench = Bench::default();
    store(&bench, "text").await;
    bench.store.set_fault(Some(Fault::ReadOnly));
    let error = bench.writer().delete(forget("text")).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::StorageReadOnly);
    assert_eq!(page(&bench, Filter::default(), 1, 10).await, ["text"]);
}
