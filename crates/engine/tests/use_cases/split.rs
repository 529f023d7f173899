//! `Writer::store` with texts that are longer than a memory may be.

use engine::{Outcome, Part, PartOutcome, Settings, StoreReceipt, StoreRequest};
use model::{Cuts, EmbeddingState, MemoryType, Origin, OriginKind, Splitting, Timestamp};
use ports::MemoryStore;
use testkit::{Bench, Fault};

use crate::ask::{fields, key, remember, tagged};

const LONG: &str = "The ferry leaves at nine. The ferry arrives at ten. The captain drinks coffee.";

fn limited(max_chars: usize) -> Bench {
    let splitting = Splitting::new(max_chars, 5, Cuts::AtBoundaries).unwrap();
    Bench::with(Settings { splitting: Some(splitting), ..Settings::default() })
}

fn parts(receipt: &StoreReceipt) -> &[Part] {
    match &receipt.outcome {
        Outcome::Split { parts } => parts,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_text_over_the_limit_becomes_parts_that_say_what_they_are_part_of() {
    let bench = limited(30);
    let occurred_at = Some(Timestamp::from_microseconds(1_000_000));
    let origin = Some(Origin::of(OriginKind::Tool));
    let request = StoreRequest {
        metadata: fields(r#"{"pier": 4}"#),
        memory_type: MemoryType::parse("note").unwrap(),
        occurred_at,
        origin: origin.clone(),
        ..tagged(LONG, "travel")
    };
    let receipt = bench.writer().store(request).await.unwrap();
    assert_eq!((&receipt.hash, receipt.embedding), (&key(LONG), EmbeddingState::Done));
    assert_eq!((&receipt.warnings, &receipt.near_duplicates), (&vec![], &vec![]));
    assert_eq!(receipt.memory, None, "none of them is it");
    let total = parts(&receipt).len();
    assert!(total >= 3);
    for (index, part) in parts(&receipt).iter().enumerate() {
        assert_eq!(part.outcome, PartOutcome::Created);
        let memory = bench.store.get(&part.hash).await.unwrap().unwrap();
        assert!(memory.content.chars().count() <= 30 && LONG.contains(&memory.content));
        let original = key(LONG);
        let own = format!(
            r#"{{"pier": 4, "chunk_index": {index}, "total_chunks": {total}, "original_hash": "{original}"}}"#
        );
        assert_eq!(memory.metadata, fields(&own));
        assert_eq!((memory.tags, memory.memory_type), (vec!["travel".to_owned()], Some("note".to_owned())));
        assert_eq!((memory.occurred_at, &memory.origin), (occurred_at, &origin));
    }
    assert_eq!(bench.store.get(&key(LONG)).await.unwrap(), None);
}

#[tokio::test]
async fn a_text_at_the_limit_is_kept_whole_and_without_a_limit_every_text_is() {
    let chars = LONG.chars().count();
    for bench in [limited(chars), Bench::default()] {
        let receipt = bench.writer().store(remember(LONG)).await.unwrap();
        assert_eq!(receipt.outcome, Outcome::Created);
    }
    let receipt = limited(chars - 1).writer().store(remember(LONG)).await.unwrap();
    assert_eq!(parts(&receipt).len(), 2);
}

#[tokio::test]
async fn parts_that_are_there_are_duplicates() {
    let bench = limited(30);
    let first = bench.writer().store(remember(LONG)).await.unwrap();
    let again = bench.writer().store(remember(LONG)).await.unwrap();
    assert_eq!(parts(&first).len(), parts(&again).len());
    assert!(parts(&again).iter().all(|part| matches!(part.outcome, PartOutcome::Duplicate { .. })));
}

#[tokio::test]
async fn a_long_text_that_is_there_whole_is_a_duplicate() {
    let bench = limited(30);
    crate::ask::put(&bench, key(LONG).as_str(), LONG).await;
    let receipt = bench.writer().store(remember(LONG)).await.unwrap();
    assert!(matches!(receipt.outcome, Outcome::Duplicate { .. }));
}

#[tokio::test]
async fn parts_are_stored_although_the_model_is_broken_and_said_so_once() {
    let bench = limited(30);
    bench.embedder.set_broken(true);
    let receipt = bench.writer().store(remember(LONG)).await.unwrap();
    assert!(parts(&receipt).iter().all(|part| part.outcome == PartOutcome::Created));
    assert_eq!((receipt.embedding, receipt.warnings.len()), (EmbeddingState::Pending, 1));
}

#[tokio::test]
async fn a_disk_that_is_full_from_the_beginning_is_an_error() {
    let bench = limited(30);
    bench.store.set_fault(Some(Fault::Full));
    assert!(bench.writer().store(remember(LONG)).await.is_err());
}

#[tokio::test]
async fn parts_that_could_not_be_stored_are_named_and_a_second_try_stores_them() {
    let bench = limited(30);
    bench.store.set_fault(Some(Fault::FullAfter(1)));
    let receipt = bench.writer().store(remember(LONG)).await.unwrap();
    let failed = |part: &&Part| matches!(part.outcome, PartOutcome::Failed { .. });
    let total = parts(&receipt).len();
    assert_eq!(parts(&receipt)[0].outcome, PartOutcome::Created);
    assert_eq!(parts(&receipt).iter().filter(failed).count(), total - 1);
    assert!(receipt.warnings[0].contains(&format!("{} of {total} parts", total - 1)), "{receipt:?}");
    bench.store.set_fault(None);
    let receipt = bench.writer().store(remember(LONG)).await.unwrap();
    assert_eq!(parts(&receipt).iter().filter(failed).count(), 0);
    assert_eq!(bench.store.statistics().await.unwrap().memories, total as u64);
}
