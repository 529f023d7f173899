//! MCP over HTTP: the answers of [`server`](crate::server) as `tower` services, for a door that authenticates and serves.
//!
//! Both eras are answered at one address: the stateless revision 2026-07-28, whose headers and `_meta` are checked against
//! each other, and clients with a handshake, down to 2024-11-05. Neither has sessions: every request says on its own who
//! sends it, and no identifier stands for anybody. Answers are JSON, or an event stream where a client accepts one and
//! there is more to say than the answer.
//!
//! The deprecated transport of 2024-11-05, an event stream with an address to post to, is a service of its own.
//!
//! | module | what |
//! |---|---|
//! | [`Endpoints`] | what all services of a process share: limits, and when they end |
//! | `options`, `caller` | how they behave, and who was let in with a request |
//! | `sources` | the names that this server answers to, and the web pages that may ask it |
//! | `room`, `seats` | how much may wait, and how many streams may be open |
//! | `service` | all of them as `tower` services |
//! | `envelope` | what the headers of a request say |
//! | `streamable` | one address for requests |
//! | `sse` | the deprecated transport |
//! | `refusal` | what is answered to what is refused |
//!
//! The door puts an [`HttpCaller`] into the extensions of every request that it lets in. A request without one is a defect
//! and is answered as such.

mod caller;
mod envelope;
mod options;
mod refusal;
mod room;
mod seats;
mod service;
mod sources;
mod sse;
mod streamable;

use std::sync::Arc;
use std::time::Duration;

use http::request::Parts;
use rmcp::handler::server::ServerHandler;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::server::door::Door;
use crate::server::ending::{Ending, Ends, Stage};
use crate::server::handler::Handler;
use crate::server::list_changes::ListenedSpaces;
pub(crate) use caller::LOOK_INTERVAL;
pub use caller::{HttpCaller, Looking, Standing};
pub use options::HttpOptions;
pub use refusal::AnswerBody;
use refusal::Refusal;
pub(crate) use room::Place;
use room::Room;
pub(crate) use seats::{Seat, Seats};
pub use sources::{Authority, Page, Sources, is_origin};
pub use sse::Sse;
pub use streamable::Streamable;

/// What all services of a process share. Cheap to clone.
#[derive(Clone)]
pub struct Endpoints {
    shared: Arc<Shared>,
}

/// Limits, and when they end.
struct Shared {
    options: HttpOptions,
    sources: Sources,
    room: Room,
    seats: Arc<Seats>,
    calls: Arc<Semaphore>,
    ends: Ends,
    /// Calls, also those whose clients have gone.
    work: TaskTracker,
}

impl Endpoints {
    /// Services that behave so. When `stop` is cancelled they refuse new requests and close their streams; calls under way
    /// may go on for 10 seconds. Must be called on a Tokio runtime.
    #[must_use]
    pub fn new(options: HttpOptions, stop: CancellationToken) -> Self {
        let (ending, ends) = Ending::new();
        tokio::spawn(ending.follow(stop));
        let sources = Sources::new(&options.allowed_hosts, &options.allowed_origins);
        let room = Room::new(options.max_waiting_bytes, options.max_body_bytes);
        let seats = Seats::new(options.max_streams);
        let calls = Arc::new(Semaphore::new(options.max_concurrent_calls.max(1)));
        Self {
            shared: Arc::new(Shared { options, sources, room, seats, calls, ends, work: TaskTracker::new() }),
        }
    }

    /// Waits until no call runs any more, but no longer than so: calls whose clients have gone are finished, too. Returns how
    /// many still run. Nothing new should be coming in.
    pub async fn finish(&self, within: Duration) -> usize {
        let work = &self.shared.work;
        work.close();
        // What is left is counted, however the wait ended.
        let _in_time = tokio::time::timeout(within, work.wait()).await;
        work.len()
    }

    /// The service for `/mcp`.
    #[must_use]
    pub fn streamable(&self) -> Streamable {
        let door =
            Door::Requests { changes: ListenedSpaces::default(), seats: Arc::clone(&self.shared.seats) };
        let handler = Arc::new(self.shared.handler(door));
        self.in_front_of(move || Arc::clone(&handler))
    }

    /// The same in front of another server, which is made anew for every request: what holds for every server can be shown
    /// with one that has what a test suite asks for. It finds the request's head, with the [`HttpCaller`], in the extensions
    /// of each message.
    #[must_use]
    pub fn in_front_of<H: ServerHandler>(
        &self,
        server: impl Fn() -> H + Clone + Send + Sync + 'static,
    ) -> Streamable {
        service::Service(streamable::Requests::new(Arc::clone(&self.shared), server))
    }

    /// The service for `/sse` and, the same one, for the path that its clients post to, `/messages/`.
    #[must_use]
    pub fn sse(&self, messages_path: &str) -> Sse {
        service::Service(sse::Streams::new(Arc::clone(&self.shared), messages_path))
    }
}

impl Shared {
    fn handler(&self, door: Door) -> Handler {
        let (options, calls) = (self.options.server.clone(), Arc::clone(&self.calls));
        Handler { door, options, calls, ends: self.ends.clone(), work: self.work.clone() }
    }

    /// Who sent a request that may be answered.
    fn admit(&self, request: &Parts) -> Result<HttpCaller, Refusal> {
        self.sources.check(request)?;
        let Some(caller) = request.extensions.get::<HttpCaller>() else {
            tracing::error!("a request came without what was granted to its sender");
            return Err(Refusal::Internal);
        };
        if self.ends.has_reached(Stage::Working) {
            return Err(Refusal::Stopping);
        }
        Ok(caller.clone())
    }
}

#[cfg(test)]
mod tests;
