//! Accounts in the file of the keys.

use async_trait::async_trait;
use model::{Account, PasswordHash, Session, SessionId, Space, Timestamp, User, UserId, UserName};
use ports::contract::accounts::AccountStoreUnderTest;
use ports::{AccountAdded, AccountStore, KeyStore};
use rusqlite::Connection;

use crate::access::{AccessFile, block_on, open};

#[async_trait]
impl AccountStoreUnderTest for AccessFile {
    async fn empty() -> Self {
        Self::new()
    }

    fn store(&self) -> &dyn AccountStore {
        &self.store
    }

    fn elsewhere(&self) -> &dyn AccountStore {
        &self.elsewhere
    }

    async fn close(&self) {
        KeyStore::close(&self.store).await;
    }
}

mod contract {
    use super::*;
    ports::account_store_contract!(AccessFile, block_on);
}

fn anna() -> Account {
    let created_at = Timestamp::from_seconds(1.5).unwrap();
    let user = User {
        id: UserId::from_bytes([1; 10]),
        name: UserName::new("anna").unwrap(),
        is_owner: true,
        space: Space::Default,
        created_at,
        disabled_at: None,
    };
    let password = PasswordHash::stored("$argon2id$");
    Account { user, password, password_since: created_at, totp: None, recovery_codes: 0 }
}

#[tokio::test]
async fn looking_for_users_makes_no_file_and_the_first_one_does() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mcp-memory/access.db");
    let store = open(&path);
    assert!(!store.any().await.unwrap());
    assert_eq!(store.by_name(&anna().user.name).await.unwrap(), None);
    assert_eq!(store.set_disabled(&anna().user.id, None).await.unwrap(), None);
    assert!(!path.parent().unwrap().exists());
    assert_eq!(store.add(anna(), None).await.unwrap(), AccountAdded::Added);
    assert!(path.exists());
}

#[tokio::test]
async fn a_row_that_is_none_lets_nobody_in() {
    let user = anna().user;
    let session = Session {
        id: SessionId::from_bytes([2; 10]),
        user: user.id.clone(),
        digest: model::KeyDigest::of(b"session"),
        created_at: user.created_at,
        last_used_at: user.created_at,
        expires_at: user.created_at,
        machine: None,
        agent: None,
    };
    for damage in [
        "UPDATE users SET space = '../x'",
        "UPDATE users SET name = 'an na'",
        "UPDATE users SET disabled_at = 1e300",
        "UPDATE users SET totp = zeroblob(20)",
        "UPDATE sessions SET expires_at = 1e300",
        "UPDATE sessions SET id = 'x'",
    ] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("access.db");
        let store = open(&path);
        assert_eq!(store.add(anna(), None).await.unwrap(), AccountAdded::Added);
        assert!(store.add_session(session.clone(), &anna().password).await.unwrap());
        Connection::open(&path).unwrap().execute(damage, []).unwrap();
        let error = match damage.contains("totp") {
            true => store.by_name(&user.name).await.err(),
            false => store.session(&session.digest).await.err(),
        };
        assert!(error.unwrap().to_string().contains("damaged"), "{damage}");
    }
}
