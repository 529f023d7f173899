//! `Writer::store`.

use std::time::Duration;

use engine::{EngineError, ErrorCode, Outcome, RestoreDeleted, Settings, StoreRequest};
use model::{EmbeddingState, Filter, MemoryType, NewMemory, Origin, OriginKind, Partition, Timestamp};
use ports::{Clock, MemoryStore, StoreError};
use testkit::{Bench, Fault};
use tokio::time::Instant;

use crate::ask::{
    embed_wait, forget, found, key, new_memory, page, remember, search, server, store, store_all, tagged,
};

#[tokio::test]
async fn a_new_memory_is_created_whole_and_found_at_once() {
    let bench = Bench::default();
    let receipt = bench.writer().store(tagged("The ferry leaves at nine", "travel")).await.unwrap();
    assert_eq!(receipt.hash, key("The ferry leaves at nine"));
    assert_eq!(receipt.outcome, Outcome::Created);
    assert_eq!(receipt.embedding, EmbeddingState::Done);
    assert_eq!((receipt.near_duplicates, receipt.warnings), (vec![], vec![]));
    let memory = bench.store.get(&receipt.hash).await.unwrap().unwrap();
    assert_eq!(receipt.memory.as_ref(), Some(&memory));
    assert_eq!(memory.created_at, Some(bench.clock.now()));
    assert_eq!(memory.tags, ["travel"]);
    assert_eq!(found(&search(&bench, "ferry").await), ["The ferry leaves at nine"]);
}

#[tokio::test]
async fn a_text_that_is_there_is_a_duplicate_and_nothing_is_written() {
    let bench = Bench::default();
    let work = Partition::parse("work").unwrap();
    let first = StoreRequest { partition: work.clone(), ..remember("The same text") };
    bench.writer().store(first).await.unwrap();
    let before = (bench.store.insertions(), bench.embedder.calls());
    let receipt = store(&bench, " the SAME text ").await;
    assert_eq!(receipt.outcome, Outcome::Duplicate { partition: work });
    assert_eq!(receipt.hash, key("The same text"));
    assert_eq!(receipt.memory, bench.store.get(&receipt.hash).await.unwrap());
    assert_eq!(
        (bench.store.insertions(), bench.embedder.calls()),
        before,
        "it is known before it is embedded"
    );
}

#[tokio::test]
async fn the_receipt_of_a_duplicate_says_whether_that_memory_has_its_vector() {
    let bench = Bench::default();
    bench.embedder.set_broken(true);
    store(&bench, "text").await;
    bench.embedder.set_broken(false);
    assert_eq!(store(&bench, "text").await.embedding, EmbeddingState::Pending);
    bench.admin().embed_pending(&mut |_| {}).await.unwrap();
    assert_eq!(store(&bench, "text").await.embedding, EmbeddingState::Done);
}

#[tokio::test]
async fn a_text_that_another_process_stores_at_the_same_time_is_its_duplicate() {
    let bench = Bench::default();
    let theirs = Partition::parse("theirs").unwrap();
    bench.store.insert_ahead(NewMemory { partition: theirs.clone(), ..new_memory(&bench, "text") });
    let receipt = store(&bench, "text").await;
    assert_eq!(receipt.outcome, Outcome::Duplicate { partition: theirs });
    assert_eq!(
        receipt.embedding,
        EmbeddingState::Pending,
        "theirs has no vector, though ours would have had one"
    );
}

#[tokio::test]
async fn a_superseded_duplicate_is_said_to_be_one() {
    let bench = Bench::default();
    store_all(&bench, &["old", "new"]).await;
    bench.store.supersede(&key("old"), &key("new"));
    let receipt = store(&bench, "old").await;
    assert!(matches!(receipt.outcome, Outcome::Duplicate { .. }));
    assert!(receipt.warnings[0].contains(key("new").as_str()), "{:?}", receipt.warnings);
}

