//! Who shows an access token.

use std::sync::PoisonError;

use model::oauth::{AuthorizationId, ClientName};
use model::{Capability, Space, Timestamp, UserId};
use ports::StoreError;

use super::{ACCESS, AuthorizationServer};
use crate::secret::same;
use crate::{USE_INTERVAL_S, minted};

/// How many authorizations are remembered whose use was noted.
const MAX_NOTED: usize = 10_000;

/// Who shows an access token, and what was allowed. What the user may do in the space now is for the caller to know.
#[derive(Debug, Clone, PartialEq)]
pub struct Bearer {
    /// What was allowed.
    pub authorization: AuthorizationId,
    /// What the client calls itself, which nobody verified.
    pub client_name: Option<ClientName>,
    /// For whom it acts.
    pub user: UserId,
    /// In which space.
    pub space: Space,
    /// What the token is good for there at most.
    pub capability: Capability,
    /// What the token is good for: an address of this server. [`AuthorizationServer::is_good_at`] says whether a path is one.
    pub resource: String,
    /// From when on the token is refused.
    pub expires_at: Timestamp,
}

impl AuthorizationServer {
    /// Who shows a credential; none when it is no access token, or none that is good now.
    ///
    /// # Errors
    /// [`StoreError`] when nobody can tell.
    pub async fn bearer(&self, credential: &[u8]) -> Result<Option<Bearer>, StoreError> {
        let Some(secret) = minted::parse(ACCESS, credential) else { return Ok(None) };
        let digest = secret.digest();
        let Some((token, own)) = self.store.access_token(&digest).await? else { return Ok(None) };
        let now = self.now();
        if !same(&token.digest, &digest) || now >= token.expires_at || !own.is_active(now) {
            return Ok(None);
        }
        self.note_use(&own.id, own.last_used_at, now);
        Ok(Some(Bearer {
            authorization: own.id,
            client_name: own.client_name,
            user: own.user,
            space: own.space,
            capability: token.capability.min(own.capability),
            resource: token.resource,
            expires_at: token.expires_at,
        }))
    }

    /// Whether an access token is good for a path of this server, without what a proxy puts before it.
    #[must_use]
    pub fn is_good_at(&self, bearer: &Bearer, path: &str) -> bool {
        self.covers_path(&bearer.resource, path)
    }

    fn note_use(&self, id: &AuthorizationId, last: Option<Timestamp>, now: Timestamp) {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let is_recent = |last: Timestamp| now < last.plus_seconds(USE_INTERVAL_S);
        if noted.get(id).copied().is_some_and(is_recent) || last.is_some_and(is_recent) {
            return;
        }
        if noted.len() >= MAX_NOTED {
            noted.clear();
        }
        noted.insert(id.clone(), now);
        self.store.record_use(id, now);
    }
}

#[cfg(test)]
mod tests;
