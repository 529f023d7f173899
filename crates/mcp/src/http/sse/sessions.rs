//! The event streams that are open.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ports::{Rng, SystemRng};
use rmcp::model::{ClientJsonRpcMessage, ClientNotification, JsonRpcMessage};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::http::refusal::Refusal;
use crate::server::in_flight::{InFlight, Limit};
use crate::server::order::Order;

/// How much is in flight on one stream before no more is taken.
const MAX_IN_FLIGHT: Limit = Limit { count: 64, bytes: usize::MAX };
/// How many messages wait to be read: one for each request in flight, and as many that are not answered.
const QUEUED_MESSAGES: usize = 2 * MAX_IN_FLIGHT.count;

/// The event streams that are open.
pub(super) struct Sessions {
    idle: Duration,
    open: Mutex<HashMap<String, Arc<Session>>>,
}

/// One event stream, as those who post to it see it.
pub(super) struct Session {
    principal: String,
    messages: mpsc::Sender<ClientJsonRpcMessage>,
    in_flight: Arc<InFlight>,
    state: Mutex<State>,
}

struct State {
    order: Order,
    last_message: Instant,
}

/// A session for as long as its stream is open.
pub(super) struct Opened {
    sessions: Arc<Sessions>,
    id: String,
}

impl Sessions {
    pub(super) fn new(idle: Duration) -> Arc<Self> {
        Arc::new(Self { idle, open: Mutex::default() })
    }

    /// Opens a session. What it is called nobody can guess.
    ///
    /// # Errors
    /// When there is no randomness to be had.
    pub(super) fn open(self: &Arc<Self>, session: Session) -> io::Result<Opened> {
        let mut random = [0; 16];
        SystemRng.fill(&mut random)?;
        let id = random.iter().fold(String::new(), |mut id, byte| {
            // Writing to a string does not fail.
            let _ignored = write!(id, "{byte:02x}");
            id
        });
        self.all().insert(id.clone(), Arc::new(session));
        Ok(Opened { sessions: Arc::clone(self), id })
    }

    /// A principal's session. Nobody else's is there.
    pub(super) fn get(&self, id: &str, principal: &str) -> Option<Arc<Session>> {
        self.all().get(id).filter(|session| session.principal == principal).cloned()
    }

    /// Closes those on which nothing was sent for long.
    pub(super) fn sweep(&self) {
        self.all().retain(|_, session| !session.is_idle(self.idle));
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Arc<Session>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Opened {
    /// What the session is called.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Whether it is still open and was used not long ago.
    pub(super) fn is_live(&self) -> bool {
        let session = self.sessions.all().get(&self.id).cloned();
        session.is_some_and(|session| !session.is_idle(self.sessions.idle))
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.sessions.all().remove(&self.id);
    }
}

impl Session {
    /// A principal's session, and what is posted to it.
    pub(super) fn new(principal: String) -> (Self, mpsc::Receiver<ClientJsonRpcMessage>) {
        let (messages, posted) = mpsc::channel(QUEUED_MESSAGES);
        let state = Mutex::new(State { order: Order::default(), last_message: Instant::now() });
        (Self { principal, messages, in_flight: Arc::default(), state }, posted)
    }

    /// What is not answered yet.
    pub(super) fn in_flight(&self) -> Arc<InFlight> {
        Arc::clone(&self.in_flight)
    }

    /// Delivers a message that was read from so many bytes.
    ///
    /// # Errors
    /// When too many wait, or the stream is closed.
    pub(super) fn deliver(&self, mut message: ClientJsonRpcMessage, bytes: usize) -> Result<(), Refusal> {
        let mut state = self.state();
        state.last_message = Instant::now();
        let place = self.messages.try_reserve().map_err(|error| match error {
            mpsc::error::TrySendError::Full(()) => Refusal::Busy,
            mpsc::error::TrySendError::Closed(()) => Refusal::NoSession,
        })?;
        match &mut message {
            JsonRpcMessage::Request(request) => {
                if !self.in_flight.has_room(MAX_IN_FLIGHT) {
                    return Err(Refusal::Busy);
                }
                self.in_flight.add(request.id.clone(), bytes);
                state.order.give_turn(&mut request.request);
            }
            JsonRpcMessage::Notification(notification) => {
                if let ClientNotification::CancelledNotification(cancelled) = &notification.notification
                    && let Some(id) = &cancelled.params.request_id
                {
                    // A cancelled request is not answered.
                    self.in_flight.remove(id);
                }
            }
            _ => {}
        }
        place.send(message);
        Ok(())
    }

    fn is_idle(&self, idle: Duration) -> bool {
        self.state().last_message.elapsed() >= idle
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
