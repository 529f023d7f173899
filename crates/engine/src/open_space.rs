//! A space whose store is opened on first use.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use model::{Space, Vector};
use ports::{EmbedError, Embedder, MemoryStore, StoreError};
use tokio::sync::{Notify, OnceCell, OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;

use crate::access::{self, Collected};
use crate::engine::Parts;
use crate::query_vectors::QueryVectors;
use crate::upkeep::Upkeep;
use crate::{BackupSchedule, EngineError, embedding, open_spaces, purge, upkeep};

/// How long it is waited until there is room to open a store.
const ROOM_WAIT: Duration = Duration::from_secs(5);

/// One space: its store, opened when it is first needed, and the background work on it.
pub(crate) struct OpenSpace {
    pub(crate) space: Space,
    pub(crate) parts: Arc<Parts>,
    store: OnceCell<Arc<dyn MemoryStore>>,
    /// Set once it is known whose vectors the database held.
    pub(crate) settled: OnceCell<()>,
    /// Wakes the background worker: a memory waits for its vector, or the space is no more.
    pub(crate) pending: Arc<Notify>,
    /// Wakes those who watch: this process wrote something.
    pub(crate) written: Notify,
    /// Uses of memories that are not written yet.
    pub(crate) collected: Collected,
    pub(crate) queries: QueryVectors,
    /// What the backups and looks for damage of this process came to.
    pub(crate) upkeep: Arc<Upkeep>,
    /// Set when the engine was closed: nothing is opened any more.
    closed: Arc<AtomicBool>,
    /// How many stores may be open, and the right of this one to be.
    permits: Arc<Semaphore>,
    permit: Mutex<Option<OwnedSemaphorePermit>>,
    /// The closing of the same space before: its files are free after it.
    before: Option<watch::Receiver<()>>,
}

impl OpenSpace {
    pub(crate) fn new(
        space: Space,
        parts: Arc<Parts>,
        closed: Arc<AtomicBool>,
        permits: Arc<Semaphore>,
        before: Option<watch::Receiver<()>>,
    ) -> Self {
        let (store, settled) = (OnceCell::new(), OnceCell::new());
        let (pending, collected, queries) = (Arc::default(), Collected::default(), QueryVectors::default());
        let (upkeep, written, permit) = (Arc::default(), Notify::default(), Mutex::default());
        Self {
            space,
            parts,
            store,
            settled,
            pending,
            written,
            collected,
            queries,
            upkeep,
            closed,
            permits,
            permit,
            before,
        }
    }

    /// The store; opens it if that is not done yet. A failure is not remembered: the next call tries again.
    pub(crate) async fn store(self: &Arc<Self>) -> Result<&Arc<dyn MemoryStore>, StoreError> {
        self.store
            .get_or_try_init(|| async {
                if self.closed.load(Ordering::SeqCst) {
                    return Err(StoreError::Closed);
                }
                let permit = self.permit().await?;
                let store = self.parts.stores.open(&self.space).await?;
                *self.permit.lock().unwrap_or_else(PoisonError::into_inner) = Some(permit);
                if self.parts.settings.embed_in_background {
                    tokio::spawn(embedding::run_worker(Arc::downgrade(self), Arc::clone(&self.pending)));
                    self.keep_for_days(&store);
                    self.look_after(&store);
                }
                Ok(store)
            })
            .await
    }

    /// The right to open a store, when the one of the same space before is closed and there is room.
    async fn permit(&self) -> Result<OwnedSemaphorePermit, StoreError> {
        let begun = Instant::now();
        let free = async {
            if let Some(before) = self.before.clone() {
                open_spaces::until_closed(before).await;
            }
            Arc::clone(&self.permits).acquire_owned().await
        };
        let busy = |waited: Duration| StoreError::Busy {
            waited_ms: u64::try_from(waited.as_millis()).unwrap_or(u64::MAX),
        };
        match tokio::time::timeout(ROOM_WAIT, free).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_closed)) => Err(StoreError::Closed),
            Err(_elapsed) => {
                tracing::warn!(
                    limit = self.parts.settings.max_open_spaces,
                    "as many spaces are in use as may be open"
                );
                Err(busy(begun.elapsed()))
            }
        }
    }

    /// Starts the work that purges what was deleted long ago, if the settings want it.
    fn keep_for_days(&self, store: &Arc<dyn MemoryStore>) {
        if let Some(days) = self.parts.settings.retention_days {
            let clock = Arc::clone(&self.parts.clock);
            tokio::spawn(purge::run_retention(Arc::downgrade(store), clock, days));
        }
    }

    /// Starts the work that makes backups and looks for damage, as far as the settings want it.
    fn look_after(&self, store: &Arc<dyn MemoryStore>) {
        let settings = &self.parts.settings;
        let parts = || (Arc::downgrade(store), Arc::downgrade(&self.upkeep), Arc::clone(&self.parts.clock));
        if let Some(mut schedule) = settings.backups.clone() {
            schedule.directory = BackupSchedule::directory_of(&schedule.directory, &self.space);
            let (store, upkeep, clock) = parts();
            tokio::spawn(upkeep::run_backups(store, upkeep, clock, schedule));
        }
        if let Some(interval) = settings.check_interval {
            let (store, upkeep, clock) = parts();
            tokio::spawn(upkeep::run_checks(store, upkeep, clock, interval));
        }
    }

    /// The store, if it was opened.
    pub(crate) fn opened(&self) -> Option<&Arc<dyn MemoryStore>> {
        self.store.get()
    }

    /// The vector of a query by a model: queries come again.
    pub(crate) async fn query_vector(
        &self,
        embedder: &dyn Embedder,
        query: &str,
    ) -> Result<Vector, EngineError> {
        let model = embedder.model();
        if let Some(vector) = self.queries.get(model, query) {
            return Ok(vector);
        }
        // Loading goes on although this call may be given up.
        embedder.warm();
        let vector = embedder.embed_query(query).await?;
        self.queries.put(model, query, &vector);
        Ok(vector)
    }

    /// The vectors of some texts, in order.
    pub(crate) async fn vectors(&self, texts: &[&str]) -> Result<Vec<Vector>, EngineError> {
        // Loading goes on although this call may be given up.
        self.parts.embedder.warm();
        Ok(self.parts.embedder.embed(texts).await?)
    }

    /// What some work with the model gives, or that the model was not in time.
    pub(crate) async fn in_time<T>(
        &self,
        deadline: Instant,
        work: impl Future<Output = Result<T, EngineError>>,
    ) -> Result<T, EngineError> {
        tokio::time::timeout_at(deadline, work).await.unwrap_or_else(|_| {
            let model = self.parts.embedder.model().name.clone();
            let reason = "it is still being loaded or busy".to_owned();
            Err(EmbedError::Unavailable { model, reason, source: None }.into())
        })
    }

    /// Closes the store. Nobody else uses it, or the engine has set `closed` before.
    pub(crate) async fn close(&self) {
        // An opening that is under way is waited for, so that no store stays open behind it.
        let opened = self.store.get_or_try_init(|| async { Err(StoreError::Closed) }).await;
        if let Ok(store) = opened {
            access::write(self).await;
            store.close().await;
        }
        drop(self.permit.lock().unwrap_or_else(PoisonError::into_inner).take());
        self.pending.notify_one();
    }
}

impl Drop for OpenSpace {
    fn drop(&mut self) {
        self.pending.notify_one();
    }
}
