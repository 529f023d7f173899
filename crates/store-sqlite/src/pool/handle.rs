//! Who uses a pool, and what follows when nobody does any more.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Pool;

/// How many stores of this process use a pool.
#[derive(Clone, Default)]
pub(crate) struct Users(Arc<AtomicUsize>);

impl Users {
    /// Whether the last store was closed. Then jobs that still run do not wait for the locks of others: whoever closes
    /// the store waits for them.
    pub(crate) fn are_gone(&self) -> bool {
        self.0.load(Ordering::Acquire) == 0
    }

    /// One, until it [leaves](Self::leave).
    pub(crate) fn one() -> Self {
        Self(Arc::new(AtomicUsize::new(1)))
    }

    /// One fewer.
    pub(crate) fn leave(&self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A store's hold on a pool. Calls that are under way hold the pool alone.
pub(crate) struct Handle {
    pool: Arc<Pool>,
}

impl Handle {
    /// One more store uses a pool.
    pub(super) fn new(pool: Arc<Pool>) -> Self {
        pool.users.0.fetch_add(1, Ordering::AcqRel);
        Self { pool }
    }
}

impl Deref for Handle {
    type Target = Arc<Pool>;

    fn deref(&self) -> &Arc<Pool> {
        &self.pool
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.pool.users.leave();
    }
}
