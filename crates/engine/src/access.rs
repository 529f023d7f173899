//! Counting how often memories are found: aside, after the answer, so that a search waits for no write.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use model::{MemoryId, Timestamp};

use crate::open_space::OpenSpace;

/// How long uses are collected before they are written.
const COLLECT: Duration = Duration::from_secs(2);
/// The most uses that are collected; further ones are not counted until these are written.
const MAX_COLLECTED: usize = 10_000;

/// Uses that are not written yet.
#[derive(Default)]
pub(crate) struct Collected(Mutex<Uses>);

#[derive(Default)]
struct Uses {
    ids: Vec<MemoryId>,
    /// When the latest of them was.
    at: Option<Timestamp>,
    /// Whether somebody will write them soon.
    is_awaited: bool,
}

/// Notes that these memories were found. Returns at once; they are written a little later, or when the store is closed.
pub(crate) fn record(space: &Arc<OpenSpace>, ids: impl Iterator<Item = MemoryId>) {
    let now = space.parts.clock.now();
    let mut uses = space.collected.0.lock().unwrap_or_else(PoisonError::into_inner);
    let room = MAX_COLLECTED - uses.ids.len();
    uses.ids.extend(ids.take(room));
    uses.at = Some(now);
    if uses.ids.is_empty() || std::mem::replace(&mut uses.is_awaited, true) {
        return;
    }
    let space = Arc::downgrade(space);
    tokio::spawn(async move {
        tokio::time::sleep(COLLECT).await;
        // When the space is no more, its closing has written them.
        if let Some(space) = space.upgrade() {
            write(&space).await;
        }
    });
}

/// Writes what was collected.
pub(crate) async fn write(space: &OpenSpace) {
    let Uses { ids, at, .. } =
        std::mem::take(&mut *space.collected.0.lock().unwrap_or_else(PoisonError::into_inner));
    let (Some(store), Some(at)) = (space.opened(), at) else { return };
    if let Err(error) = store.record_access(&ids, at).await {
        tracing::warn!(error = %error, memories = ids.len(), "uses of memories were not counted");
    }
}
