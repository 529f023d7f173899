//! What an authorization server keeps, in the file of the keys.

use async_trait::async_trait;
use model::oauth::{Client, ClientAuthentication, ClientId, ClientSource, GrantType, RedirectUri};
use model::{KeyDigest, Timestamp};
use ports::contract::oauth::OAuthStoreUnderTest;
use ports::{ClientKept, KeyStore, OAuthStore, StoreError};
use rusqlite::Connection;

use crate::access::{AccessFile, block_on, open};

#[async_trait]
impl OAuthStoreUnderTest for AccessFile {
    async fn empty() -> Self {
        Self::new()
    }

    fn store(&self) -> &dyn OAuthStore {
        &self.store
    }

    fn elsewhere(&self) -> &dyn OAuthStore {
        &self.elsewhere
    }
}

mod contract {
    use super::*;
    ports::oauth_store_contract!(AccessFile, block_on);
}

fn at(seconds: f64) -> Timestamp {
    Timestamp::from_seconds(seconds).unwrap()
}

fn client() -> Client {
    Client {
        id: ClientId::from_bytes([1; 10]),
        name: None,
        redirect_uris: vec![RedirectUri::parse("https://client.example/back").unwrap()],
        grants: vec![GrantType::AuthorizationCode],
        authentication: ClientAuthentication::None,
        secret: None,
        source: ClientSource::Registration,
        created_at: at(1.5),
        last_used_at: None,
    }
}

#[tokio::test]
async fn looking_makes_no_file_and_the_first_client_does() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mcp-memory/access.db");
    let store = open(&path);
    assert_eq!(store.clients().await.unwrap(), []);
    assert_eq!(store.access_token(&KeyDigest::of(b"x")).await.unwrap(), None);
    assert!(!store.remove_client(&client().id, at(2.0)).await.unwrap());
    assert!(!path.parent().unwrap().exists());
    assert_eq!(store.put_client(client(), at(0.0)).await.unwrap(), ClientKept::Kept);
    assert!(path.exists());
}

#[tokio::test]
async fn a_row_that_is_none_is_damage_and_not_another_client() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("access.db");
    let store = open(&path);
    store.put_client(client(), at(0.0)).await.unwrap();
    for change in [
        "redirect_uris = 'javascript:alert(1)'",
        "grants = 'password'",
        "authentication = 'private_key_jwt'",
        "is_document = 1",
        "created_at = 1e300",
    ] {
        let plain = Connection::open(&path).unwrap();
        plain.execute(&format!("UPDATE oauth_clients SET {change}"), []).unwrap();
        let error = store.client(&client().id).await.unwrap_err();
        assert!(error.to_string().contains("damaged"), "{change}: {error}");
        plain.execute("DELETE FROM oauth_clients", []).unwrap();
        store.put_client(client(), at(0.0)).await.unwrap();
    }
}

#[tokio::test]
async fn a_closed_store_refuses_every_call() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory.path().join("access.db"));
    store.put_client(client(), at(0.0)).await.unwrap();
    KeyStore::close(&store).await;
    let answers = [
        store.put_client(client(), at(0.0)).await.err(),
        store.client(&client().id).await.err(),
        store.remove_client(&client().id, at(0.0)).await.err(),
        store.access_token(&KeyDigest::of(b"x")).await.err(),
    ];
    for (call, answer) in answers.iter().enumerate() {
        assert!(matches!(answer, Some(StoreError::Closed)), "call {call}: {answer:?}");
    }
}
