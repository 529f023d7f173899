//! Whether the list of resources has changed: the most frequent tags are in it. (Tools, prompts and templates are the same
//! for as long as the program runs.)
//!
//! Nobody looks until a client listens or has been given the list. Then it is looked a second after each call that writes,
//! and once a minute, because other processes write too.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use engine::{Grant, Reader};
use model::Space;
use rmcp::service::{Peer, RoleServer};
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;

use crate::resources;

/// How long after a write it is looked: many memories are often stored one after the other.
const AFTER_WRITE: Duration = Duration::from_secs(1);
/// How often it is looked when this process writes nothing.
const PERIOD: Duration = Duration::from_secs(60);

/// Looks for changes of the list, and tells of them, until it is dropped.
pub(crate) struct ListChanges {
    reader: Reader,
    written: Arc<Notify>,
    changes: watch::Sender<u64>,
    tasks: Mutex<Tasks>,
}

#[derive(Default)]
struct Tasks {
    looking: Option<AbortHandle>,
    telling: Option<AbortHandle>,
}

impl ListChanges {
    pub(crate) fn new(reader: Reader) -> Self {
        let (written, changes, tasks) = (Arc::default(), watch::Sender::new(0), Mutex::default());
        Self { reader, written, changes, tasks }
    }

    /// Something may have changed.
    pub(crate) fn look(&self) {
        self.written.notify_one();
    }

    /// Counts the changes from now on.
    pub(crate) fn listen(&self) -> watch::Receiver<u64> {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        if tasks.looking.is_none() {
            let looking = look(self.reader.clone(), Arc::clone(&self.written), self.changes.clone());
            tasks.looking = Some(tokio::spawn(looking).abort_handle());
        }
        self.changes.subscribe()
    }

    /// Tells a client with a handshake of every change from now on; once is enough.
    pub(crate) fn tell(&self, peer: &Peer<RoleServer>) {
        let mut changes = self.listen();
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        if tasks.telling.is_none() {
            let peer = peer.clone();
            let telling = async move {
                while changes.changed().await.is_ok() && peer.notify_resource_list_changed().await.is_ok() {}
            };
            tasks.telling = Some(tokio::spawn(telling).abort_handle());
        }
    }
}

impl Drop for ListChanges {
    fn drop(&mut self) {
        let tasks = self.tasks.get_mut().unwrap_or_else(PoisonError::into_inner);
        for task in [tasks.looking.take(), tasks.telling.take()].into_iter().flatten() {
            task.abort();
        }
    }
}

/// Looks for changes for ever.
async fn look(reader: Reader, written: Arc<Notify>, changes: watch::Sender<u64>) {
    let mut known = resources::listed_tags(&reader).await.ok();
    loop {
        tokio::select! {
            () = written.notified() => tokio::time::sleep(AFTER_WRITE).await,
            () = tokio::time::sleep(PERIOD) => {}
        }
        // A store that cannot be read now has not changed its list.
        let Ok(tags) = resources::listed_tags(&reader).await else { continue };
        if known.as_ref().is_some_and(|known| *known != tags) {
            changes.send_modify(|count| *count += 1);
        }
        known = Some(tags);
    }
}

/// The changes of every space that somebody listens to: those who do hold them, and when the last one leaves, nobody looks
/// any more.
#[derive(Default)]
pub(crate) struct ListenedSpaces(Mutex<HashMap<Space, Weak<ListChanges>>>);

impl ListenedSpaces {
    /// The changes of the space that was granted.
    pub(crate) fn of(&self, grant: &Grant) -> Arc<ListChanges> {
        let mut spaces = self.spaces();
        if let Some(listened) = spaces.get(grant.space()).and_then(Weak::upgrade) {
            return listened;
        }
        spaces.retain(|_, listened| listened.strong_count() > 0);
        let changes = Arc::new(ListChanges::new(grant.reader().clone()));
        spaces.insert(grant.space().clone(), Arc::downgrade(&changes));
        changes
    }

    /// Something may have changed in the space that was granted.
    pub(crate) fn look(&self, grant: &Grant) {
        if let Some(listened) = self.spaces().get(grant.space()).and_then(Weak::upgrade) {
            listened.look();
        }
    }

    fn spaces(&self) -> MutexGuard<'_, HashMap<Space, Weak<ListChanges>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
