//! What was read of the provider, and for how long that is good. The server starts without it, and does without the provider for as
//! long as nobody wants to go there.

use std::sync::{Arc, MutexGuard, PoisonError};

use model::Timestamp;

use super::id_token::Unverified;
use super::keys::Keys;
use super::metadata::{self, Metadata};
use super::{OpenIdError, RelyingParty};

/// How long what was read is good, in seconds.
const FRESH_S: f64 = 3600.0;
/// How long it is used when the provider cannot be asked, in seconds.
const STALE_S: f64 = 86_400.0;
/// How long a provider that could not be asked is not asked again, in seconds.
const REST_S: f64 = 5.0;
/// How long keys are not read again because a token names one that is not among them, in seconds: anybody can name one.
const SAME_KEYS_S: f64 = 60.0;

/// What was read.
#[derive(Default)]
pub(super) struct Known {
    metadata: Option<(Arc<Metadata>, Timestamp)>,
    keys: Option<(Arc<Keys>, Timestamp)>,
    failed_at: Option<Timestamp>,
}

/// What was read at a time, if that was not longer ago.
fn read_within<T>(read: Option<&(Arc<T>, Timestamp)>, seconds: f64, now: Timestamp) -> Option<Arc<T>> {
    let (value, at) = read?;
    // A clock that was set back makes nothing younger.
    let age_s = now.as_seconds() - at.as_seconds();
    (0.0..seconds).contains(&age_s).then(|| Arc::clone(value))
}

impl RelyingParty {
    /// What the provider says of itself.
    pub(super) async fn metadata(&self) -> Result<Arc<Metadata>, OpenIdError> {
        let now = self.clock.now();
        if let Some(metadata) = read_within(self.known().metadata.as_ref(), FRESH_S, now) {
            return Ok(metadata);
        }
        let address = metadata::address(&self.settings.issuer);
        match self.read(&address, |body| Metadata::read(body, &self.settings.issuer)).await {
            Some(metadata) => {
                let metadata = Arc::new(metadata);
                self.known().metadata = Some((Arc::clone(&metadata), now));
                Ok(metadata)
            }
            None => read_within(self.known().metadata.as_ref(), STALE_S, now).ok_or(OpenIdError::Unreachable),
        }
    }

    /// The keys of the provider, with the one of a token among them, as far as it has that.
    pub(super) async fn keys(
        &self,
        metadata: &Metadata,
        of: &Unverified<'_>,
    ) -> Result<Arc<Keys>, OpenIdError> {
        let now = self.clock.now();
        let known = {
            let known = self.known();
            let fresh_s = |keys: &Arc<Keys>| if of.is_known_to(keys) { FRESH_S } else { SAME_KEYS_S };
            let fresh_s = known.keys.as_ref().map_or(0.0, |(keys, _)| fresh_s(keys));
            read_within(known.keys.as_ref(), fresh_s, now)
        };
        if let Some(keys) = known {
            return Ok(keys);
        }
        match self.read(&metadata.jwks_uri, Keys::read).await {
            Some(keys) => {
                let keys = Arc::new(keys);
                self.known().keys = Some((Arc::clone(&keys), now));
                Ok(keys)
            }
            None => read_within(self.known().keys.as_ref(), STALE_S, now).ok_or(OpenIdError::Unreachable),
        }
    }

    /// Reads a document of the provider; none when it cannot be had now. The log says why.
    async fn read<T>(
        &self,
        address: &str,
        understand: impl FnOnce(&[u8]) -> Result<T, &'static str>,
    ) -> Option<T> {
        let now = self.clock.now();
        let rests = |at: &Timestamp| (0.0..REST_S).contains(&(now.as_seconds() - at.as_seconds()));
        if self.known().failed_at.as_ref().is_some_and(rests) {
            return None;
        }
        let answer = self.provider.read(address).await;
        let read = match answer {
            Ok(answer) if answer.status == 200 => understand(&answer.body).map_err(str::to_owned),
            Ok(answer) => Err(format!("it answered with the status {}", answer.status)),
            Err(error) => Err(error.to_string()),
        };
        match read {
            Ok(value) => {
                self.known().failed_at = None;
                Some(value)
            }
            Err(reason) => {
                tracing::warn!(
                    address,
                    reason,
                    "the provider of identities (MCP_OIDC_ISSUER) is of no use now"
                );
                self.known().failed_at = Some(now);
                None
            }
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
