//! A space whose store is opened on first use.

use std::sync::Arc;
use std::time::Duration;

use model::{Space, Vector};
use ports::{EmbedError, MemoryStore, StoreError};
use tokio::sync::{Notify, OnceCell};

use crate::embedding;
use crate::engine::Parts;

/// One space: its store, opened when it is first needed, and the background work on it.
pub(crate) struct OpenSpace {
    space: Space,
    pub(crate) parts: Arc<Parts>,
    store: OnceCell<Arc<dyn MemoryStore>>,
    /// Set once it is known whose vectors the database held.
    pub(crate) settled: OnceCell<()>,
    /// Wakes the background worker: a memory waits for its vector.
    pub(crate) pending: Notify,
}

impl OpenSpace {
    pub(crate) fn new(space: Space, parts: Arc<Parts>) -> Self {
        let (store, settled) = (OnceCell::new(), OnceCell::new());
        Self { space, parts, store, settled, pending: Notify::new() }
    }

    /// The store; opens it if that is not done yet. A failure is not remembered: the next call tries again.
    pub(crate) async fn store(self: &Arc<Self>) -> Result<&Arc<dyn MemoryStore>, StoreError> {
        self.store
            .get_or_try_init(|| async {
                let store = self.parts.stores.open(&self.space).await?;
                if self.parts.settings.embed_in_background {
                    tokio::spawn(embedding::run_worker(Arc::downgrade(self)));
                }
                Ok(store)
            })
            .await
    }

    /// The store, if it was opened.
    pub(crate) fn opened(&self) -> Option<&Arc<dyn MemoryStore>> {
        self.store.get()
    }

    /// The vector of one text, or the reason why there is none now.
    pub(crate) async fn embed_one(&self, text: &str) -> Result<Vector, EmbedError> {
        let embedder = &self.parts.embedder;
        let model = || embedder.model().name.clone();
        match tokio::time::timeout(self.parts.settings.embed_wait, embedder.embed(&[text])).await {
            Ok(vectors) => vectors?.pop().ok_or_else(|| EmbedError::BadVector {
                model: model(),
                reason: "no vector came back".to_owned(),
            }),
            Err(_) => Err(EmbedError::Unavailable {
                model: model(),
                reason: format!("no vector within {}", seconds(self.parts.settings.embed_wait)),
                source: None,
            }),
        }
    }

    pub(crate) async fn close(&self) {
        if let Some(store) = self.store.get() {
            store.close().await;
        }
    }
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
