//! From what a request shows to who it is from.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::{ApiKey, Capability, KeyDigest, KeyId, KeyState, Space, Timestamp};
use ports::{Clock, KeyStore, MAX_KEYS, StoreError};
use thiserror::Error;

use crate::people;
use crate::presented::Shown;
use crate::secret::same;
use crate::{KeySecret, MAX_CREDENTIAL_BYTES, Method, People, Presented, Principal, Secret};

/// How often the use of a key is noted at most, in seconds.
pub const USE_INTERVAL_S: f64 = 60.0;

/// What the owner decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// The key of the settings; its holder may do everything.
    pub owner_key: Option<Secret>,
    /// What a caller may do who shows nothing; none is nothing.
    pub anonymous: Option<Capability>,
}

/// Why a request is from nobody.
#[derive(Debug, Error)]
pub enum Refusal {
    /// It shows nothing.
    #[error(
        "authentication is required: send an API key, as `Authorization: Bearer <key>` or as `X-API-Key: <key>`"
    )]
    Missing,
    /// What it shows is not good (any more).
    #[error("the API key or token is not valid here: it is mistyped, unknown, expired or revoked")]
    Invalid,
    /// It means a space that what it shows does not open.
    #[error(
        "there is no such space for this credential: leave `X-Memory-Space` out, or name one that `GET /api/spaces` lists"
    )]
    NoSpace,
    /// Nobody can tell now.
    #[error("the API key or token cannot be checked now: try again")]
    Unavailable(#[source] StoreError),
}

/// Tells who a request is from. Nothing is kept of a key's state between two requests: what another process changed holds for
/// the next one.
pub struct Authenticator {
    owner: Option<KeyDigest>,
    anonymous: Option<Capability>,
    keys: Arc<dyn KeyStore>,
    people: Option<People>,
    clock: Arc<dyn Clock>,
    /// When the use of each key was noted last.
    noted: Mutex<HashMap<KeyId, Timestamp>>,
}

impl Authenticator {
    /// One that follows a policy.
    #[must_use]
    pub fn new(policy: Policy, keys: Arc<dyn KeyStore>, clock: Arc<dyn Clock>) -> Self {
        let Policy { owner_key, anonymous } = policy;
        let owner = owner_key.map(|key| key.digest());
        Self { owner, anonymous, keys, people: None, clock, noted: Mutex::default() }
    }

    /// The same, and it knows users by their sessions, and programs that act for them by their tokens.
    #[must_use]
    pub fn knowing(self, people: People) -> Self {
        Self { people: Some(people), ..self }
    }

    /// The users, where there are any accounts.
    #[must_use]
    pub fn people(&self) -> Option<&People> {
        self.people.as_ref()
    }

