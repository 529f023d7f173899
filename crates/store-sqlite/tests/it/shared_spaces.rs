//! Shared spaces in the file of the keys.

use async_trait::async_trait;
use model::{SharedSpace, SpaceId, SpaceName, Timestamp, UserId};
use ports::contract::shared_spaces::SpaceStoreUnderTest;
use ports::{KeyStore, SpaceCreated, SpaceStore};
use rusqlite::Connection;

use crate::access::{AccessFile, block_on, open};

#[async_trait]
impl SpaceStoreUnderTest for AccessFile {
    async fn empty() -> Self {
        Self::new()
    }

    fn store(&self) -> &dyn SpaceStore {
        &self.store
    }

    fn elsewhere(&self) -> &dyn SpaceStore {
        &self.elsewhere
    }

    async fn close(&self) {
        KeyStore::close(&self.store).await;
    }
}

mod contract {
    use super::*;
    ports::space_store_contract!(AccessFile, block_on);
}

#[tokio::test]
async fn looking_for_spaces_makes_no_file_and_the_first_one_does() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mcp-memory/access.db");
    let store = open(&path);
    let (id, user) = (SpaceId::from_bytes([1; 10]), UserId::from_bytes([2; 10]));
    assert_eq!(store.all().await.unwrap(), []);
    assert_eq!(store.role(&id, &user).await.unwrap(), None);
    assert!(!store.remove(&id).await.unwrap());
    assert!(!path.parent().unwrap().exists());
    let (name, created_at) = (SpaceName::new("crew").unwrap(), Timestamp::from_seconds(1.5).unwrap());
    let space = SharedSpace { id, name, created_at, created_by: Some(user) };
    assert_eq!(store.create(space).await.unwrap(), SpaceCreated::Created);
    assert!(path.exists());
}

#[tokio::test]
async fn a_row_that_is_none_lets_nobody_in() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("access.db");
    let store = open(&path);
    let (id, user) = (SpaceId::from_bytes([1; 10]), UserId::from_bytes([2; 10]));
    let (name, created_at) = (SpaceName::new("crew").unwrap(), Timestamp::from_seconds(1.5).unwrap());
    let space = SharedSpace { id: id.clone(), name, created_at, created_by: Some(user.clone()) };
    assert_eq!(store.create(space).await.unwrap(), SpaceCreated::Created);
    Connection::open(&path).unwrap().execute("UPDATE space_members SET since = 1e300", []).unwrap();
    let error = store.role(&id, &user).await.unwrap_err();
    assert!(error.to_string().contains("damaged"), "{error}");
}
