//! Signing in with a provider of identities: the client's side of OpenID Connect ("relying party").
//!
//! | part | what |
//! |---|---|
//! | [`Settings`] | which provider, and who may become a user by it |
//! | `metadata` | what the provider says of itself (OpenID Connect Discovery 1.0) |
//! | `keys` | the keys with which it signs (JWK sets), and whether a signature is one of them |
//! | `id_token` | who it says somebody is |
//! | `journey` | a browser that was sent there: what its cookie holds, and what comes of that |
//! | `known` | what was read of the provider, and for how long that is good |
//! | `returning` | a browser that comes back |
//!
//! The code flow with PKCE (RFC 7636), `state` and `nonce`, each of them made of one secret in a cookie of the browser: nothing is
//! kept here before somebody comes back, and whoever comes back with another browser's answer is nobody. What is read comes through
//! [`ports::IdentityProvider`]. Who the users are is [`Identities`]' matter. Why so:
//! `docs/decisions/0024-external-sign-in.md`.

mod id_token;
mod journey;
mod keys;
mod known;
mod metadata;
mod returning;
mod settings;

use std::sync::{Arc, Mutex};

use model::{Session, SessionId};
use ports::{Clock, IdentityProvider, Rng, StoreError};
use thiserror::Error;

use crate::Secret;
use crate::accounts::{AccountsError, Identities};
pub(crate) use id_token::Claims;
use id_token::Wrong;
pub use journey::{JOURNEY_LIFETIME_S, MAX_NEXT_BYTES};
pub use returning::{Arrived, Came};
pub use settings::{InvalidProvider, Settings, SignUp};

/// Why nobody came of a journey to the provider. The log and the audit log know more.
#[derive(Debug, Error)]
pub enum OpenIdError {
    /// The provider cannot be reached, or says something that is no answer.
    #[error("the provider cannot be reached now: try again, or sign in with a password")]
    Unreachable,
    /// The browser was not sent there from here, took too long, or came back before.
    #[error("this sign-in was begun elsewhere, too long ago, or is used up: begin again")]
    NotBegun,
    /// The provider let nobody in.
    #[error("the provider did not sign anybody in")]
    Denied,
    /// What the provider says cannot be relied on.
    #[error("the answer of the provider cannot be relied on: {0}")]
    Wrong(&'static str),
    /// It is nobody who may come in here.
    #[error("no user here has this identity")]
    Nobody,
    /// It is another user's.
    #[error("this identity is linked already")]
    Taken,
    /// The user has too many.
    #[error("there are {} identities already", ports::MAX_IDENTITIES_OF_ONE)]
    TooMany,
    /// What accounts refuse.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
}

impl From<StoreError> for OpenIdError {
    fn from(error: StoreError) -> Self {
        Self::Accounts(error.into())
    }
}

impl From<Wrong> for OpenIdError {
    fn from(wrong: Wrong) -> Self {
        Self::Wrong(wrong.0)
    }
}

/// A browser that is to go to the provider.
#[derive(Debug, Clone)]
pub struct Departure {
    /// Where to.
    pub address: String,
    /// What its cookie has to hold until it comes back.
    pub cookie: Secret,
}

/// One provider, with whose identities users sign in here.
pub struct RelyingParty {
    settings: Settings,
    provider: Arc<dyn IdentityProvider>,
    identities: Identities,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    known: Mutex<known::Known>,
}

impl RelyingParty {
    /// A provider. It is not asked before somebody wants to go there.
    #[must_use]
    pub fn new(
        settings: Settings,
        provider: Arc<dyn IdentityProvider>,
        identities: Identities,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Self {
        Self { settings, provider, identities, clock, rng, known: Mutex::default() }
    }

    /// How people know the provider.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// Who is who.
    #[must_use]
    pub fn identities(&self) -> &Identities {
        &self.identities
    }

    /// Sends a browser to the provider to sign in; afterwards it goes to `next`, a path of this server that the caller looked at.
    ///
    /// # Errors
    /// [`OpenIdError::Unreachable`]; [`AccountsError::Randomness`].
    pub async fn depart(&self, next: &str) -> Result<Departure, OpenIdError> {
        self.send_off(next, None).await
    }

    /// Sends the browser of a session there to link an identity, after its user showed the password (see [`Identities::proven`]).
    ///
    /// # Errors
    /// As [`RelyingParty::depart`].
    pub async fn depart_to_link(&self, session: &Session) -> Result<Departure, OpenIdError> {
        self.send_off("", Some(&session.id)).await
    }

    async fn send_off(&self, next: &str, link: Option<&SessionId>) -> Result<Departure, OpenIdError> {
        let metadata = self.metadata().await?;
        let mut seed = [0; journey::SEED_BYTES];
        self.rng.fill(&mut seed).map_err(AccountsError::from)?;
        let journey = journey::Journey::new(seed, self.clock.now(), next, link.cloned());
        let proof = journey.proof();
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("redirect_uri", &self.settings.redirect_uri)
            .append_pair("scope", &self.settings.scopes)
            .append_pair("state", &proof.state)
            .append_pair("nonce", &proof.nonce)
            .append_pair("code_challenge", &proof.challenge())
            .append_pair("code_challenge_method", "S256");
        let endpoint = &metadata.authorization_endpoint;
        let separator = if endpoint.contains('?') { '&' } else { '?' };
        let address = format!("{endpoint}{separator}{}", query.finish());
        Ok(Departure { address, cookie: journey.seal(&self.settings.client_secret) })
    }
}

#[cfg(test)]
mod tests;
