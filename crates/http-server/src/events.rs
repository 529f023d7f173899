//! Live events: what happens to memories, and what was searched, to those who listen.
//!
//! Every space has a [`feed`]: a bounded [`ring`] of events, filled from the log of the store while somebody listens. A
//! [`mod@stream`] reads the ring at its own pace; nothing is kept for it but its place in it, so that a slow reader costs no
//! memory and is told how many events it missed. [`seats`] says how many may listen. What an event looks like is in
//! [`frame`].
//!
//! Nobody hears of another space. Whoever may read a space hears of all its memories; what was searched is heard by whoever
//! searched, and in the default space by its administrator, to whom all of that belongs: a question is as private as a
//! conversation, also among those who share a space. Searches do not go into the ring, where they
//! would push out what happened to memories: they are told to those who listen, and never again.

mod feed;
mod frame;
mod ring;
mod seats;
mod stream;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use auth::Principal;
use engine::{EngineError, Reader};
use model::{Space, Timestamp};
use ports::{Rng, SystemRng};
use tokio_util::sync::CancellationToken;

use feed::{Ear, Feed};
use frame::Payload;
use ring::{Audience, Entry};
use seats::Seats;
pub(crate) use seats::{Full, Seat, Seated, Visitor};
pub(crate) use stream::{Listening, stream};

/// How live events behave, where the owner may choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventOptions {
    /// How often a stream says that it is there (`MCP_SSE_HEARTBEAT`).
    pub heartbeat: Duration,
    /// How many events a client that comes back is told (`MCP_SSE_REPLAY_BUFFER_SIZE`).
    pub replay: usize,
    /// How many streams may be open (`MCP_SSE_MAX_CONNECTIONS`). A quarter of them may be of the same principal.
    pub max_streams: usize,
}

impl Default for EventOptions {
    fn default() -> Self {
        Self { heartbeat: Duration::from_secs(30), replay: 1000, max_streams: 2048 }
    }
}

/// A search that was made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Searched<'a> {
    /// What was asked.
    pub(crate) query: &'a str,
    /// `semantic`, `tag`: as the answer has it.
    pub(crate) search_type: &'a str,
    /// How many hits there were.
    pub(crate) results: usize,
    /// How long it took.
    pub(crate) processing_time_ms: Option<f64>,
}

/// The events of all spaces.
pub(crate) struct Events {
    options: EventOptions,
    feeds: Mutex<HashMap<Space, Arc<Feed>>>,
    seats: Arc<Seats>,
    ending: CancellationToken,
}

impl Events {
    /// Nobody listens yet. All streams end with `ending`.
    pub(crate) fn new(options: EventOptions, ending: CancellationToken) -> Self {
        let seats = Seats::new(options.max_streams);
        Self { options, feeds: Mutex::default(), seats, ending }
    }

    /// Who listens.
    pub(crate) fn seats(&self) -> &Seats {
        &self.seats
    }

    /// How they behave.
    pub(crate) fn options(&self) -> &EventOptions {
        &self.options
    }

    /// A seat, if there is one.
    pub(crate) fn sit(&self, visitor: Visitor) -> Result<Seat, Full> {
        self.seats.sit(random_id(), visitor)
    }

    /// Listens to a space from now on.
    pub(crate) async fn listen(&self, reader: &Reader, space: &Space) -> Result<Ear, EngineError> {
        let feed = {
            let mut feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
            // Ids of one space mean nothing in another.
            let new = || Arc::new(Feed::new(&random_hex(4), self.options.replay));
            Arc::clone(feeds.entry(space.clone()).or_insert_with(new))
        };
        // Before it is seen to that it runs: what nobody listens to ends.
        let ear = feed.listen();
        feed.run(reader, &self.ending).await?;
        Ok(ear)
    }

    /// Tells of a search.
    pub(crate) fn searched(&self, principal: &Principal, now: Timestamp, searched: Searched<'_>) {
        let feed = self.feeds.lock().unwrap_or_else(PoisonError::into_inner).get(&principal.space).cloned();
        let Some(feed) = feed.filter(|feed| feed.is_running()) else { return };
        let audience = Audience::WhoeverAsked(principal.id.clone());
        let payload = Payload::search_completed(now, searched);
        // Without an id: it is told now or never.
        feed.tell_now(Entry { frame: payload.frame(None), audience, shows: None });
    }
}

/// So many random bytes as hexadecimal digits. They name things and protect nothing.
fn random_hex(bytes: usize) -> String {
    let mut random = vec![0; bytes];
    if SystemRng.fill(&mut random).is_err() {
        tracing::warn!("there is no randomness to be had: names of streams may come twice");
    }
    random.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A name for a stream, of the form of a random UUID (RFC 9562 section 5.4).
fn random_id() -> String {
    let digits = random_hex(16);
    format!("{}-{}-4{}-a{}-{}", &digits[..8], &digits[8..12], &digits[13..16], &digits[17..20], &digits[20..])
}
