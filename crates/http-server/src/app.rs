//! What every route works with.

use std::sync::Arc;
use std::time::Instant;

use auth::{Authenticator, Principal};
use engine::{Engine, Grant};

use crate::Options;
use crate::guard::Gate;

/// What the door is made of.
pub struct Parts {
    /// The use cases.
    pub engine: Engine,
    /// Finds out who asks.
    pub authenticator: Authenticator,
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
}

impl App {
    /// What routes work with, from now on.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let gate = Gate::new(&parts.options);
        Self { shared: Arc::new(Shared { parts, gate, started: Instant::now() }) }
    }

    /// Finds out who asks.
    #[must_use]
    pub fn authenticator(&self) -> &Authenticator {
        &self.shared.parts.authenticator
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