#[tokio::test]
async fn near_duplicates_are_named_nearest_first_and_all_are_kept() {
    let bench = Bench::default();
    let long = "the boiler in the cellar of the old mill loses pressure whenever the night is cold";
    let near = format!("{long} again");
    let nearer = format!("{long}!");
    store_all(&bench, &[&near, &nearer, "something entirely different"]).await;
    let receipt = store(&bench, long).await;
    assert_eq!(receipt.outcome, Outcome::Created);
    let named: Vec<_> = receipt.near_duplicates.iter().map(|near| near.hash.clone()).collect();
    assert_eq!(named, [key(&nearer), key(&near)]);
    assert!(receipt.near_duplicates.iter().all(|near| near.similarity >= 0.85 && near.similarity <= 1.0));
    assert_eq!(page(&bench, Filter::default(), 1, 10).await.len(), 4);
}

#[tokio::test]
async fn at_most_three_near_duplicates_are_named_and_only_of_the_same_partition() {
    let bench = Bench::default();
    store_all(&bench, &["red door.", "red door,", "red door;", "red door:"]).await;
    assert_eq!(store(&bench, "red door").await.near_duplicates.len(), 3);
    let elsewhere = StoreRequest { partition: Partition::parse("work").unwrap(), ..remember("red door!") };
    assert_eq!(bench.writer().store(elsewhere).await.unwrap().near_duplicates, []);
}

#[tokio::test]
async fn no_near_duplicates_are_named_when_the_threshold_is_above_every_cosine() {
    let bench = Bench::with(Settings { near_duplicate_cosine: f64::INFINITY, ..Settings::default() });
    store(&bench, "red door.").await;
    bench.store.set_fault(Some(Fault::Vectors));
    let receipt = store(&bench, "red door").await;
    assert_eq!((receipt.near_duplicates, receipt.warnings), (vec![], vec![]), "nothing is searched");
}

#[tokio::test]
async fn a_memory_is_stored_although_the_model_is_broken() {
    let bench = Bench::default();
    bench.embedder.set_broken(true);
    let receipt = store(&bench, "the ferry leaves at nine").await;
    assert_eq!(receipt.outcome, Outcome::Created);
    assert_eq!(receipt.embedding, EmbeddingState::Pending);
    assert_eq!(receipt.warnings.len(), 1);
    assert!(receipt.warnings[0].contains("not found by meaning yet"), "{:?}", receipt.warnings);
    assert_eq!(found(&search(&bench, "ferry").await), ["the ferry leaves at nine"]);
}

#[tokio::test]
async fn a_memory_is_stored_although_near_duplicates_cannot_be_looked_for() {
    let bench = Bench::default();
    bench.store.set_fault(Some(Fault::Vectors));
    let receipt = store(&bench, "text").await;
    assert_eq!((receipt.outcome, receipt.embedding), (Outcome::Created, EmbeddingState::Done));
    assert!(receipt.warnings[0].contains("near-duplicates were not looked for"), "{:?}", receipt.warnings);
}

#[tokio::test]
async fn a_deleted_text_is_stored_anew_with_a_warning() {
    let bench = Bench::default();
    store(&bench, "text").await;
    bench.writer().delete(forget("text")).await.unwrap();
    let receipt = store(&bench, "text").await;
    assert_eq!(receipt.outcome, Outcome::Created);
    assert!(receipt.warnings[0].contains("deleted on 2026-03-11T15:30:00Z"), "{:?}", receipt.warnings);
}

#[tokio::test]
async fn a_full_disk_is_an_error_and_nothing_is_stored() {
    let bench = Bench::default();
    store(&bench, "before").await;
    bench.store.set_fault(Some(Fault::Full));
    let error = bench.writer().store(remember("during")).await.unwrap_err();
    assert!(matches!(error, EngineError::Store(StoreError::Full { .. })), "{error:?}");
    assert_eq!(error.code(), ErrorCode::StorageFull);
    assert_eq!(page(&bench, Filter::default(), 1, 10).await, ["before"], "what was there can be read");
    bench.store.set_fault(None);
    assert_eq!(store(&bench, "during").await.outcome, Outcome::Created);
}

