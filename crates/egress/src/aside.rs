//! Threads that wait for an answer, so that whoever asks need not block: a few at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Where work that blocks is done.
#[derive(Debug, Clone)]
pub(crate) struct Aside {
    name: &'static str,
    most: usize,
    under_way: Arc<AtomicUsize>,
}

/// One piece of work under way.
pub(crate) struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Aside {
    /// Threads of this name, and how many of them at once.
    pub(crate) fn new(name: &'static str, most: usize) -> Self {
        Self { name, most, under_way: Arc::default() }
    }

    pub(crate) fn place(&self) -> Option<Place> {
        let took = self.under_way.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |taken| {
            (taken < self.most).then_some(taken + 1)
        });
        took.ok().map(|_| Place(Arc::clone(&self.under_way)))
    }

    /// What a piece of work comes to; none when there are too many already, or there is no thread to be had.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let place = self.place()?;
        let (done, told) = futures_channel::oneshot::channel();
        // The place is free when the thread is done, not when nobody waits any more.
        let begun = thread::Builder::new().name(self.name.to_owned()).spawn(move || {
            let _place = place;
            // Whoever asked may have gone.
            let _ = done.send(work());
        });
        begun.ok()?;
        told.await.ok()
    }
}
