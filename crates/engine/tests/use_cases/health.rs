//! `Reader::health` and `Admin::examine`.

use engine::Status;
use ports::{LanguageCount, Readiness};
use testkit::{Bench, FakeEmbedder, Fault};

use crate::ask::{search, store, store_all};
use crate::settle::fill;

#[tokio::test]
async fn a_service_that_lacks_nothing_is_healthy() {
    let bench = Bench::default();
    store_all(&bench, &["one", "two"]).await;
    let health = bench.reader().health().await;
    assert_eq!((health.status, health.reasons), (Status::Healthy, vec![]));
    assert_eq!(health.statistics.map(|statistics| statistics.memories), Some(2));
    assert_eq!(health.model.identity.name, "fake");
}

#[tokio::test]
async fn a_model_that_is_only_not_loaded_yet_is_no_defect() {
    let bench = Bench::default();
    bench.embedder.set_loading(true);
    let health = bench.reader().health().await;
    assert_eq!(health.status, Status::Healthy);
    assert_eq!(health.model.readiness, Readiness::Loading);
}

#[tokio::test]
async fn many_memories_in_languages_that_the_model_does_not_know_are_told() {
    let bench = Bench::default();
    let count = |code, name, memories| LanguageCount { code, name, memories };
    let (english, german) = (count("eng", "English", 40), count("deu", "German", 50));
    bench.store.set_languages(vec![
        german,
        english,
        count("rus", "Russian", 10),
        count("und", "undetermined", 900),
    ]);
    let health = bench.reader().health().await;
    assert_eq!(health.status, Status::Degraded);
    assert_eq!(
        health.reasons,
        [
            "60 % of the memories are in languages that the model fake was not trained on (German 50 %, Russian 10 %): \
          words find them, meaning hardly does; a multilingual model can be configured"
        ]
    );
    for (foreign, is_told) in [(9, false), (10, true)] {
        bench.store.set_languages(vec![english, count("deu", "German", foreign)]);
        assert_eq!(bench.reader().health().await.status == Status::Degraded, is_told, "{foreign} of them");
    }
}

#[tokio::test]
async fn memories_that_wait_for_their_vector_degrade_it() {
    let bench = Bench::default();
    bench.embedder.set_broken(true);
    store(&bench, "text").await;
    let health = bench.reader().health().await;
    assert_eq!(health.status, Status::Degraded);
    assert_eq!(health.reasons.len(), 2, "the model and the memory: {:?}", health.reasons);
    bench.embedder.set_broken(false);
    let health = bench.reader().health().await;
    assert_eq!(health.reasons, ["1 memories wait for their vector: until then they are found by words"]);
}

#[tokio::test]
async fn vectors_of_another_model_degrade_it_until_all_are_embedded_again() {
    let bench = Bench::default();
    fill(&bench, &FakeEmbedder::named("other"), 3).await;
    search(&bench, "memory").await;
    let health = bench.reader().health().await;
    assert_eq!(health.status, Status::Degraded);
    assert!(
        health.reasons[0].starts_with("3 memories have vectors of another model only"),
        "{:?}",
        health.reasons
    );
    bench.admin().embed_pending(&mut |_| {}).await.unwrap();
    assert_eq!(bench.reader().health().await.status, Status::Healthy);
}

#[tokio::test]
async fn a_store_that_cannot_be_read_is_unavailable_and_no_error() {
    let bench = Bench::default();
    for (fault, reason) in [(Fault::Open, "told to fail"), (Fault::Busy, "30000 ms")] {
        bench.store.set_fault(Some(fault));
        let health = bench.reader().health().await;
        assert_eq!((health.status, health.statistics), (Status::Unavailable, None));
        assert!(health.reasons[0].contains(reason), "{:?}", health.reasons);
    }
    bench.store.set_fault(None);
    assert_eq!(bench.reader().health().await.status, Status::Healthy);
}

#[tokio::test]
async fn an_examination_looks_into_a_store_that_could_be_opened() {
    let bench = Bench::default();
    bench.store.set_fault(Some(Fault::Open));
    let examination = bench.admin().examine().await.unwrap();
    assert_eq!((examination.health.status, examination.integrity), (Status::Unavailable, None));
    bench.store.set_fault(None);
    let examination = bench.admin().examine().await.unwrap();
    assert!(examination.integrity.is_some_and(|report| report.is_sound()));
}
