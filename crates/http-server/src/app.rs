//! What every route works with.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use auth::keys::Keys;
use auth::oauth::AuthorizationServer;
use auth::{Authenticator, Principal, Tickets};
use engine::{Engine, Grant};
use mcp::http::Endpoints;
use model::{Space, Timestamp};
use ports::SystemRng;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::events::{Events, Searched};
use crate::guard::Gate;
use crate::idempotency::Answers;
use crate::metrics::Metrics;
use crate::readiness::Readiness;
use crate::wire::Found;
use crate::{Options, protocol};

/// What the door is made of.
pub struct Parts {
    /// The use cases.
    pub engine: Engine,
    /// Finds out who asks.
    pub authenticator: Authenticator,
    /// Lets programs act for users who said so in a browser; none where there are no accounts.
    pub oauth: Option<Arc<AuthorizationServer>>,
    /// Makes, lists and revokes keys.
    pub keys: Keys,
    /// How the door behaves.
    pub options: Options,
}

/// What every route works with. Cheap to clone.
#[derive(Clone)]
pub struct App {
    shared: Arc<Shared>,
}

struct Shared {
    parts: Parts,
    gate: Gate,
    started: Instant,
    ending: CancellationToken,
    events: Events,
    tickets: Tickets,
    endpoints: OnceLock<Endpoints>,
    readiness: Readiness,
    metrics: Metrics,
    answers: Answers,
    work: TaskTracker,
    ended: OnceLock<tokio::time::Instant>,
}

impl App {
    /// What routes work with, from now on.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let issuer = parts.oauth.as_deref().map(AuthorizationServer::issuer);
        let gate = Gate::new(&parts.options, issuer);
        let ending = CancellationToken::new();
        let shared = Shared {
            events: Events::new(parts.options.events.clone(), ending.clone()),
            tickets: Tickets::new(Arc::new(SystemRng)),
            endpoints: OnceLock::new(),
            readiness: Readiness::default(),
            metrics: Metrics::default(),
            answers: Answers::default(),
            work: TaskTracker::new(),
            ended: OnceLock::new(),
            started: Instant::now(),
            ending,
            gate,
            parts,
        };
        Self { shared: Arc::new(shared) }
    }

    /// Ends all streams. A server calls it when it is told to stop: streams have no end of their own that it could wait for.
    pub fn end(&self) {
        self.shared.ended.get_or_init(tokio::time::Instant::now);
        self.shared.ending.cancel();
    }

    /// Waits until nothing is under way any more, but no longer than so from [`App::end`] on: writes and calls whose clients have
    /// gone are finished, too. To be called when nothing new comes in, before the engine is closed.
    pub async fn finish(&self, within: Duration) {
        let passed = self.shared.ended.get().map_or(Duration::ZERO, tokio::time::Instant::elapsed);
        let within = within.saturating_sub(passed);
        let work = &self.shared.work;
        work.close();
        let endpoints = async {
            match self.shared.endpoints.get() {
                Some(endpoints) => endpoints.finish(within).await,
                None => 0,
            }
        };
        let (_in_time, calls) = tokio::join!(tokio::time::timeout(within, work.wait()), endpoints);
        let left = work.len() + calls;
        if left > 0 {
            tracing::warn!(left, "the server ends and work is still under way: it is given up");
        }
    }

    /// Writes that go on when their clients have gone.
    pub(crate) fn work(&self) -> &TaskTracker {
        &self.shared.work
    }

    /// Cancelled when all streams end.
    pub(crate) fn ending(&self) -> &CancellationToken {
        &self.shared.ending
    }

    /// The use cases.
    pub(crate) fn engine(&self) -> &Engine {
        &self.shared.parts.engine
    }

    /// The keys of this installation.
    pub(crate) fn keys(&self) -> &Keys {
        &self.shared.parts.keys
    }

    /// What time it is.
    pub(crate) fn now(&self) -> Timestamp {
        self.engine().now()
    }

    /// Live events.
    pub(crate) fn events(&self) -> &Events {
        &self.shared.events
    }

    /// Tells those who may know it of a search.
    pub(crate) fn searched(&self, principal: &Principal, found: &Found) {
        let searched = Searched {
            query: &found.query,
            search_type: &found.search_type,
            results: found.results.len(),
            processing_time_ms: found.processing_time_ms,
        };
        self.events().searched(principal, self.now(), searched);
    }

    /// Tickets for event streams.
    pub(crate) fn tickets(&self) -> &Tickets {
        &self.shared.tickets
    }

    /// MCP. Must be called on a Tokio runtime.
    pub(crate) fn endpoints(&self) -> &Endpoints {
        self.shared.endpoints.get_or_init(|| protocol::endpoints(self))
    }

    /// Whether it works.
    pub(crate) fn readiness(&self) -> &Readiness {
        &self.shared.readiness
    }

    /// What is counted.
    pub(crate) fn metrics(&self) -> &Metrics {
        &self.shared.metrics
    }

    /// The owner's handle on the default space, for what the server does by itself.
    pub(crate) fn own_grant(&self) -> Grant {
        self.engine().grant(&Space::Default, engine::Capability::Admin)
    }

    /// Finds out who asks.
    #[must_use]
    pub fn authenticator(&self) -> &Authenticator {
        &self.shared.parts.authenticator
    }

    /// The authorization server, where there is one.
    pub(crate) fn oauth(&self) -> Option<&Arc<AuthorizationServer>> {
        self.shared.parts.oauth.as_ref()
    }

    /// How the door behaves.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.shared.parts.options
    }

    /// What the guards remember from one request to the next.
    pub(crate) fn gate(&self) -> &Gate {
        &self.shared.gate
    }

    /// What was answered to writes that may be sent again.
    pub(crate) fn answers(&self) -> &Answers {
        &self.shared.answers
    }

    /// How long the door has been open, in seconds.
    #[must_use]
    pub fn uptime_seconds(&self) -> f64 {
        self.shared.started.elapsed().as_secs_f64()
    }

    /// What somebody may do, as handles.
    #[must_use]
    pub fn grant(&self, principal: &Principal) -> Grant {
        self.shared.parts.engine.grant(&principal.space, principal.capability)
    }
}
