//! `Writer::add_version` and `Reader::history`.

use engine::{EngineError, ErrorCode, Settings, VersionRequest};
use model::{
    Content, Cuts, EmbeddingState, HashPrefix, Metadata, Origin, OriginKind, Partition, PartitionScope,
    Splitting,
};
use ports::{MemoryStore, Patch};
use testkit::{Bench, Fault};

use crate::ask::{fields, forget, found, key, prefix, remember, search, store, tagged, tags};

fn version(old: &str, new: &str) -> VersionRequest {
    VersionRequest::new(prefix(old), Content::parse(new).unwrap())
}

#[tokio::test]
async fn a_new_version_takes_the_place_of_the_old_one_and_inherits_what_is_not_named() {
    let bench = Bench::default();
    let partition = Partition::parse("work").unwrap();
    let old = engine::StoreRequest {
        metadata: fields(r#"{"pier": 4, "gate": 1}"#),
        memory_type: model::MemoryType::parse("decision").unwrap(),
        partition: partition.clone(),
        ..tagged("ferry at nine", "travel")
    };
    bench.writer().store(old).await.unwrap();
    let request = VersionRequest {
        metadata: fields(r#"{"gate": 2}"#),
        reason: Some("new timetable".to_owned()),
        ..version("ferry at nine", "ferry at ten")
    };
    let receipt = bench.writer().add_version(request).await.unwrap();
    assert_eq!((&receipt.hash, &receipt.parent), (&key("ferry at ten"), &key("ferry at nine")));
    assert_eq!((receipt.version, receipt.embedding), (2, EmbeddingState::Done));
    assert_eq!((receipt.warnings, &receipt.partition), (vec![], &partition));
    let new = bench.store.get(&receipt.hash).await.unwrap().unwrap();
    assert_eq!(new.tags, ["travel"]);
    assert_eq!(new.memory_type.as_deref(), Some("decision"));
    assert_eq!(new.metadata, fields(r#"{"pier": 4, "gate": 2}"#));
    assert_eq!(new.partition, partition);
    let history = bench.reader().history(&prefix("ferry at nine")).await.unwrap();
    assert_eq!(history[0].reason.as_deref(), Some("new timetable"));
}

#[tokio::test]
async fn what_is_named_is_not_inherited_and_neither_is_what_took_the_old_ones_place() {
    let bench = Bench::default();
    bench.writer().store(tagged("one", "red")).await.unwrap();
    let request = VersionRequest {
        tags: Some(tags("blue")),
        memory_type: Patch::Clear,
        reason: Some("why".to_owned()),
        ..version("one", "two")
    };
    bench.writer().add_version(request).await.unwrap();
    bench.writer().add_version(version("two", "three")).await.unwrap();
    let three = bench.store.get(&key("three")).await.unwrap().unwrap();
    assert_eq!((three.tags, three.memory_type), (vec!["blue".to_owned()], None));
    assert_eq!(three.metadata, Metadata::default());
}

#[tokio::test]
async fn searches_find_the_newest_version_only() {
    let bench = Bench::default();
    store(&bench, "red ferry").await;
    bench.writer().add_version(version("red ferry", "blue ferry")).await.unwrap();
    assert_eq!(found(&search(&bench, "ferry").await), ["blue ferry"]);
}

#[tokio::test]
async fn the_history_is_told_from_every_version_also_from_a_deleted_one() {
    let bench = Bench::default();
    store(&bench, "one").await;
    bench.writer().add_version(version("one", "two")).await.unwrap();
    bench.writer().add_version(version("two", "three")).await.unwrap();
    bench.writer().delete(forget("one")).await.unwrap();
    let expected = [(key("one"), 1), (key("two"), 2), (key("three"), 3)];
    let part = HashPrefix::parse(&key("two").as_str()[..10]).unwrap();
    for hash in [prefix("one"), prefix("two"), prefix("three"), part] {
        let history = bench.reader().history(&hash).await.unwrap();
        let told: Vec<_> = history.iter().map(|v| (v.hash.clone(), v.version)).collect();
        assert_eq!(told, expected);
        assert_eq!(history[0].content, None);
        assert!(history[0].deleted_at.is_some() && history[2].superseded_by.is_none());
    }
    let error = bench.reader().history(&prefix("absent")).await.unwrap_err();
    assert!(matches!(error, EngineError::NotFound { .. }), "{error:?}");
}

#[tokio::test]
async fn a_chain_does_not_fork() {
    let bench = Bench::default();
    store(&bench, "one").await;
    bench.writer().add_version(version("one", "two")).await.unwrap();
    let calls = bench.embedder.calls();
    let error = bench.writer().add_version(version("one", "other")).await.unwrap_err();
    assert!(matches!(&error, EngineError::SupersededAlready { by, .. } if *by == key("two")), "{error:?}");
    assert_eq!(error.code(), ErrorCode::Conflict);
    assert_eq!(bench.embedder.calls(), calls, "it is known before it is embedded");
}

#[tokio::test]
async fn a_text_that_is_there_cannot_be_a_new_version() {
    let bench = Bench::default();
    store(&bench, "one").await;
    store(&bench, "two").await;
    for text in ["two", "One"] {
        let error = bench.writer().add_version(version("one", text)).await.unwrap_err();
        assert!(matches!(&error, EngineError::TextExists { hash, .. } if *hash == key(text)), "{error:?}");
    }
    assert_eq!(bench.store.get(&key("one")).await.unwrap().unwrap().superseded_by, None);
}

#[tokio::test]
async fn a_memory_that_is_not_there_or_lies_elsewhere_has_no_new_version() {
    let bench = Bench::default();
    store(&bench, "one").await;
    let elsewhere =
        VersionRequest { partitions: PartitionScope::parse("work").unwrap(), ..version("one", "two") };
    for request in [version("absent", "two"), elsewhere] {
        let error = bench.writer().add_version(request).await.unwrap_err();
        assert!(matches!(error, EngineError::NotFound { .. }), "{error:?}");
    }
    assert_eq!(bench.store.get(&key("two")).await.unwrap(), None);
}

#[tokio::test]
async fn a_new_version_is_stored_although_the_model_is_broken() {
    let bench = Bench::default();
    store(&bench, "one").await;
    bench.embedder.set_broken(true);
    let receipt = bench.writer().add_version(version("one", "two")).await.unwrap();
    assert_eq!(receipt.embedding, EmbeddingState::Pending);
    assert!(receipt.warnings[0].contains("not found by meaning yet"), "{:?}", receipt.warnings);
}

#[tokio::test]
async fn a_deleted_text_that_comes_back_as_a_new_version_is_warned_of() {
    let bench = Bench::default();
    store(&bench, "two").await;
    bench.writer().delete(forget("two")).await.unwrap();
    store(&bench, "one").await;
    let receipt = bench.writer().add_version(version("one", "two")).await.unwrap();
    assert!(receipt.warnings[0].contains("was deleted on"), "{:?}", receipt.warnings);
}

#[tokio::test]
async fn a_full_disk_changes_neither_version() {
    let bench = Bench::default();
    store(&bench, "one").await;
    bench.store.set_fault(Some(Fault::Full));
    let error = bench.writer().add_version(version("one", "two")).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::StorageFull);
    assert_eq!(bench.store.get(&key("one")).await.unwrap().unwrap().superseded_by, None);
}

#[tokio::test]
async fn a_new_version_is_no_more_trusted_than_the_old_one() {
    for (old, new, kept) in [
        (OriginKind::Document, OriginKind::User, OriginKind::Document),
        (OriginKind::User, OriginKind::Agent, OriginKind::Agent),
        (OriginKind::Agent, OriginKind::Agent, OriginKind::Agent),
    ] {
        let bench = Bench::default();
        let first = engine::StoreRequest { origin: Some(Origin::of(old)), ..remember("one") };
        bench.writer().store(first).await.unwrap();
        let client = Some("editor".to_owned());
        let origin = Some(Origin { client: client.clone(), ..Origin::of(new) });
        bench.writer().add_version(VersionRequest { origin, ..version("one", "two") }).await.unwrap();
        let origin = bench.store.get(&key("two")).await.unwrap().unwrap().origin.unwrap();
        assert_eq!((origin.kind, origin.client), (kept, client));
    }
}

#[tokio::test]
async fn a_new_version_is_no_longer_than_a_memory_may_be() {
    let splitting = Some(Splitting::new(10, 0, Cuts::AtBoundaries).unwrap());
    let bench = Bench::with(Settings { splitting, ..Settings::default() });
    store(&bench, "one").await;
    let error = bench.writer().add_version(version("one", "eleven char")).await.unwrap_err();
    assert!(matches!(error, EngineError::VersionTooLong { chars: 11 }), "{error:?}");
    bench.writer().add_version(version("one", "ten chars.")).await.unwrap();
}
