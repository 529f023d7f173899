//! An OAuth 2.1 authorization server: it lets programs act for users who said so in a browser. Protocol logic without input or
//! output of its own: what is kept is behind [`ports::OAuthStore`].
//!
//! | part | what |
//! |---|---|
//! | [`Settings`] | how it behaves |
//! | `metadata` | what it tells of itself (RFC 8414, RFC 9728) |
//! | `registration` | clients that register themselves (RFC 7591) |
//! | `documents` | clients whose id is the address of a document |
//! | [`Asked`] | what a client asks for in a browser, and whether it may |
//! | `consent` | the user's yes or no |
//! | `token` | codes, refresh tokens and clients' own credentials for tokens; with `code`, `refresh`, `credentials` |
//! | `revocation` | ending and examining tokens (RFC 7009, RFC 7662) |
//! | [`Bearer`] | who shows an access token |
//! | `administration` | what was allowed, and the end of it |
//!
//! An [`Authorization`](model::oauth::Authorization) is what a user allowed a client, and the family of all codes and tokens that
//! come of it. Whatever looks one of those up gets the authorization too, so that its end is the end of all of them. Why it is all
//! so: `docs/decisions/0018-oauth.md`.

mod administration;
mod asked;
mod bearer;
mod client_authentication;
mod code;
mod consent;
mod credentials;
mod documents;
mod error;
mod metadata;
mod parameters;
mod refresh;
mod registration;
mod resource;
mod revocation;
mod settings;
mod succession;
mod token;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use model::oauth::{AuthorizationId, Client, ClientId};
use model::{AuditAction, AuditEntry, AuditOutcome, Timestamp};
use ports::{AuditLog, ClientDocuments, Clock, OAuthStore, Rng, StaleBefore, StoreError};

pub use administration::Withdrawal;
pub use asked::{AskError, Asked, Objection};
pub use bearer::Bearer;
pub use documents::MAX_READ_DOCUMENTS;
pub use error::Error;
pub use refresh::GRACE_S;
pub use registration::MAX_REDIRECT_URIS;
pub use settings::{Lifetimes, Limits, Registration, Settings};

/// How codes begin.
const CODE: &str = "mac_";
/// How access tokens begin.
const ACCESS: &str = "mat_";
/// How refresh tokens begin.
const REFRESH: &str = "mrt_";
/// How the secrets of clients begin.
const CLIENT_SECRET: &str = "mcs_";

/// How often what is too old is removed, in seconds.
const SWEEP_INTERVAL_S: f64 = 300.0;
/// For how long codes, and authorizations that ended, are kept, so that a late reuse is seen, in seconds.
const ENDED_S: f64 = 86_400.0;
/// For how long a code may wait until its authorization is given up, in seconds: longer than any code is good.
const UNREDEEMED_S: f64 = 3600.0;
/// For how long a client is kept that never got a token, in seconds.
const UNUSED_CLIENT_S: f64 = 86_400.0;
/// For how long a client is kept after its last token, when nothing is allowed to it any more, in seconds.
const IDLE_CLIENT_S: f64 = 90.0 * 86_400.0;
/// From what age on a client that never got a token makes room for another one, in seconds.
const EVICTABLE_CLIENT_S: f64 = 600.0;

/// The authorization server. Nothing is kept of codes and tokens between two calls: what another process changed holds for the
/// next one.
pub struct AuthorizationServer {
    settings: Settings,
    store: Arc<dyn OAuthStore>,
    documents: Option<Arc<dyn ClientDocuments>>,
    log: Arc<dyn AuditLog>,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    /// Clients whose documents were read, and that nobody allowed anything yet.
    read: Mutex<HashMap<ClientId, Client>>,
    /// When what is too old was removed last.
    swept: Mutex<Option<Timestamp>>,
    /// When the use of each authorization was noted last.
    noted: Mutex<HashMap<AuthorizationId, Timestamp>>,
}

impl AuthorizationServer {
    /// One that behaves so. Without a way to `documents`, clients must register themselves.
    #[must_use]
    pub fn new(
        settings: Settings,
        store: Arc<dyn OAuthStore>,
        documents: Option<Arc<dyn ClientDocuments>>,
        log: Arc<dyn AuditLog>,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Self {
        let (read, swept, noted) = (Mutex::default(), Mutex::default(), Mutex::default());
        Self { settings, store, documents, log, clock, rng, read, swept, noted }
    }

    /// The address of this server, as clients know it.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// An entry of the audit log.
    fn entry(&self, action: AuditAction, outcome: AuditOutcome, from: Option<IpAddr>) -> AuditEntry {
        let entry = AuditEntry::new(self.now(), action, outcome);
        match from {
            Some(machine) => entry.from_machine(machine),
            None => entry,
        }
    }

    /// Writes an entry of something that is over: it stays over when the log cannot be written now.
    async fn note(&self, entry: AuditEntry) {
        let name = entry.name();
        if let Err(error) = self.log.record(entry).await {
            tracing::warn!(audit.entry = name, %error, "the audit log could not be written");
        }
    }

    /// Removes what is too old, once in a while.
    async fn sweep(&self) {
        let now = self.now();
        {
            let mut swept = self.swept.lock().unwrap_or_else(PoisonError::into_inner);
            if swept.is_some_and(|last| now < last.plus_seconds(SWEEP_INTERVAL_S)) {
                return;
            }
            *swept = Some(now);
        }
        let stale = StaleBefore {
            now,
            unredeemed: now.plus_seconds(-UNREDEEMED_S),
            ended: now.plus_seconds(-ENDED_S),
            unused_clients: now.plus_seconds(-UNUSED_CLIENT_S),
            idle_clients: now.plus_seconds(-IDLE_CLIENT_S),
        };
        if let Err(error) = self.store.sweep(&stale).await {
            tracing::warn!(%error, "old codes, tokens and clients could not be removed");
        }
    }

    /// A random id.
    fn id<T>(&self, from_bytes: fn([u8; model::id::ID_BYTES]) -> T) -> Result<T, Error> {
        let mut bytes = [0; model::id::ID_BYTES];
        self.rng.fill(&mut bytes).map_err(|_| Error::no_randomness())?;
        Ok(from_bytes(bytes))
    }

    /// A new secret.
    fn secret(&self, prefix: &str) -> Result<crate::Secret, Error> {
        crate::minted::mint(prefix, &*self.rng).map_err(|_| Error::no_randomness())
    }

    /// Ends a family because one of its members was used again.
    async fn end_reused(
        &self,
        own: &model::oauth::Authorization,
        what: &str,
        from: Option<IpAddr>,
    ) -> Result<(), StoreError> {
        self.store.revoke(&own.id, self.now()).await?;
        let entry = self
            .entry(AuditAction::TokenReuse, AuditOutcome::Refused, from)
            .by(format_args!("client:{}", own.client))
            .on(format_args!("authorization:{}", own.id))
            .saying(format_args!("{what} was used again, user {}", own.user));
        self.note(entry).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