    /// Who a request is from.
    ///
    /// Each credential is tried, so a wrong one does not mask a good one. When all that is shown is wrong, the request is
    /// refused, even where callers who show nothing are served: somebody who shows a key means to be known by it.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn authenticate(&self, presented: Presented<'_>) -> Result<Principal, Refusal> {
        let mut refusal = None;
        for shown in presented.all() {
            match self.holder(shown, presented.path).await {
                Ok(Some(principal)) => return self.in_space(principal, presented.space).await,
                // A browser sends what it has: that a session is over is the same as that there is none.
                Ok(None) if matches!(shown, Shown::Session(_)) => {}
                Ok(None) => refusal = refusal.or(Some(Refusal::Invalid)),
                Err(error) => refusal = Some(Refusal::Unavailable(error)),
            }
        }
        match refusal {
            Some(refusal) => Err(refusal),
            None => {
                let anonymous = self.anonymous.map(Principal::anonymous).ok_or(Refusal::Missing)?;
                self.in_space(anonymous, presented.space).await
            }
        }
    }

    /// The same caller in the space that is meant. A session opens every space of its user, everything else one space: naming
    /// another one is refused, so that nobody writes into a space that was not meant.
    async fn in_space(&self, principal: Principal, meant: Option<&[u8]>) -> Result<Principal, Refusal> {
        let Some(meant) = meant else { return Ok(principal) };
        let space = std::str::from_utf8(meant).ok().and_then(|text| Space::parse(text).ok());
        let space = space.ok_or(Refusal::NoSpace)?;
        match (&principal.method, &self.people) {
            _ if principal.space == space => Ok(principal),
            (Method::Session(_, user), Some(people)) => {
                let found = people.allowed(user, &space).await.map_err(Refusal::Unavailable)?;
                let (user, capability) = found.ok_or(Refusal::NoSpace)?;
                Ok(Principal { capability, reach: people::reach(&user, &space), space, ..principal })
            }
            _ => Err(Refusal::NoSpace),
        }
    }

    /// Whether somebody who was known before would be known now: for streams that stay open and for tickets.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn confirm(&self, principal: &Principal) -> Result<(), Refusal> {
        let is_good = match &principal.method {
            Method::OwnerKey => self.owner.is_some(),
            Method::Anonymous => self.anonymous >= Some(principal.capability),
            Method::Key(id) => {
                let found = self.keys.by_id(id).await.map_err(Refusal::Unavailable)?;
                found.is_some_and(|key| {
                    self.is_active(&key)
                        && key.space == principal.space
                        && key.capability >= principal.capability
                })
            }
            Method::Session(id, user) => match &self.people {
                Some(people) => {
                    let found =
                        people.confirms_session(id, user, &principal.space, principal.capability).await;
                    found.map_err(Refusal::Unavailable)?
                }
                None => false,
            },
            Method::Token(id) => match &self.people {
                Some(people) => {
                    let found = people.confirms_token(id, &principal.space, principal.capability).await;
                    found.map_err(Refusal::Unavailable)?
                }
                None => false,
            },
        };
        if is_good { Ok(()) } else { Err(Refusal::Invalid) }
    }

    /// Whether callers are served who show nothing.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.anonymous.is_some()
    }

    /// Whether anybody could be known by a key now.
    ///
    /// # Errors
    /// [`StoreError`] when the keys cannot be read.
    pub async fn has_keys(&self) -> Result<bool, StoreError> {
        if self.owner.is_some() {
            return Ok(true);
        }
        Ok(self.keys.list().await?.iter().any(|key| self.is_active(key)))
    }

    /// Ends what is under way and closes the key store.
    pub async fn close(&self) {
        self.keys.close().await;
    }

    /// Who shows something, if it is good at that path.
    async fn holder(&self, shown: Shown<'_>, path: &str) -> Result<Option<Principal>, StoreError> {
        let (Shown::Bearer(credential) | Shown::Key(credential) | Shown::Session(credential)) = shown;
        if credential.len() > MAX_CREDENTIAL_BYTES {
            return Ok(None);
        }
        match (shown, &self.people) {
            (Shown::Session(secret), Some(people)) => people.of_session(secret).await,
            (Shown::Session(_), None) => Ok(None),
            (Shown::Bearer(token), Some(people)) => match self.holder_of_key(token).await? {
                Some(principal) => Ok(Some(principal)),
                None => people.of_token(token, path).await,
            },
            (Shown::Bearer(key) | Shown::Key(key), _) => self.holder_of_key(key).await,
        }
    }

    async fn holder_of_key(&self, credential: &[u8]) -> Result<Option<Principal>, StoreError> {
        if self.owner.is_some_and(|owner| same(&owner, &KeyDigest::of(credential))) {
            return Ok(Some(Principal::owner()));
        }
        // What is no key need not be looked up.
        let Some(secret) = KeySecret::parse(credential) else { return Ok(None) };
        let digest = secret.digest();
        let found = self.keys.by_digest(&digest).await?;
        let good = found.filter(|key| same(&key.digest, &digest) && self.is_active(key));
        Ok(good.map(|key| {
            self.note_use(&key);
            Principal::of_key(&key)
        }))
    }

    fn is_active(&self, key: &ApiKey) -> bool {
        key.state(self.clock.now()) == KeyState::Active
    }

    fn note_use(&self, key: &ApiKey) {
        let now = self.clock.now();
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let is_recent = |last: Timestamp| now < last.plus_seconds(USE_INTERVAL_S);
        if noted.get(&key.id).copied().is_some_and(is_recent) || key.last_used_at.is_some_and(is_recent) {
            return;
        }
        // Keys come and go; a few of them are no burden.
        if noted.len() >= 2 * MAX_KEYS {
            noted.clear();
        }
        noted.insert(key.id.clone(), now);
        self.keys.record_use(&key.id, now);
    }
}

#[cfg(test)]
mod tests;
