//! Whether somebody who was let in would be let in now: looked at for as long as a stream is open.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use auth::{Principal, Refusal};
use mcp::http::{Looking, Standing as Asked};

use crate::App;

/// How often in a row it may be unknown.
const UNCONFIRMED: u32 = 2;

/// Somebody who was let in.
pub(crate) struct Standing {
    app: App,
    principal: Principal,
    /// How often in a row it was unknown.
    unconfirmed: AtomicU32,
}

impl Standing {
    pub(crate) fn of(app: &App, principal: Principal) -> Arc<Self> {
        Arc::new(Self { app: app.clone(), principal, unconfirmed: AtomicU32::new(0) })
    }

    /// Who.
    pub(crate) fn principal(&self) -> &Principal {
        &self.principal
    }

    /// Looks whether they would be let in now.
    pub(crate) async fn look(&self) -> bool {
        match self.app.authenticator().confirm(&self.principal).await {
            Ok(()) => {
                self.unconfirmed.store(0, Ordering::Relaxed);
                true
            }
            Err(Refusal::Unavailable(_)) => {
                self.unconfirmed.fetch_add(1, Ordering::Relaxed) + 1 < UNCONFIRMED
            }
            Err(_) => false,
        }
    }
}

impl Asked for Standing {
    fn is_good(self: Arc<Self>) -> Looking {
        Box::pin(async move { self.look().await })
    }
}
