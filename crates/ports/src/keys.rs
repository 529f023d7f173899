//! The key store: what is kept of the API keys of an installation.

use async_trait::async_trait;
use model::{ApiKey, KeyDigest, KeyId, Space, Timestamp};

use crate::StoreError;

/// How many keys that are not revoked a space may have.
pub const MAX_KEYS: usize = 1000;

/// How a new key was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyInserted {
    /// It is kept.
    Created,
    /// A key of its space that is not revoked has its name (or any key its id, or its digest). Nothing was written.
    NameTaken,
    /// Its space has [`MAX_KEYS`] that are not revoked already. Nothing was written.
    TooMany,
}

/// What is kept of the API keys of an installation. Several processes share it, and what one of them writes holds for all
/// of them at once.
///
/// A store that is not there yet has no keys; only [`KeyStore::insert`] makes it.
#[async_trait]
pub trait KeyStore: Send + Sync {
    /// Keeps a new key.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn insert(&self, key: ApiKey) -> Result<KeyInserted, StoreError>;

    /// Every key, also expired and revoked ones, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn list(&self) -> Result<Vec<ApiKey>, StoreError>;

    /// The key with a digest, in whatever state it is.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn by_digest(&self, digest: &KeyDigest) -> Result<Option<ApiKey>, StoreError>;

    /// The key with an id, in whatever state it is.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn by_id(&self, id: &KeyId) -> Result<Option<ApiKey>, StoreError>;

    /// Revokes a key for good, and gives it as it is then; none when there is none. One that was revoked before keeps the time
    /// of that.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn revoke(&self, id: &KeyId, at: Timestamp) -> Result<Option<ApiKey>, StoreError>;

    /// Revokes every key of a space for good, all of them at once, and gives those that were good before, in any order.
    ///
    /// # Errors
    /// [`StoreError`]; none is revoked then.
    async fn revoke_of(&self, space: &Space, at: Timestamp) -> Result<Vec<ApiKey>, StoreError>;

    /// Notes some time that a key was used. Nobody waits for it, and it may be left out when the store is busy. It is
    /// written before any call to [`KeyStore::revoke`], [`KeyStore::revoke_of`] or [`KeyStore::insert`] that comes later. An earlier time than the
    /// one that is kept changes nothing.
    fn record_use(&self, id: &KeyId, at: Timestamp);

    /// Ends what is under way and closes the store. Every later call is [`StoreError::Closed`].
    async fn close(&self);
}
