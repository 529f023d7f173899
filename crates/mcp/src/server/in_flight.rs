//! The requests that are not answered yet.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rmcp::model::RequestId;
use tokio::sync::Notify;
use tokio::time::Instant;

/// The requests that are not answered yet.
#[derive(Default)]
pub(super) struct InFlight {
    ids: Mutex<HashSet<RequestId>>,
    fewer: Notify,
}

impl InFlight {
    pub(super) fn add(&self, id: RequestId) {
        self.ids().insert(id);
    }

    pub(super) fn remove(&self, id: &RequestId) {
        self.ids().remove(id);
        self.fewer.notify_waiters();
    }

    /// Waits until at most so many are left.
    pub(super) async fn at_most(&self, count: usize) {
        loop {
            let fewer = self.fewer.notified();
            if self.ids().len() <= count {
                return;
            }
            fewer.await;
        }
    }

    /// Waits until none is left, for as long as it may.
    pub(super) async fn drain(&self, deadline: Instant) {
        if tokio::time::timeout_at(deadline, self.at_most(0)).await.is_err() {
            tracing::warn!(calls = self.ids().len(), "the input has ended and calls are still running");
        }
    }

    fn ids(&self) -> MutexGuard<'_, HashSet<RequestId>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
