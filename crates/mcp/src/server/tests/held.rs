//! An engine whose embedder waits until it is told to go on, or panics.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use engine::{Engine, Parts, Settings};
use model::{ModelIdentity, Space, Vector};
use ports::{EmbedError, Embedder, MemoryStore, OpenStore, Readiness, StoreError};
use testkit::{FakeClock, FakeEmbedder, FakeStore, SeededRng};
use tokio::sync::{Semaphore, watch};

/// An embedder that is held.
pub(crate) struct Held {
    inner: FakeEmbedder,
    gate: Semaphore,
    waiting: watch::Sender<usize>,
    warmed: watch::Sender<bool>,
    finished: AtomicUsize,
    panics: AtomicBool,
}

/// An engine and the embedder that holds its calls up.
pub(crate) fn engine() -> (Engine, Arc<Held>) {
    let held = Arc::new(Held {
        inner: FakeEmbedder::default(),
        gate: Semaphore::new(0),
        waiting: watch::Sender::new(0),
        warmed: watch::Sender::new(false),
        finished: AtomicUsize::new(0),
        panics: AtomicBool::new(false),
    });
    let engine = Engine::new(Parts {
        stores: Arc::new(One(Arc::new(FakeStore::new(held.model().clone())))),
        embedder: Arc::clone(&held) as Arc<dyn Embedder>,
        previous: Vec::new(),
        clock: Arc::new(FakeClock::default()),
        rng: Arc::new(SeededRng::default()),
        settings: Settings { embed_wait: Duration::from_secs(3600), ..Settings::default() },
    });
    (engine, held)
}

impl Held {
    /// Waits until so many calls wait here.
    pub(crate) async fn entered(&self, count: usize) {
        self.waiting.subscribe().wait_for(|waiting| *waiting >= count).await.unwrap();
    }

    /// Waits until no call waits here any more.
    pub(crate) async fn left(&self) {
        self.waiting.subscribe().wait_for(|waiting| *waiting == 0).await.unwrap();
    }

    /// Whether it was told to load its model.
    pub(crate) fn is_warmed(&self) -> bool {
        *self.warmed.borrow()
    }

    /// Waits until it was.
    pub(crate) async fn warmed(&self) {
        self.warmed.subscribe().wait_for(|warmed| *warmed).await.unwrap();
    }

    /// How many calls wait here.
    pub(crate) fn waiting(&self) -> usize {
        *self.waiting.borrow()
    }

    /// How many calls went on to their end.
    pub(crate) fn finished(&self) -> usize {
        self.finished.load(Ordering::SeqCst)
    }

    /// Lets every call go on.
    pub(crate) fn release(&self) {
        self.gate.add_permits(Semaphore::MAX_PERMITS);
    }

    /// Lets one call go on.
    pub(crate) fn let_one_pass(&self) {
        self.gate.add_permits(1);
    }

    /// Makes every call panic, or none.
    pub(crate) fn set_panics(&self, panics: bool) {
        self.panics.store(panics, Ordering::SeqCst);
    }
}

/// Counts a call for as long as it waits, however it ends.
struct Waiting<'held>(&'held watch::Sender<usize>);

impl<'held> Waiting<'held> {
    fn in_line(waiting: &'held watch::Sender<usize>) -> Self {
        waiting.send_modify(|waiting| *waiting += 1);
        Self(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|waiting| *waiting -= 1);
    }
}

#[async_trait]
impl Embedder for Held {
    fn model(&self) -> &ModelIdentity {
        self.inner.model()
    }

    fn readiness(&self) -> Readiness {
        Readiness::Ready
    }

    fn warm(&self) {
        self.warmed.send_replace(true);
    }

    async fn embed(&self, texts: &[&str]) -> Result<Vec<Vector>, EmbedError> {
        assert!(!self.panics.load(Ordering::SeqCst), "told to panic");
        let waiting = Waiting::in_line(&self.waiting);
        self.gate.acquire().await.unwrap().forget();
        drop(waiting);
        self.finished.fetch_add(1, Ordering::SeqCst);
        self.inner.embed(texts).await
    }
}

struct One(Arc<FakeStore>);

#[async_trait]
impl OpenStore for One {
    async fn open(&self, _space: &Space) -> Result<Arc<dyn MemoryStore>, StoreError> {
        Ok(Arc::clone(&self.0) as Arc<dyn MemoryStore>)
    }
}
