//! Removing deleted memories for good: on request, and when they were kept long enough.

use std::sync::{Arc, Weak};
use std::time::Duration;

use ports::{Clock, MemoryStore, Purge, Purged, StoreError};

use crate::EngineError;
use crate::capability::Admin;

/// How often it is looked for memories that were kept long enough.
const DAY: Duration = Duration::from_secs(86_400);

impl Admin {
    /// Removes deleted memories for good: text, words, vectors, and what stands of them in the log of recent writes.
    /// This cannot be undone. Live memories are kept: delete them first.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn purge(&self, which: Purge) -> Result<Purged, EngineError> {
        Ok(self.space().store().await?.purge(which).await?)
    }
}

/// Purges what was deleted longer ago than so many days, now and once a day, until the store is dropped or closed. It
/// does not keep the store alive while it sleeps.
pub(crate) async fn run_retention(store: Weak<dyn MemoryStore>, clock: Arc<dyn Clock>, days: u32) {
    while let Some(store) = store.upgrade() {
        let kept_since = clock.now().plus_seconds(-DAY.as_secs_f64() * f64::from(days));
        match store.purge(Purge::DeletedBefore(kept_since)).await {
            Ok(purged) if purged.hashes.is_empty() => {}
            Ok(purged) => tracing::info!(memories = purged.hashes.len(), days, "purged deleted memories"),
            Err(StoreError::Closed) => return,
            Err(error) => tracing::warn!(error = %error, "purging deleted memories failed"),
        }
        drop(store);
        tokio::time::sleep(DAY).await;
    }
}
