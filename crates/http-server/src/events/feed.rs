//! The events of one space: what its store tells goes into the ring while somebody listens, and a little longer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use engine::{EngineError, Reader, Watch};
use model::Timestamp;
use ports::{Clock, EventKind, EventPage, MemoryEvent, StoreError};
use tokio::sync::{Mutex as AsyncMutex, broadcast, watch};
use tokio_util::sync::CancellationToken;

use super::frame::Payload;
use super::ring::{At, Audience, Entry, Ring};

/// How many events are kept at least, for those who read slowly.
const KEPT: usize = 256;
/// How many searches are kept for those who read slowly.
const SEARCHES: usize = 64;
/// How long it goes on when nobody listens: whoever comes back within that time is told what happened.
const LINGER: Duration = Duration::from_secs(60);
/// How long it waits after a failure of the store.
const RETRY: Duration = Duration::from_secs(1);

/// The events of one space.
pub(crate) struct Feed {
    instance: String,
    ring: Mutex<Ring>,
    replay: usize,
    /// The number of the event that comes next, for those who wait.
    next: watch::Sender<u64>,
    /// Searches, which are told once.
    searches: broadcast::Sender<Arc<Entry>>,
    /// How many listen.
    listeners: watch::Sender<usize>,
    /// Held while it is begun or ended; whether somebody fills the ring.
    running: AsyncMutex<bool>,
    is_running: AtomicBool,
}

/// Somebody who listens, until it is dropped.
pub(crate) struct Ear {
    pub(super) feed: Arc<Feed>,
    pub(super) next: watch::Receiver<u64>,
    pub(super) searches: broadcast::Receiver<Arc<Entry>>,
}

/// Where somebody begins to listen.
pub(super) struct Start {
    /// The number of the first event.
    pub(super) number: u64,
    /// Whether the wished place is known.
    pub(super) is_resumed: bool,
}

impl Feed {
    pub(super) fn new(instance: &str, replay: usize) -> Self {
        Self {
            instance: instance.to_owned(),
            ring: Mutex::new(Ring::new(replay.max(KEPT))),
            replay,
            next: watch::Sender::new(1),
            searches: broadcast::Sender::new(SEARCHES),
            listeners: watch::Sender::new(0),
            running: AsyncMutex::new(false),
            is_running: AtomicBool::new(false),
        }
    }

    /// Whether it is told of what happens.
    pub(super) fn is_running(&self) -> bool {
        self.is_running.load(Ordering::Acquire)
    }

    /// Sees to it that the ring is filled from now on.
    pub(super) async fn run(
        self: &Arc<Self>,
        reader: &Reader,
        ending: &CancellationToken,
    ) -> Result<(), EngineError> {
        let mut running = self.running.lock().await;
        if *running {
            return Ok(());
        }
        let watch = reader.watch().await?;
        self.ring().break_off();
        *running = true;
        self.is_running.store(true, Ordering::Release);
        tokio::spawn(fill(Arc::clone(self), watch, ending.clone()));
        Ok(())
    }

    /// Somebody who listens from now on.
    pub(super) fn listen(self: &Arc<Self>) -> Ear {
        self.listeners.send_modify(|count| *count += 1);
        Ear { feed: Arc::clone(self), next: self.next.subscribe(), searches: self.searches.subscribe() }
    }

    /// Where to begin: after the event with this id, if it is known, else with the next one.
    pub(super) fn start(&self, last_id: Option<&str>) -> Start {
        let ring = self.ring();
        let place = last_id.and_then(|id| self.place(id)).map(|last| last.saturating_add(1));
        let oldest = ring.next().saturating_sub(self.replay as u64).max(ring.first());
        match place.filter(|place| (oldest..=ring.next()).contains(place)) {
            Some(number) => Start { number, is_resumed: true },
            None => Start { number: ring.next(), is_resumed: false },
        }
    }

    /// The id of the place after which an event comes.
    pub(super) fn id_before(&self, number: u64) -> String {
        format!("{}-{}", self.instance, number.saturating_sub(1))
    }

    /// The id of the oldest event that a client can be told.
    pub(super) fn oldest_id(&self) -> Option<String> {
        let ring = self.ring();
        let oldest = ring.next().saturating_sub(self.replay as u64).max(ring.first());
        (oldest < ring.next()).then(|| format!("{}-{oldest}", self.instance))
    }

    /// How many events a client can be told at most.
    pub(super) fn replay(&self) -> usize {
        self.replay
    }

    /// What is at a place.
    pub(super) fn at(&self, number: u64) -> At {
        self.ring().at(number)
    }

    /// How many events from a number on somebody hears.
    pub(super) fn count(&self, number: u64, hears: impl Fn(&Audience) -> bool) -> usize {
        self.ring().from(number).filter(|entry| hears(&entry.audience)).count()
    }

