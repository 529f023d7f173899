//! How far use cases have got.

use std::sync::{Arc, Mutex};

use engine::{
    Capability, CleanupRequest, Progress, SessionRequest, Settings, Step, StoreRequest, Turn, Writer,
};
use model::{Content, Cuts, Splitting};
use testkit::Bench;

use crate::ask::store_all;

/// Steps as they were told: done, of how many.
type Told = Arc<Mutex<Vec<(u64, u64)>>>;

/// A writer, and what it tells.
fn reporting(bench: &Bench) -> (Writer, Told) {
    let steps = Told::default();
    let told = Arc::clone(&steps);
    let progress = Progress::to(move |Step { done, total }| told.lock().unwrap().push((done, total)));
    let writer = bench.grant(Capability::Write).reporting(progress).writer().unwrap().clone();
    (writer, steps)
}

fn assert_whole(steps: &Told, total: u64) {
    let steps = std::mem::take(&mut *steps.lock().unwrap());
    assert_eq!((steps.first(), steps.last()), (Some(&(0, total)), Some(&(total, total))), "{steps:?}");
    assert!(steps.windows(2).all(|two| two[0].0 < two[1].0 && two[0].1 == two[1].1), "{steps:?}");
}

#[tokio::test]
async fn parts_of_a_long_text_and_of_a_session_are_told_step_by_step() {
    let splitting = Splitting::new(30, 5, Cuts::AtBoundaries).unwrap();
    let bench =
        Bench::with(Settings { splitting: Some(splitting), session_chunk_chars: 20, ..Settings::default() });
    let (writer, steps) = reporting(&bench);
    let long = "The ferry leaves at nine. The ferry arrives at ten. The captain drinks coffee.";
    writer.store(StoreRequest::new(Content::parse(long).unwrap())).await.unwrap();
    assert_whole(&steps, 8);
    let turn = |n: usize| Turn { role: "user".to_owned(), content: format!("turn number {n}") };
    let request = SessionRequest { turns: (0..40).map(turn).collect(), ..SessionRequest::default() };
    writer.store_session(request).await.unwrap();
    assert_whole(&steps, 80);
}

#[tokio::test]
async fn comparing_memories_is_told_and_storing_one_is_not() {
    let bench = Bench::default();
    store_all(&bench, &["red door", "red door!", "green tea"]).await;
    let (writer, steps) = reporting(&bench);
    writer.clean_up(CleanupRequest::default()).await.unwrap();
    assert_whole(&steps, 3);
    writer.store(StoreRequest::new(Content::parse("short").unwrap())).await.unwrap();
    assert_eq!(*steps.lock().unwrap(), []);
}
