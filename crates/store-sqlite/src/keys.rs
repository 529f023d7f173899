//! The store of access: API keys, shared spaces, what an authorization server keeps, and the audit log in a file of their own, apart from the memories, so that neither a
//! backup nor an export of those holds them.
//!
//! | module | what |
//! |---|---|
//! | `form` | whose file it is, its tables, and how an older one is brought up to date |
//! | `rows` | the statements of keys |
//! | `accounts` | users, how they sign in and where: tables and statements |
//! | `audit` | the audit log: its table and its statements |
//! | `spaces` | shared spaces and their members: tables and statements |
//! | `oauth` | what an authorization server keeps: tables and statements |
//! | `identities` | who is who at providers of identities: tables and statements |
//! | `session` | the connection of a thread |
//! | `examine` | looking for damage |

mod accounts;
mod audit;
mod examine;
mod form;
mod identities;
mod oauth;
mod rows;
mod session;
mod spaces;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use model::{ApiKey, KeyDigest, KeyId, Space, Timestamp};
use ports::{KeyInserted, KeyStore, StoreError};
use rusqlite::Connection;

use crate::NetworkFileSystem;
use crate::error::Result;
use crate::pool::{Lane, Users};
use session::{Missing, Place, Session};

/// API keys, shared spaces and the audit log in an SQLite file. Nothing is opened before the first call, and nothing is made before the first
/// thing is kept.
///
/// A file that is put in the place of the one that is open is the one that counts from then on; one that is removed has no
/// keys.
pub struct SqliteKeyStore {
    users: Users,
    lanes: Mutex<Option<Arc<Lanes>>>,
}

/// One thread that reads and one that writes: whether a key is good is known while another process writes.
struct Lanes {
    // Fields are dropped in order, so that the writer's connection is the last one and folds the log into the file.
    reader: Lane<Session>,
    writer: Lane<Session>,
}

impl SqliteKeyStore {
    /// The keys in a file, which need not be there.
    ///
    /// # Errors
    /// [`StoreError::Open`] when the threads cannot be started.
    pub fn new(path: impl Into<PathBuf>, network: NetworkFileSystem) -> Result<Self> {
        let (place, users) = (Arc::new(Place { path: path.into(), network }), Users::one());
        let session = || Session::new(Arc::clone(&place), users.clone());
        let reader = Lane::start("keys-read", 1, session)?;
        let writer = Lane::start("keys-write", 1, session)?;
        Ok(Self { users: users.clone(), lanes: Mutex::new(Some(Arc::new(Lanes { reader, writer }))) })
    }

    fn lanes(&self) -> Result<Arc<Lanes>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or(StoreError::Closed)
    }

    /// What the file gives; none when there is none.
    async fn reading<T: Send + 'static>(
        &self,
        work: impl Fn(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<Option<T>> {
        self.lanes()?.reader.run(move |session: &mut Session| session.read(work)).await
    }

    /// What one unit of work on the file comes to; none when there is none and none is made.
    async fn writing<T: Send + 'static>(
        &self,
        missing: Missing,
        work: impl Fn(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<Option<T>> {
        self.lanes()?.writer.run(move |session: &mut Session| session.write(missing, work)).await
    }

    fn take(&self) -> Option<Arc<Lanes>> {
        let lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        self.users.leave();
        Some(lanes)
    }
}

#[async_trait]
impl KeyStore for SqliteKeyStore {
    async fn insert(&self, key: ApiKey) -> Result<KeyInserted> {
        let inserted = self.writing(Missing::Create, move |file| rows::insert(file, &key)).await?;
        // A session that may create has a file to give.
        Ok(inserted.unwrap_or(KeyInserted::Created))
    }

    async fn list(&self) -> Result<Vec<ApiKey>> {
        Ok(self.reading(rows::list).await?.unwrap_or_default())
    }

    async fn by_digest(&self, digest: &KeyDigest) -> Result<Option<ApiKey>> {
        let digest = *digest;
        Ok(self.reading(move |file| rows::by_digest(file, &digest)).await?.flatten())
    }

    async fn by_id(&self, id: &KeyId) -> Result<Option<ApiKey>> {
        let id = id.clone();
        Ok(self.reading(move |file| rows::by_id(file, &id)).await?.flatten())
    }

    async fn revoke(&self, id: &KeyId, at: Timestamp) -> Result<Option<ApiKey>> {
        let id = id.clone();
        Ok(self.writing(Missing::Leave, move |file| rows::revoke(file, &id, at)).await?.flatten())
    }

    async fn revoke_of(&self, space: &Space, at: Timestamp) -> Result<Vec<ApiKey>> {
        let space = space.clone();
        let revoked = self.writing(Missing::Leave, move |file| rows::revoke_of(file, &space, at)).await?;
        Ok(revoked.unwrap_or_default())
    }

    fn record_use(&self, id: &KeyId, at: Timestamp) {
        let Ok(lanes) = self.lanes() else { return };
        let id = id.clone();
        lanes.writer.post(move |session| {
            let noted = session.write(Missing::Leave, |file| rows::record_use(file, &id, at));
            if let Err(error) = noted {
                tracing::debug!(key.id = %id, %error, "the use of a key was not noted");
            }
        });
    }

    async fn close(&self) {
        self.end().await;
    }
}

impl SqliteKeyStore {
    /// Ends what is under way and closes the file, for all ports at once.
    async fn end(&self) {
        let Some(lanes) = self.take() else { return };
        let (done, finished) = futures_channel::oneshot::channel();
        // Joining threads blocks, and this must not.
        let closing = std::thread::Builder::new().name("keys-close".to_owned()).spawn(move || {
            drop(lanes);
            let _ = done.send(());
        });
        if closing.is_ok() {
            let _ = finished.await;
        }
    }
}

impl Drop for SqliteKeyStore {
    fn drop(&mut self) {
        drop(self.take());
    }
}

/// A row that no release of ours wrote.
fn damaged(what: &str) -> StoreError {
    StoreError::Corrupt { reason: format!("{what} in it is none"), source: None }
}
