//! `Reader::near_duplicates` and `Writer::clean_up`.

use engine::{CleanupRequest, DryRun, EngineError, MAX_PAIRS, StoreRequest};
use model::{Filter, Partition, PartitionScope};
use ports::{MemoryStore, Undelete};
use testkit::Bench;

use crate::ask::{key, page, remember, store, store_all};

fn request(dry_run: DryRun) -> CleanupRequest {
    CleanupRequest { dry_run, ..CleanupRequest::default() }
}

#[tokio::test]
async fn a_dry_run_reports_pairs_and_deletes_nothing() {
    let bench = Bench::default();
    store_all(&bench, &["red door", "red door!", "green tea"]).await;
    let receipt = bench.writer().clean_up(request(DryRun::Yes)).await.unwrap();
    let pair = &receipt.found.pairs[0];
    assert_eq!((pair.kept.content.as_str(), pair.removed.content.as_str()), ("red door", "red door!"));
    assert!(pair.similarity > 0.99);
    assert_eq!((receipt.hashes, receipt.undo), (vec![key("red door!")], None));
    assert_eq!(page(&bench, Filter::default(), 1, 10).await.len(), 3);
}

#[tokio::test]
async fn the_older_of_each_pair_is_kept_and_the_deletion_can_be_taken_back() {
    let bench = Bench::default();
    store_all(&bench, &["red door", "red door!", "red door?", "green tea"]).await;
    let receipt = bench.writer().clean_up(request(DryRun::No)).await.unwrap();
    assert_eq!(receipt.hashes.len(), 2);
    assert_eq!(page(&bench, Filter::default(), 1, 10).await, ["green tea", "red door"]);
    bench.writer().undelete(Undelete::Deletion(receipt.undo.unwrap())).await.unwrap();
    assert_eq!(page(&bench, Filter::default(), 1, 10).await.len(), 4);
}

#[tokio::test]
async fn nothing_is_deleted_when_nothing_is_alike() {
    let bench = Bench::default();
    store_all(&bench, &["red door", "green tea"]).await;
    let receipt = bench.writer().clean_up(request(DryRun::No)).await.unwrap();
    assert_eq!((receipt.found.pairs, receipt.hashes, receipt.undo), (vec![], vec![], None));
}

#[tokio::test]
async fn memories_of_different_partitions_are_no_duplicates() {
    let bench = Bench::default();
    store(&bench, "red door").await;
    let elsewhere = StoreRequest { partition: Partition::parse("work").unwrap(), ..remember("red door!") };
    bench.writer().store(elsewhere).await.unwrap();
    let filter = Filter { partitions: PartitionScope::All, ..Filter::default() };
    let found = bench.reader().near_duplicates(&CleanupRequest { filter, ..request(DryRun::Yes) }).await;
    assert_eq!(found.unwrap().pairs, []);
}

#[tokio::test]
async fn a_memory_that_others_are_removed_for_is_not_removed_itself() {
    let bench = Bench::default();
    // Each is near its neighbour; the ends are further apart.
    let texts = ["a b c d e f g h i j", "a b c d e f g h i k", "a b c d e f g h l k"];
    store_all(&bench, &texts).await;
    let limits = CleanupRequest { threshold: 0.85, ..request(DryRun::No) };
    let receipt = bench.writer().clean_up(limits).await.unwrap();
    for pair in &receipt.found.pairs {
        assert!(bench.store.get(&pair.kept.hash).await.unwrap().is_some(), "{pair:?}");
    }
    assert!(!receipt.hashes.is_empty());
}

#[tokio::test]
async fn what_could_not_be_compared_is_said() {
    let bench = Bench::default();
    bench.embedder.set_broken(true);
    store(&bench, "red door").await;
    let found = bench.reader().near_duplicates(&request(DryRun::Yes)).await.unwrap();
    assert!(found.notices[0].contains("1 memories wait"), "{:?}", found.notices);
}

#[tokio::test]
async fn thresholds_and_limits_outside_their_range_are_refused() {
    let bench = Bench::default();
    for threshold in [0.49, 1.01, f64::NAN] {
        let request = CleanupRequest { threshold, ..request(DryRun::No) };
        let error = bench.writer().clean_up(request).await.unwrap_err();
        assert!(matches!(error, EngineError::NotAShare { .. }), "{error:?}");
    }
    for limit in [0, MAX_PAIRS + 1] {
        let request = CleanupRequest { limit, ..request(DryRun::No) };
        let error = bench.writer().clean_up(request).await.unwrap_err();
        assert!(matches!(error, EngineError::OutOfRange { .. }), "{error:?}");
    }
    for threshold in [0.5, 1.0] {
        let request = CleanupRequest { threshold, limit: MAX_PAIRS, ..request(DryRun::Yes) };
        assert!(bench.writer().clean_up(request).await.is_ok());
    }
}
