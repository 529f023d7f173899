//! Which spaces are open. One that nobody uses is closed after a while, and there are never more than so many.
//!
//! Nobody uses a space when nobody holds it but the list here: every handle, every watch and every use case holds it for as long as
//! it may need the store. So what is closed is not in anybody's hands, and whoever asks for the space next gets a new one, which
//! opens its store when the old one is closed.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use model::Space;
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

use crate::engine::Parts;
use crate::open_space::OpenSpace;

/// How often it is looked which spaces nobody uses.
const LOOK: Duration = Duration::from_secs(30);

/// The spaces that are open, or were asked for.
#[derive(Clone)]
pub(crate) struct OpenSpaces {
    parts: Arc<Parts>,
    known: Arc<Mutex<Known>>,
    /// Set when the engine was closed: nothing is opened any more.
    closed: Arc<AtomicBool>,
    /// One for each store that may be open.
    permits: Arc<Semaphore>,
}

#[derive(Default)]
struct Known {
    spaces: HashMap<Space, Entry>,
    /// Those that are being closed; the other end is dropped when that is done.
    closing: HashMap<Space, watch::Receiver<()>>,
    is_looked_at: bool,
}

struct Entry {
    space: Arc<OpenSpace>,
    /// When it was asked for last.
    asked: Instant,
}

impl Entry {
    /// Whether nobody uses it. Only under the lock of the list: who has no handle gets one there.
    fn is_idle(&self) -> bool {
        self.space.space != Space::Default && Arc::strong_count(&self.space) == 1
    }
}

impl OpenSpaces {
    pub(crate) fn new(parts: Arc<Parts>) -> Self {
        let permits =
            Arc::new(Semaphore::new(parts.settings.max_open_spaces.clamp(1, Semaphore::MAX_PERMITS)));
        Self { parts, known: Arc::default(), closed: Arc::default(), permits }
    }

    /// A space, which opens its store when that is needed.
    pub(crate) fn get(&self, space: &Space) -> Arc<OpenSpace> {
        let mut known = self.known();
        if let Some(entry) = known.spaces.get_mut(space) {
            entry.asked = Instant::now();
            return Arc::clone(&entry.space);
        }
        if *space != Space::Default && tokio::runtime::Handle::try_current().is_ok() {
            self.make_room(&mut known);
            self.look_after(&mut known);
        }
        let before = known.closing.get(space).cloned();
        let (parts, closed, permits) =
            (Arc::clone(&self.parts), Arc::clone(&self.closed), Arc::clone(&self.permits));
        let made = Arc::new(OpenSpace::new(space.clone(), parts, closed, permits, before));
        let entry = Entry { space: Arc::clone(&made), asked: Instant::now() };
        known.spaces.insert(space.clone(), entry);
        made
    }

    /// Closes every store, and lets none be opened any more.
    pub(crate) async fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        let (spaces, closing) = {
            let mut known = self.known();
            let spaces: Vec<Entry> = known.spaces.drain().map(|(_, entry)| entry).collect();
            (spaces, std::mem::take(&mut known.closing))
        };
        for entry in spaces {
            entry.space.close().await;
        }
        for closing in closing.into_values() {
            until_closed(closing).await;
        }
    }

    /// Closes the space that was asked for the longest ago among those that nobody uses, when as many are known as may be open.
    fn make_room(&self, known: &mut Known) {
        // One whose store was never opened takes no room: to close it would give none.
        known.spaces.retain(|_, entry| !entry.is_idle() || entry.space.opened().is_some());
        if known.spaces.len() < self.parts.settings.max_open_spaces {
            return;
        }
        let idle = known.spaces.iter().filter(|(_, entry)| entry.is_idle());
        if let Some(space) = idle.min_by_key(|(_, entry)| entry.asked).map(|(space, _)| space.clone()) {
            self.close_one(known, &space);
        }
    }

    /// Has somebody look every so often which spaces nobody uses; ends when none is left but the default one.
    fn look_after(&self, known: &mut Known) {
        if !self.parts.settings.embed_in_background || std::mem::replace(&mut known.is_looked_at, true) {
            return;
        }
        let idle = self.parts.settings.idle_before_closing;
        // It keeps neither the list nor a space alive.
        let (list, spaces) = (Arc::downgrade(&self.known), self.weak());
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(LOOK.min(idle)).await;
                let (Some(list), Some(spaces)) = (list.upgrade(), spaces.upgrade()) else { return };
                let mut known = list.lock().unwrap_or_else(PoisonError::into_inner);
                let is_due = |entry: &Entry| entry.is_idle() && entry.asked.elapsed() >= idle;
                let due: Vec<Space> = known
                    .spaces
                    .iter()
                    .filter(|(_, entry)| is_due(entry))
                    .map(|(space, _)| space.clone())
                    .collect();
                for space in due {
                    spaces.close_one(&mut known, &space);
                }
                if known.spaces.keys().all(|space| *space == Space::Default) {
                    known.is_looked_at = false;
                    return;
                }
            }
        });
    }

    /// Takes a space out of the list and closes its store beside.
    fn close_one(&self, known: &mut Known, space: &Space) {
        let Some(entry) = known.spaces.remove(space) else { return };
        let (done, closing) = watch::channel(());
        known.closing.insert(space.clone(), closing);
        let (spaces, space) = (self.clone(), space.clone());
        tokio::spawn(async move {
            entry.space.close().await;
            drop(entry);
            let mut known = spaces.known();
            drop(done);
            // Not one that began to close later.
            if known.closing.get(&space).is_some_and(|closing| closing.has_changed().is_err()) {
                known.closing.remove(&space);
            }
            tracing::debug!("closed a space that nobody used");
        });
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn weak(&self) -> WeakSpaces {
        WeakSpaces {
            parts: Arc::downgrade(&self.parts),
            known: Arc::downgrade(&self.known),
            closed: Arc::clone(&self.closed),
            permits: Arc::clone(&self.permits),
        }
    }
}

/// The same, and keeps nothing alive.
struct WeakSpaces {
    parts: Weak<Parts>,
    known: Weak<Mutex<Known>>,
    closed: Arc<AtomicBool>,
    permits: Arc<Semaphore>,
}

impl WeakSpaces {
    fn upgrade(&self) -> Option<OpenSpaces> {
        Some(OpenSpaces {
            parts: self.parts.upgrade()?,
            known: self.known.upgrade()?,
            closed: Arc::clone(&self.closed),
            permits: Arc::clone(&self.permits),
        })
    }
}

/// Returns when a store is closed whose closing this is.
pub(crate) async fn until_closed(mut closing: watch::Receiver<()>) {
    // Nothing is ever sent: it ends when the sender is dropped.
    while closing.changed().await.is_ok() {}
}