    /// Adds an event, made with its id.
    pub(super) fn tell(&self, event: impl FnOnce(&str) -> Entry) {
        let next = {
            let mut ring = self.ring();
            let entry = event(&format!("{}-{}", self.instance, ring.next()));
            ring.push(entry);
            ring.next()
        };
        self.next.send_replace(next);
    }

    /// Tells an event that is not kept to those who listen now.
    pub(super) fn tell_now(&self, event: Entry) {
        // Nobody may listen; then nobody hears it.
        let _ = self.searches.send(Arc::new(event));
    }

    fn tell_page(&self, page: EventPage, clock: &dyn Clock) {
        let now = clock.now();
        if page.is_cut {
            let payload = Payload::events_missed(now, None);
            self.tell(|id| Entry { frame: payload.frame(Some(id)), audience: Audience::All, shows: None });
        }
        for event in page.events {
            let audience = Audience::Partition(event.partition.to_string());
            let shows = event.memory.is_some().then(|| event.hash.clone());
            if event.kind == EventKind::Deleted {
                self.conceal(&event, now);
            }
            let payload = Payload::memory(now, event);
            self.tell(|id| Entry { frame: payload.frame(Some(id)), audience, shows });
        }
    }

    /// Tells what happened to a memory that is deleted now as its deletion, to those who hear of it from now on.
    fn conceal(&self, deleted: &MemoryEvent, now: Timestamp) {
        let payload = Payload::memory(now, deleted.clone());
        self.ring()
            .conceal(&deleted.hash, |number| payload.frame(Some(&format!("{}-{number}", self.instance))));
    }

    /// The place that an id names, when it was given out by this process.
    fn place(&self, id: &str) -> Option<u64> {
        id.strip_prefix(self.instance.as_str())?.strip_prefix('-')?.parse().ok()
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until nobody has listened for a while.
    async fn left_alone(&self) {
        let mut listeners = self.listeners.subscribe();
        loop {
            // It has a sender for as long as the feed lives.
            let _ = listeners.wait_for(|count| *count == 0).await;
            if tokio::time::timeout(LINGER, listeners.wait_for(|count| *count > 0)).await.is_err() {
                return;
            }
        }
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.feed.listeners.send_modify(|count| *count -= 1);
    }
}

/// Fills the ring until nobody listens any more, the store is closed or the server ends.
async fn fill(feed: Arc<Feed>, mut watch: Watch, ending: CancellationToken) {
    loop {
        let is_over = tokio::select! {
            () = take(&feed, &mut watch) => true,
            () = ending.cancelled() => true,
            () = feed.left_alone() => false,
        };
        let mut running = feed.running.lock().await;
        // Somebody may have come meanwhile.
        if is_over || *feed.listeners.borrow() == 0 {
            *running = false;
            feed.is_running.store(false, Ordering::Release);
            return;
        }
    }
}

/// Takes what happens until the store is closed.
async fn take(feed: &Feed, watch: &mut Watch) {
    loop {
        match watch.next().await {
            Ok(page) => {
                feed.tell_page(page, watch.clock());
                // Those who listen come first: the next page may take the place of this one.
                tokio::task::yield_now().await;
            }
            Err(EngineError::Store(StoreError::Closed)) => return,
            Err(error) => {
                tracing::warn!(error = %error, "what happens to memories cannot be told now");
                tokio::time::sleep(RETRY).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;

    use super::*;

    fn feed(replay: usize, events: usize) -> Feed {
        let feed = Feed::new("x", replay);
        for _ in 0..events {
            feed.tell(|_| Entry { frame: Bytes::new(), audience: Audience::All, shows: None });
        }
        feed
    }

    fn start(feed: &Feed, id: &str) -> Option<u64> {
        let start = feed.start(Some(id));
        start.is_resumed.then_some(start.number)
    }

    #[test]
    fn a_client_goes_on_after_any_event_that_is_kept() {
        let feed = feed(3, 5);
        assert_eq!(feed.oldest_id().as_deref(), Some("x-3"));
        assert_eq!(start(&feed, "x-5"), Some(6), "nothing happened since");
        assert_eq!(start(&feed, "x-2"), Some(3));
        for unknown in ["x-1", "x-6", "y-4", "x", "x-", "", "x--4", "x-4 ", "x-99999999999999999999"] {
            assert_eq!(start(&feed, unknown), None, "{unknown}");
        }
        assert_eq!(feed.start(None).number, 6);
    }

    #[test]
    fn nothing_is_told_again_where_nothing_is_kept() {
        let feed = feed(0, 5);
        assert_eq!((feed.oldest_id(), start(&feed, "x-4")), (None, None));
        assert_eq!(start(&feed, "x-5"), Some(6));
    }
}
