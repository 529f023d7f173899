//! The keys of an installation: making, listing, revoking them. Each act is in the audit log.

use std::fmt;
use std::io;
use std::sync::Arc;

use model::{Account, ApiKey, AuditAction, AuditEntry, AuditOutcome, KeyId, KeyName, Space, Timestamp};
use ports::{AccountStore, AuditLog, Clock, KeyInserted, KeyStore, MAX_KEYS, Rng, SpaceStore, StoreError};
use thiserror::Error;

use crate::{KeyRequest, KeySecret, new_key};

/// Why a key was not made. Nothing was left behind then that lets anybody in.
#[derive(Debug, Error)]
pub enum KeysError {
    /// The name is taken.
    #[error("there is a key named '{0}' already: choose another name, or revoke that key first")]
    NameTaken(KeyName),
    /// There are too many keys.
    #[error("the space has {MAX_KEYS} keys already, and no more are kept: revoke those that nobody needs")]
    TooMany,
    /// The key is for a space that is not there.
    #[error("there is no such space: list the spaces to see which there are")]
    NoSpace,
    /// It would end before it begins.
    #[error("the end of the key is not in the future: it would be of no use")]
    Ended,
    /// There is no randomness for a key.
    #[error("there is no randomness to be had for a key: try again")]
    Randomness(#[source] io::Error),
    /// The keys cannot be read or written now.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The keys of an installation. Nothing is kept of them between two calls.
#[derive(Clone)]
pub struct Keys {
    keys: Arc<dyn KeyStore>,
    spaces: Arc<dyn SpaceStore>,
    accounts: Arc<dyn AccountStore>,
    log: Arc<dyn AuditLog>,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
}

impl Keys {
    /// The keys of a store, for the spaces that there are: shared ones, and those of users.
    #[must_use]
    pub fn new(
        keys: Arc<dyn KeyStore>,
        spaces: Arc<dyn SpaceStore>,
        accounts: Arc<dyn AccountStore>,
        log: Arc<dyn AuditLog>,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Self {
        Self { keys, spaces, accounts, log, clock, rng }
    }

    /// Every key, also expired and revoked ones, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list(&self) -> Result<Vec<ApiKey>, StoreError> {
        self.keys.list().await
    }

    /// Makes a key: the key itself, to be shown once, and what is kept of it. `by` is who wants it, as the audit log names them.
    ///
    /// # Errors
    /// [`KeysError`].
    pub async fn create(
        &self,
        by: impl fmt::Display + Send,
        request: KeyRequest,
    ) -> Result<(KeySecret, ApiKey), KeysError> {
        let now = self.clock.now();
        if request.expires_at.is_some_and(|end| end <= now) {
            return Err(KeysError::Ended);
        }
        self.must_exist(&request.space).await?;
        let (secret, kept) = new_key(request, now, &*self.rng).map_err(KeysError::Randomness)?;
        match self.keys.insert(kept.clone()).await? {
            KeyInserted::Created => {}
            KeyInserted::NameTaken => return Err(KeysError::NameTaken(kept.name)),
            KeyInserted::TooMany => return Err(KeysError::TooMany),
        }
        // Looked at again: whoever removes a space at the same time has revoked its keys before, or will see this one.
        let written_down = match self.must_exist(&kept.space).await {
            Ok(()) => self.record(AuditAction::KeyCreate, by, &kept).await.map_err(KeysError::from),
            gone => gone,
        };
        if let Err(error) = written_down {
            // Nobody has seen it, and nothing tells of it: it must not stay.
            self.keys.revoke(&kept.id, now).await?;
            return Err(error);
        }
        Ok((secret, kept))
    }

    /// Revokes a key for good, and gives it as it is then; none when there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn revoke(
        &self,
        by: impl fmt::Display + Send,
        id: &KeyId,
    ) -> Result<Option<ApiKey>, StoreError> {
        let Some(before) = self.keys.by_id(id).await? else { return Ok(None) };
        let revoked = self.keys.revoke(id, self.clock.now()).await?;
        if let (None, Some(key)) = (before.revoked_at, &revoked) {
            self.record(AuditAction::KeyRevoke, by, key).await?;
        }
        Ok(revoked)
    }

    async fn must_exist(&self, space: &Space) -> Result<(), KeysError> {
        match space {
            Space::Default => Ok(()),
            Space::Named(id) if self.spaces.find(id).await?.is_some() => Ok(()),
            Space::Named(_) => {
                let is_there = |account: &Account| account.user.space == *space && account.user.is_active();
                let accounts = self.accounts.all().await?;
                accounts.iter().any(is_there).then_some(()).ok_or(KeysError::NoSpace)
            }
        }
    }

    async fn record(
        &self,
        action: AuditAction,
        by: impl fmt::Display + Send,
        key: &ApiKey,
    ) -> Result<(), StoreError> {
        self.log.record(entry(self.clock.now(), action, by, key)).await
    }
}

/// Revokes every key of a space, and writes that down.
///
/// # Errors
/// [`StoreError`].
pub(crate) async fn revoke_of(
    keys: &dyn KeyStore,
    log: &dyn AuditLog,
    now: Timestamp,
    by: impl fmt::Display + Send,
    space: &Space,
) -> Result<(), StoreError> {
    for key in keys.revoke_of(space, now).await? {
        log.record(entry(now, AuditAction::KeyRevoke, &by, &key)).await?;
    }
    Ok(())
}

/// What the audit log says of an act on a key.
fn entry(at: Timestamp, action: AuditAction, by: impl fmt::Display, key: &ApiKey) -> AuditEntry {
    AuditEntry::new(at, action, AuditOutcome::Done)
        .by(by)
        .on(format_args!("key:{}", key.id))
        .saying(format_args!("scope {}, space {}, {}", key.capability.name(), key.space, key.name))
}

#[cfg(test)]
mod tests;
