//! How far a use case has got, for whoever waits for it.

use std::sync::Arc;

/// Hears how far use cases have got. A door puts one on a handle ([`Grant::reporting`](crate::Grant::reporting)); without
/// one nothing is told.
#[derive(Clone, Default)]
pub struct Progress(Option<Arc<Tell>>);

type Tell = dyn Fn(Step) + Send + Sync;

/// So many steps of so many are done. What a step is depends on the use case: a text that was embedded or written, a memory
/// that was compared with the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Steps that are done; never fewer than were told before.
    pub done: u64,
    /// Steps that there are.
    pub total: u64,
}

impl Progress {
    /// Tells a function. It is called from wherever the work is done, often, and must not block.
    #[must_use]
    pub fn to(tell: impl Fn(Step) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(tell)))
    }

    pub(crate) fn tell(&self, done: u64, total: u64) {
        if let Some(tell) = &self.0 {
            tell(Step { done, total });
        }
    }
}
