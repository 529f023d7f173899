//! The place of a request among those that are worked on: one of all places, and one of its caller's share.

use std::any::Any;
use std::sync::{Arc, OnceLock, Weak};

use tokio::sync::OwnedSemaphorePermit;

use super::share::Share;

/// A place, until the last who keeps it is gone.
pub(super) struct Held {
    /// One of all.
    _of_all: OwnedSemaphorePermit,
    /// One of its caller's, once it is known whose it is.
    of_caller: OnceLock<Share>,
}

/// The place of a request, for work that goes on when nobody waits for its answer any more. It is in the extensions of the
/// request, which some keep for longer than the request takes: whoever needs the place says so.
#[derive(Clone)]
pub(crate) struct Place(Weak<Held>);

impl Held {
    pub(super) fn of(permit: OwnedSemaphorePermit) -> Arc<Self> {
        Arc::new(Self { _of_all: permit, of_caller: OnceLock::new() })
    }
}

impl Place {
    pub(super) fn of(held: &Arc<Held>) -> Self {
        Self(Arc::downgrade(held))
    }

    /// Whose it is.
    pub(super) fn belongs_to(&self, share: Share) {
        if let Some(held) = self.0.upgrade() {
            // A request has one caller.
            let _first = held.of_caller.set(share);
        }
    }

    /// Keeps the place until what is returned is dropped.
    pub(crate) fn keep(&self) -> Option<Arc<dyn Any + Send + Sync>> {
        self.0.upgrade().map(|held| held as Arc<dyn Any + Send + Sync>)
    }

    /// The same for whoever may keep it later.
    pub(crate) fn weak(&self) -> Weak<dyn Any + Send + Sync> {
        let held: Weak<Held> = self.0.clone();
        held
    }
}
