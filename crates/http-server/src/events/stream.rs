//! One stream: what one client hears.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use auth::Principal;
use axum::body::{Body, Bytes};
use engine::Capability;
use futures_util::stream::unfold;
use model::Space;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::feed::Ear;
use super::frame::{COMMENT, Payload, Replay};
use super::ring::{At, Audience, Entry};
use super::seats::Seat;
use crate::App;
use crate::standing::Standing;

/// How long a stream says nothing at most.
const SILENCE: Duration = Duration::from_secs(15);

/// Who listens, and to what.
pub(crate) struct Listening {
    /// Who.
    pub(crate) principal: Principal,
    /// To which partitions; none is to all.
    pub(crate) partitions: Option<HashSet<String>>,
    /// The right to a stream.
    pub(crate) seat: Seat,
    /// The event that was heard last.
    pub(crate) last_id: Option<String>,
}

/// What one client hears, as a body.
pub(crate) fn stream(app: &App, ear: Ear, listening: Listening) -> Body {
    let start = ear.feed.start(listening.last_id.as_deref());
    let heartbeat = app.events().options().heartbeat;
    let tick = tick(heartbeat);
    let mut ticks = interval_at(Instant::now() + tick, tick);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let Listening { principal, partitions, seat, last_id } = listening;
    let mut state = State {
        app: app.clone(),
        ear,
        standing: Standing::of(app, principal),
        partitions,
        seat,
        ticks,
        at: start.number,
        ticks_to_heartbeat: 0,
        is_over: false,
        first: None,
    };
    state.first = Some(state.welcome(last_id, start.is_resumed));
    state.ticks_to_heartbeat = state.ticks_a_heartbeat();
    Body::from_stream(unfold(state, |mut state| async move {
        let said = state.next().await?;
        Some((Ok::<Bytes, std::convert::Infallible>(said), state))
    }))
}

/// How long it is from one look at the caller's rights to the next: a whole part of a heartbeat, at most [`SILENCE`].
fn tick(heartbeat: Duration) -> Duration {
    let parts = heartbeat.as_secs().div_ceil(SILENCE.as_secs()).max(1);
    heartbeat / u32::try_from(parts).unwrap_or(u32::MAX)
}

/// What is kept of a stream.
struct State {
    app: App,
    ear: Ear,
    standing: Arc<Standing>,
    partitions: Option<HashSet<String>>,
    seat: Seat,
    ticks: Interval,
    /// The number of the event that it hears next.
    at: u64,
    ticks_to_heartbeat: u32,
    is_over: bool,
    first: Option<Bytes>,
}

/// Why a stream wakes up.
enum Woken {
    Ending,
    Tick,
    Event,
    Search(Option<Arc<Entry>>),
}

impl State {
    /// What it says next; none when it is over.
    async fn next(&mut self) -> Option<Bytes> {
        if self.is_over {
            return None;
        }
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        loop {
            // In this order: before anything is told, it is looked whether the caller still may hear it.
            let ending = self.app.ending().clone();
            let at = self.at;
            let woken = tokio::select! {
                biased;
                () = ending.cancelled() => Woken::Ending,
                _ = self.ticks.tick() => Woken::Tick,
                _ = self.ear.next.wait_for(|next| *next > at) => Woken::Event,
                // One who reads slowly misses some.
                search = self.ear.searches.recv() => Woken::Search(search.ok()),
            };
            let said = match woken {
                Woken::Ending => Some(self.close("the server ends")),
                Woken::Tick => Some(self.tick().await),
                Woken::Event => self.hear(),
                Woken::Search(search) => {
                    search.filter(|entry| self.hears(&entry.audience)).map(|entry| entry.frame.clone())
                }
            };
            if said.is_some() {
                return said;
            }
        }
    }

    fn welcome(&self, last_id: Option<String>, is_resumed: bool) -> Bytes {
        let feed = &self.ear.feed;
        let replay = last_id.map(|id| Replay {
            requested_last_event_id: id,
            events_replayed: feed.count(self.at, |audience| self.hears(audience)),
            buffer_size: feed.replay(),
            buffer_oldest_id: feed.oldest_id(),
            status: if is_resumed { "resumed" } else { "id_not_in_buffer" },
        });
        let heartbeat_s = self.app.events().options().heartbeat.as_secs();
        let id = &self.seat.seated().id;
        let payload = Payload::connection_established(self.app.now(), id, heartbeat_s, replay);
        payload.frame(Some(&feed.id_before(self.at)))
    }

    /// The next event that is for this caller; none when there is none before the end.
    fn hear(&mut self) -> Option<Bytes> {
        loop {
            match self.ear.feed.at(self.at) {
                At::End => return None,
                At::Forgotten(missed, first) => {
                    self.at = first;
                    let payload = Payload::events_missed(self.app.now(), Some(missed));
                    return Some(payload.frame(Some(&self.ear.feed.id_before(first))));
                }
                At::Entry(entry, next) => {
                    self.at = next;
                    if self.hears(&entry.audience) {
                        return Some(entry.frame.clone());
                    }
                }
            }
        }
    }

    fn hears(&self, audience: &Audience) -> bool {
        match (audience, &self.partitions) {
            (Audience::All, _) | (Audience::Partition(_), None) => true,
            (Audience::Partition(partition), Some(partitions)) => partitions.contains(partition),
            (Audience::WhoeverAsked(_), Some(_)) => false,
            (Audience::WhoeverAsked(asker), None) => {
                let listener = self.standing.principal();
                let is_owner = listener.space == Space::Default && listener.capability >= Capability::Admin;
                *asker == listener.id || is_owner
            }
        }
    }

    /// Looks whether the caller still may listen, and gives a sign of life.
    async fn tick(&mut self) -> Bytes {
        if !self.standing.look().await {
            return self.close("access has ended");
        }
        self.ticks_to_heartbeat -= 1;
        if self.ticks_to_heartbeat > 0 {
            return Bytes::from_static(COMMENT);
        }
        self.ticks_to_heartbeat = self.ticks_a_heartbeat();
        self.seat.seated().beat();
        let payload = Payload::heartbeat(self.app.now(), self.seat.taken());
        payload.frame(Some(&self.ear.feed.id_before(self.at)))
    }

    fn ticks_a_heartbeat(&self) -> u32 {
        let heartbeat = self.app.events().options().heartbeat;
        let ticks = heartbeat.as_secs_f64() / self.ticks.period().as_secs_f64();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to 20")]
        let ticks = ticks.round() as u32;
        ticks.max(1)
    }

    fn close(&mut self, reason: &'static str) -> Bytes {
        self.is_over = true;
        let seated = self.seat.seated();
        let seconds = seated.open_for().as_secs_f64();
        Payload::connection_closed(self.app.now(), &seated.id, seconds, reason).frame(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_is_looked_at_every_quarter_of_a_minute_at_least() {
        for (heartbeat, expected) in
            [(5, 5.0), (15, 15.0), (16, 8.0), (30, 15.0), (40, 40.0 / 3.0), (300, 15.0)]
        {
            assert!(
                (tick(Duration::from_secs(heartbeat)).as_secs_f64() - expected).abs() < 1e-6,
                "{heartbeat}"
            );
        }
    }
}