#[tokio::test(start_paused = true)]
async fn a_server_does_not_wait_long_for_a_model_that_is_being_loaded() {
    let bench = server();
    bench.embedder.set_loading(true);
    let start = Instant::now();
    let receipt = store(&bench, "text").await;
    assert_eq!(receipt.embedding, EmbeddingState::Pending);
    assert!(start.elapsed() <= Duration::from_millis(300), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_server_embeds_at_once_when_the_model_is_loaded_in_a_moment() {
    let bench = server();
    bench.embedder.set_loading(true);
    let writer = bench.writer();
    let (receipt, ()) = tokio::join!(writer.store(remember("text")), async {
        tokio::time::advance(Duration::from_millis(200)).await;
        bench.embedder.set_loading(false);
    });
    assert_eq!(receipt.unwrap().embedding, EmbeddingState::Done);
}

#[tokio::test(start_paused = true)]
async fn a_command_waits_for_the_model_because_nothing_embeds_later() {
    let bench = Bench::default();
    bench.embedder.set_loading(true);
    let writer = bench.writer();
    let (receipt, ()) = tokio::join!(writer.store(remember("text")), async {
        tokio::time::advance(embed_wait() - Duration::from_millis(1)).await;
        bench.embedder.set_loading(false);
    });
    assert_eq!(receipt.unwrap().embedding, EmbeddingState::Done);

    bench.embedder.set_loading(true);
    let start = Instant::now();
    assert_eq!(store(&bench, "another").await.embedding, EmbeddingState::Pending);
    assert_eq!(start.elapsed(), embed_wait());
}

#[tokio::test]
async fn a_kind_that_is_not_known_is_kept_with_a_warning_and_a_known_one_without() {
    let bench = Bench::default();
    let of = |kind: &str, text: &str| StoreRequest {
        memory_type: MemoryType::parse(kind).unwrap(),
        ..remember(text)
    };
    let receipt = bench.writer().store(of("reminder", "one")).await.unwrap();
    assert_eq!(
        bench.store.get(&receipt.hash).await.unwrap().unwrap().memory_type.as_deref(),
        Some("reminder")
    );
    assert!(receipt.warnings[0].contains("MCP_CUSTOM_MEMORY_TYPES"), "{:?}", receipt.warnings);
    for (kind, text) in [("decision", "two"), ("Bug", "three"), ("", "four")] {
        let receipt = bench.writer().store(of(kind, text)).await.unwrap();
        assert_eq!(receipt.warnings, Vec::<String>::new());
    }
}

#[tokio::test]
async fn when_it_happened_and_where_it_comes_from_are_kept() {
    let bench = Bench::default();
    let occurred_at = Some(Timestamp::from_microseconds(1_000_000));
    let origin = Some(Origin { client: Some("editor".to_owned()), ..Origin::of(OriginKind::Agent) });
    let request = StoreRequest { occurred_at, origin: origin.clone(), ..remember("text") };
    bench.writer().store(request).await.unwrap();
    let raised = StoreRequest { origin: Some(Origin::of(OriginKind::User)), ..remember("text") };
    bench.writer().store(raised).await.unwrap();
    let memory = bench.store.get(&key("text")).await.unwrap().unwrap();
    assert_eq!((memory.occurred_at, memory.origin), (occurred_at, origin), "a later write does not raise it");
    assert_eq!(memory.created_at, Some(bench.clock.now()));
}

#[tokio::test]
async fn a_text_whose_deletion_the_original_recorded_is_stored_only_on_request() {
    let bench = Bench::default();
    bench.store.record_deletion(&key("text"), bench.clock.now());
    let error = bench.writer().store(remember("text")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "not stored: this content was deleted on 2026-03-11T15:30:00Z; pass restore_deleted=true to bring it back"
    );
    assert_eq!((error.code(), bench.store.insertions()), (ErrorCode::Conflict, 0));
    let anyway = StoreRequest { restore_deleted: RestoreDeleted::Yes, ..remember("text") };
    assert_eq!(bench.writer().store(anyway).await.unwrap().outcome, Outcome::Created);
    let again = bench.writer().store(remember("text")).await.unwrap();
    assert!(matches!(again.outcome, Outcome::Duplicate { .. }), "it is there: nothing is refused");
}
