//! The key store: its contract, its file, and what is in the file's place.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use model::{ApiKey, Capability, KeyDigest, KeyId, KeyName, Space, SpaceId, Timestamp};
use ports::contract::keys::KeyStoreUnderTest;
use ports::{KeyInserted, KeyStore, StoreError};
use rusqlite::Connection;
use store_sqlite::SqliteKeyStore;
use tempfile::TempDir;

use crate::access::{AccessFile, block_on, open};

#[async_trait]
impl KeyStoreUnderTest for AccessFile {
    async fn empty() -> Self {
        Self::new()
    }

    fn store(&self) -> &dyn KeyStore {
        &self.store
    }

    fn elsewhere(&self) -> &dyn KeyStore {
        &self.elsewhere
    }
}

mod contract {
    use super::*;
    ports::key_store_contract!(AccessFile, block_on);
}

fn key(number: u8) -> ApiKey {
    ApiKey {
        id: KeyId::from_bytes([number; 8]),
        name: KeyName::new(&format!("key {number}")).unwrap(),
        digest: KeyDigest::of(&[number]),
        capability: Capability::Read,
        space: Space::Default,
        created_at: Timestamp::from_seconds(1_795_500_000.0).unwrap(),
        expires_at: None,
        revoked_at: None,
        last_used_at: None,
    }
}

async fn keep(store: &SqliteKeyStore, number: u8) {
    assert_eq!(store.insert(key(number)).await.unwrap(), KeyInserted::Created);
}

/// A directory, and where the keys would be in it.
fn place() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mcp-memory/access.db");
    (directory, path)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn looking_for_keys_makes_no_file() {
    let (_directory, path) = place();
    let store = open(&path);
    assert_eq!(store.by_digest(&key(1).digest).await.unwrap(), None);
    assert_eq!(store.list().await.unwrap(), []);
    assert_eq!(store.revoke(&key(1).id, key(1).created_at).await.unwrap(), None);
    store.record_use(&key(1).id, key(1).created_at);
    store.close().await;
    assert!(!path.parent().unwrap().exists());
}

#[tokio::test]
async fn the_first_key_makes_a_private_file_in_a_private_directory() {
    let (_directory, path) = place();
    let store = open(&path);
    keep(&store, 1).await;
    let beside = |suffix: &str| PathBuf::from(format!("{}{suffix}", path.display()));
    for file in [path.clone(), beside("-wal"), beside("-shm")] {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    store.close().await;
    assert!(!beside("-wal").exists(), "the log is folded into the file");
    let plain = Connection::open(&path).unwrap();
    let pragma = |name: &str| plain.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(pragma("application_id"), 0x6d6d_7361);
    assert!(pragma("user_version") >= 1);
    let mode: String = plain.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

#[tokio::test]
async fn a_file_that_others_can_read_becomes_private() {
    let (_directory, path) = place();
    let store = open(&path);
    keep(&store, 1).await;
    store.close().await;
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    let store = open(&path);
    assert_eq!(store.list().await.unwrap(), [key(1)]);
    assert_eq!(mode(&path), 0o600);
}

#[tokio::test]
async fn neither_a_key_nor_more_than_its_digest_is_in_the_file() {
    let (_directory, path) = place();
    let store = open(&path);
    let secret = b"mem_a-secret-that-nobody-may-find";
    let kept = ApiKey { digest: KeyDigest::of(secret), ..key(1) };
    assert_eq!(store.insert(kept).await.unwrap(), KeyInserted::Created);
    store.close().await;
    let bytes = fs::read(&path).unwrap();
    assert!(!bytes.windows(secret.len()).any(|window| window == secret));
    assert!(bytes.windows(32).any(|window| window == KeyDigest::of(secret).as_bytes()));
}

/// Every way of touching a file is refused, says why, and leaves the file as it is.
async fn is_refused_untouched(path: &Path, expected: &str) {
    let (bytes, permissions) = (fs::read(path).unwrap(), mode(path));
    let store = open(path);
    let answers = [
        store.insert(key(1)).await.err(),
        store.list().await.err(),
        store.by_digest(&key(1).digest).await.err(),
        store.revoke(&key(1).id, key(1).created_at).await.err(),
    ];
    for answer in answers {
        let told = answer.unwrap().to_string();
        assert!(told.contains(expected), "{told}");
    }
    store.close().await;
    assert_eq!((fs::read(path).unwrap(), mode(path)), (bytes, permissions));
}

#[tokio::test]
async fn a_file_of_another_program_is_refused_untouched() {
    let directory = tempfile::tempdir().unwrap();
    for (name, sql) in [
        ("tables", "CREATE TABLE api_keys (id TEXT)"),
        ("application", "PRAGMA application_id = 7"),
        ("version", "PRAGMA user_version = 7"),
        ("both", "CREATE TABLE t (x); PRAGMA application_id = 7; PRAGMA user_version = 1"),
    ] {
        let path = directory.path().join(name);
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        is_refused_untouched(&path, "not one of API keys").await;
    }
    let path = directory.path().join("text");
    fs::write(&path, "this is no database at all, only a text that somebody needs".repeat(40)).unwrap();
    is_refused_untouched(&path, "MCP_MEMORY_ACCESS_PATH").await;
}

#[tokio::test]
async fn a_database_of_memories_is_refused_untouched() {
    let memories = crate::samples::Place::of("upstream_12.4.db");
    is_refused_untouched(&memories.path(), "not one of API keys").await;
}

#[tokio::test]
async fn a_file_of_a_newer_release_is_refused_untouched() {
    let (_directory, path) = place();
    let store = open(&path);
    keep(&store, 1).await;
    store.close().await;
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 1000).unwrap();
    let store = open(&path);
    let error = store.by_digest(&key(1).digest).await.unwrap_err();
    assert!(matches!(error, StoreError::TooNew { found: 1000, known } if known < 1000), "{error:?}");
    store.close().await;
    is_refused_untouched(&path, "newer release").await;
}

/// The file as the first release that had keys made it.
pub(crate) const FIRST_FORM: &str = "CREATE TABLE api_keys (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
        scope TEXT NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
        created_at REAL NOT NULL,
        expires_at REAL,
        revoked_at REAL,
        last_used_at REAL
    ) STRICT;
    CREATE UNIQUE INDEX api_keys_name ON api_keys (name) WHERE revoked_at IS NULL;
    PRAGMA application_id = 0x6d6d7361; PRAGMA user_version = 1;
    INSERT INTO api_keys (id, name, digest, scope, created_at)
        VALUES ('0101010101010101', 'key 1', unhex('4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a'),
            'read', 1795500000.0);";

