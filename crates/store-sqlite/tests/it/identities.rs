//! Who is who at providers of identities, in the file of the keys.

use async_trait::async_trait;
use model::{Identity, KeyDigest, Timestamp, UserId};
use ports::contract::identities::IdentityStoreUnderTest;
use ports::{AccountStore, IdentityStore, KeyStore, StateUsed};
use rusqlite::Connection;

use crate::access::{AccessFile, block_on, open};

#[async_trait]
impl IdentityStoreUnderTest for AccessFile {
    async fn empty() -> Self {
        Self::new()
    }

    fn store(&self) -> &dyn IdentityStore {
        &self.store
    }

    fn accounts(&self) -> &dyn AccountStore {
        &self.store
    }

    fn elsewhere(&self) -> &dyn IdentityStore {
        &self.elsewhere
    }

    async fn close(&self) {
        KeyStore::close(&self.store).await;
    }
}

mod contract {
    use super::*;
    ports::identity_store_contract!(AccessFile, block_on);
}

#[tokio::test]
async fn looking_for_identities_makes_no_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mcp-memory/access.db");
    let store = open(&path);
    let (identity, user) = (Identity::new("https://id.example", "a").unwrap(), UserId::from_bytes([2; 10]));
    assert_eq!(store.linked(&identity).await.unwrap(), None);
    assert_eq!(store.identities_of(&user).await.unwrap(), []);
    assert!(!store.unlink(&user, &identity).await.unwrap());
    assert!(!path.parent().unwrap().exists());
}

#[tokio::test]
async fn a_row_that_is_none_lets_nobody_in() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("access.db");
    let store = open(&path);
    let (at, state) = (|seconds| Timestamp::from_seconds(seconds).unwrap(), KeyDigest::of(b"one"));
    assert_eq!(store.use_up(&state, at(2.0), at(1.0)).await.unwrap(), StateUsed::Now);
    let row = "INSERT INTO identities (issuer, subject, user_id, since) VALUES ('https://id.example', 'a', 'nobody', 1.0)";
    Connection::open(&path).unwrap().execute(row, []).unwrap();
    let identity = Identity::new("https://id.example", "a").unwrap();
    let error = store.linked(&identity).await.unwrap_err();
    assert!(error.to_string().contains("damaged"), "{error}");
}
