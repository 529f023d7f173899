//! A key store in memory.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use model::{ApiKey, KeyDigest, KeyId, Space, Timestamp};
use ports::{KeyInserted, KeyStore, MAX_KEYS, StoreError};

/// A key store in memory, able to be busy on demand.
#[derive(Default)]
pub struct FakeKeyStore {
    keys: Mutex<Vec<ApiKey>>,
    busy: AtomicBool,
    closed: AtomicBool,
    uses: AtomicUsize,
    lookups: AtomicUsize,
}

impl FakeKeyStore {
    /// Makes every call answer that the store is busy.
    pub fn become_busy(&self) {
        self.busy.store(true, Ordering::SeqCst);
    }

    /// How often the use of a key was noted.
    #[must_use]
    pub fn uses(&self) -> usize {
        self.uses.load(Ordering::SeqCst)
    }

    /// How often a key was looked for.
    #[must_use]
    pub fn lookups(&self) -> usize {
        self.lookups.load(Ordering::SeqCst)
    }

    #[expect(clippy::unwrap_used, reason = "test support")]
    fn keys(&self) -> Result<MutexGuard<'_, Vec<ApiKey>>, StoreError> {
        if self.closed.load(Ordering::SeqCst) {
            return Err(StoreError::Closed);
        }
        if self.busy.load(Ordering::SeqCst) {
            return Err(StoreError::Busy { waited_ms: 0 });
        }
        Ok(self.keys.lock().unwrap())
    }

    fn find(&self, is_it: impl Fn(&ApiKey) -> bool) -> Result<Option<ApiKey>, StoreError> {
        self.lookups.fetch_add(1, Ordering::SeqCst);
        Ok(self.keys()?.iter().find(|key| is_it(key)).cloned())
    }
}

#[async_trait]
impl KeyStore for FakeKeyStore {
    async fn insert(&self, key: ApiKey) -> Result<KeyInserted, StoreError> {
        let mut keys = self.keys()?;
        let is_same = |other: &ApiKey| {
            other.id == key.id
                || other.digest == key.digest
                || (other.name == key.name && other.space == key.space && other.revoked_at.is_none())
        };
        if keys.iter().any(is_same) {
            return Ok(KeyInserted::NameTaken);
        }
        let count =
            keys.iter().filter(|other| other.space == key.space && other.revoked_at.is_none()).count();
        if count >= MAX_KEYS {
            return Ok(KeyInserted::TooMany);
        }
        keys.push(key);
        Ok(KeyInserted::Created)
    }

    async fn list(&self) -> Result<Vec<ApiKey>, StoreError> {
        let mut keys = self.keys()?.clone();
        keys.sort_by(|one, other| one.created_at.as_seconds().total_cmp(&other.created_at.as_seconds()));
        Ok(keys)
    }

    async fn by_digest(&self, digest: &KeyDigest) -> Result<Option<ApiKey>, StoreError> {
        self.find(|key| key.digest == *digest)
    }

    async fn by_id(&self, id: &KeyId) -> Result<Option<ApiKey>, StoreError> {
        self.find(|key| key.id == *id)
    }

    async fn revoke(&self, id: &KeyId, at: Timestamp) -> Result<Option<ApiKey>, StoreError> {
        let mut keys = self.keys()?;
        let Some(key) = keys.iter_mut().find(|key| key.id == *id) else { return Ok(None) };
        key.revoked_at.get_or_insert(at);
        Ok(Some(key.clone()))
    }

    async fn revoke_of(&self, space: &Space, at: Timestamp) -> Result<Vec<ApiKey>, StoreError> {
        let mut keys = self.keys()?;
        let of_it = keys.iter_mut().filter(|key| key.space == *space && key.revoked_at.is_none());
        Ok(of_it
            .map(|key| {
                key.revoked_at = Some(at);
                key.clone()
            })
            .collect())
    }

    fn record_use(&self, id: &KeyId, at: Timestamp) {
        self.uses.fetch_add(1, Ordering::SeqCst);
        let Ok(mut keys) = self.keys() else { return };
        if let Some(key) = keys.iter_mut().find(|key| key.id == *id)
            && key.last_used_at.is_none_or(|last| at > last)
        {
            key.last_used_at = Some(at);
        }
    }

    async fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }
}
