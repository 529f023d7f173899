//! `Writer::undelete` and `Admin::purge`, and the retention of deleted memories.

use std::time::Duration;

use engine::Settings;
use model::{EmbeddingState, Filter};
use ports::{Clock, DeletionId, LogState, MemoryStore, NotRestored, Purge, Undelete};
use testkit::{Bench, Fault};

use crate::ask::{delete, forget, found, key, page, search, store, store_all, tagged, with_tags};

const DAY_SECONDS: f64 = 86_400.0;

#[tokio::test]
async fn a_deletion_is_taken_back_as_a_whole_and_found_again() {
    let bench = Bench::default();
    bench.writer().store(tagged("red ferry", "a")).await.unwrap();
    bench.writer().store(tagged("blue ferry", "a")).await.unwrap();
    bench.writer().store(tagged("green ferry", "b")).await.unwrap();
    let before = bench.store.get(&key("red ferry")).await.unwrap().unwrap();
    let first = bench.writer().delete(delete(with_tags("a"))).await.unwrap();
    bench.writer().delete(delete(with_tags("b"))).await.unwrap();
    let undeleted = bench.writer().undelete(Undelete::Deletion(first.undo.unwrap())).await.unwrap();
    assert_eq!((undeleted.restored.len(), undeleted.not_restored), (2, vec![]));
    bench.admin().embed_pending(&mut |_| {}).await.unwrap();
    let after = bench.store.get(&key("red ferry")).await.unwrap().unwrap();
    assert_eq!(
        (after.content, after.tags, after.embedding),
        (before.content, before.tags, EmbeddingState::Done)
    );
    let answer = search(&bench, "ferry").await;
    let mut texts = found(&answer);
    texts.sort_unstable();
    assert_eq!(texts, ["blue ferry", "red ferry"]);
}

#[tokio::test]
async fn what_was_stored_anew_is_not_overwritten_and_what_never_was_is_named() {
    let bench = Bench::default();
    store(&bench, "text").await;
    let receipt = bench.writer().delete(forget("text")).await.unwrap();
    bench.writer().store(tagged("text", "anew")).await.unwrap();
    let undeleted =
        bench.writer().undelete(Undelete::Hashes(vec![key("text"), key("absent")])).await.unwrap();
    assert_eq!(undeleted.restored, []);
    assert_eq!(
        undeleted.not_restored,
        [(key("text"), NotRestored::Live), (key("absent"), NotRestored::Gone)]
    );
    assert_eq!(bench.store.get(&key("text")).await.unwrap().unwrap().tags, ["anew"]);
    let again = bench.writer().undelete(Undelete::Deletion(receipt.undo.unwrap())).await.unwrap();
    assert_eq!(again.restored, []);
    let never = bench.writer().undelete(Undelete::Deletion(DeletionId(99))).await.unwrap();
    assert_eq!((never.restored, never.not_restored), (vec![], vec![]));
}

#[tokio::test]
async fn what_was_purged_cannot_come_back_and_what_is_live_is_not_purged() {
    let bench = Bench::default();
    store_all(&bench, &["one", "two"]).await;
    bench.writer().delete(forget("one")).await.unwrap();
    let purged = bench.admin().purge(Purge::Hashes(vec![key("one"), key("two")])).await.unwrap();
    assert_eq!((purged.hashes, purged.live), (vec![key("one")], vec![key("two")]));
    assert_eq!(purged.log, LogState::Emptied);
    let undeleted = bench.writer().undelete(Undelete::Hashes(vec![key("one")])).await.unwrap();
    assert_eq!(undeleted.not_restored, [(key("one"), NotRestored::Gone)]);
    assert_eq!(page(&bench, Filter::default(), 1, 10).await, ["two"]);
}

fn keeping(days: u32) -> Bench {
    let settings = Settings { embed_in_background: true, retention_days: Some(days), ..Settings::default() };
    Bench::with(settings)
}

async fn tombstones(bench: &Bench) -> u64 {
    bench.store.statistics().await.unwrap().tombstones
}

#[tokio::test(start_paused = true)]
async fn a_server_purges_what_was_deleted_long_enough_ago_once_a_day() {
    let bench = keeping(30);
    store_all(&bench, &["one", "two"]).await;
    bench.writer().delete(forget("one")).await.unwrap();
    bench.clock.advance(29.0 * DAY_SECONDS);
    bench.writer().delete(forget("two")).await.unwrap();
    tokio::time::sleep(Duration::from_secs(86_500)).await;
    assert_eq!(tombstones(&bench).await, 2, "neither is old enough");
    bench.clock.advance(1.5 * DAY_SECONDS);
    tokio::time::sleep(Duration::from_secs(86_500)).await;
    assert_eq!(tombstones(&bench).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_server_purges_when_it_opens_a_store() {
    let bench = keeping(30);
    crate::ask::put(&bench, key("text").as_str(), "text").await;
    let long_ago = bench.clock.now().plus_seconds(-31.0 * DAY_SECONDS);
    bench.store.delete(&Filter::one(key("text")), long_ago).await.unwrap();
    store(&bench, "another").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(tombstones(&bench).await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_purge_that_fails_is_tried_again_the_next_day() {
    let bench = keeping(0);
    store(&bench, "text").await;
    bench.writer().delete(forget("text")).await.unwrap();
    bench.clock.advance(1.0);
    bench.store.set_fault(Some(Fault::Full));
    tokio::time::sleep(Duration::from_secs(86_500)).await;
    bench.store.set_fault(None);
    assert_eq!(tombstones(&bench).await, 1);
    tokio::time::sleep(Duration::from_secs(86_500)).await;
    assert_eq!(tombstones(&bench).await, 0);
}

#[tokio::test(start_paused = true)]
async fn without_a_retention_and_in_a_command_nothing_is_purged() {
    let command = Settings { retention_days: Some(1), ..Settings::default() };
    for settings in [command, Settings { embed_in_background: true, ..Settings::default() }] {
        let bench = Bench::with(settings);
        store(&bench, "text").await;
        bench.writer().delete(forget("text")).await.unwrap();
        bench.clock.advance(400.0 * DAY_SECONDS);
        tokio::time::sleep(Duration::from_secs(200_000)).await;
        assert_eq!(tombstones(&bench).await, 1);
    }
}