#[tokio::test]
async fn a_file_of_an_older_release_keeps_its_keys_and_gets_the_other_tables() {
    let (_directory, path) = place();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    Connection::open(&path).unwrap().execute_batch(FIRST_FORM).unwrap();
    let store = open(&path);
    assert_eq!(store.by_digest(&key(1).digest).await.unwrap(), Some(key(1)));
    keep(&store, 2).await;
    let of_crew = ApiKey { space: Space::Named(SpaceId::from_bytes([3; 10])), ..key(3) };
    assert_eq!(store.insert(of_crew.clone()).await.unwrap(), KeyInserted::Created);
    assert_eq!(store.list().await.unwrap(), [key(1), key(2), of_crew]);
    assert_eq!(store.insert(ApiKey { name: key(1).name, ..key(4) }).await.unwrap(), KeyInserted::NameTaken);
    let log: &dyn ports::AuditLog = &store;
    assert_eq!(log.entries(&ports::AuditFilter::default(), 1).await.unwrap(), []);
}

#[tokio::test]
async fn an_empty_file_has_no_keys_and_takes_them() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("access.db");
    fs::write(&path, "").unwrap();
    let store = open(&path);
    assert_eq!(store.list().await.unwrap(), []);
    assert_eq!(fs::metadata(&path).unwrap().len(), 0);
    keep(&store, 1).await;
    assert_eq!(store.list().await.unwrap(), [key(1)]);
}

#[tokio::test]
async fn a_row_that_is_none_lets_nobody_in() {
    let (_directory, path) = place();
    let store = open(&path);
    keep(&store, 1).await;
    Connection::open(&path).unwrap().execute("UPDATE api_keys SET created_at = 1e300", []).unwrap();
    let error = store.by_digest(&key(1).digest).await.unwrap_err();
    assert!(error.to_string().contains("damaged"), "{error}");
    for (column, value) in [("scope", "everything"), ("space", ""), ("space", "../other")] {
        let (_directory, path) = place();
        let store = open(&path);
        keep(&store, 1).await;
        let plain = Connection::open(&path).unwrap();
        plain.execute(&format!("UPDATE api_keys SET {column} = ?"), [value]).unwrap();
        let error = store.by_digest(&key(1).digest).await.unwrap_err();
        assert!(error.to_string().contains("damaged"), "{column} {value}: {error}");
    }
}

#[tokio::test]
async fn a_file_that_takes_the_place_of_the_open_one_counts_and_a_removed_one_does_not() {
    let (directory, path) = place();
    let store = open(&path);
    keep(&store, 1).await;
    assert!(store.by_digest(&key(1).digest).await.unwrap().is_some());
    let other = directory.path().join("other.db");
    let second = open(&other);
    keep(&second, 2).await;
    second.close().await;
    for suffix in ["-wal", "-shm", ""] {
        fs::remove_file(format!("{}{suffix}", path.display())).unwrap();
    }
    assert_eq!(store.by_digest(&key(1).digest).await.unwrap(), None, "it is gone with its file");
    assert_eq!(store.list().await.unwrap(), []);
    fs::rename(&other, &path).unwrap();
    assert_eq!(store.list().await.unwrap(), [key(2)]);
    assert_eq!(store.by_digest(&key(1).digest).await.unwrap(), None);
    keep(&store, 3).await;
    assert_eq!(store.list().await.unwrap(), [key(2), key(3)]);
}

#[tokio::test]
async fn keys_are_read_while_another_process_writes() {
    let (_directory, path) = place();
    let store = open(&path);
    keep(&store, 1).await;
    let mut plain = Connection::open(&path).unwrap();
    let writing = plain.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
    // A use is noted behind it and holds nobody up.
    store.record_use(&key(1).id, key(1).created_at);
    assert_eq!(store.by_digest(&key(1).digest).await.unwrap(), Some(key(1)));
    writing.commit().unwrap();
    store.revoke(&key(1).id, key(1).created_at).await.unwrap();
    assert_eq!(store.by_id(&key(1).id).await.unwrap().unwrap().last_used_at, Some(key(1).created_at));
}

#[tokio::test]
async fn many_stores_make_one_file_together() {
    let (_directory, path) = place();
    let stores: Vec<SqliteKeyStore> = (0..8).map(|_| open(&path)).collect();
    let mut inserts = tokio::task::JoinSet::new();
    for (number, store) in stores.into_iter().enumerate() {
        inserts.spawn(async move {
            keep(&store, u8::try_from(number).unwrap()).await;
            store.close().await;
        });
    }
    inserts.join_all().await;
    assert_eq!(open(&path).list().await.unwrap().len(), 8);
}
