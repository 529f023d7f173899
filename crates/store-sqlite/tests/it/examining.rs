//! What is found out about the file of keys, without changing it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use model::{ApiKey, Capability, KeyDigest, KeyId, KeyName, Space, Timestamp};
use ports::{IntegrityReport, KeyStore, Severity};
use rusqlite::Connection;
use store_sqlite::{NetworkFileSystem, SqliteKeyStore};
use tempfile::TempDir;

use crate::keys::FIRST_FORM;

/// A directory with a file of keys in it, which nobody has open.
async fn kept() -> (TempDir, std::path::PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("access.db");
    let store = open(&path);
    let key = ApiKey {
        id: KeyId::from_bytes([1; 8]),
        name: KeyName::new("laptop").unwrap(),
        digest: KeyDigest::of(&[1]),
        capability: Capability::Read,
        space: Space::Default,
        created_at: Timestamp::from_seconds(1_795_500_000.0).unwrap(),
        expires_at: None,
        revoked_at: None,
        last_used_at: None,
    };
    store.insert(key).await.unwrap();
    store.close().await;
    (directory, path)
}

fn open(path: &Path) -> SqliteKeyStore {
    SqliteKeyStore::new(path, NetworkFileSystem::Refuse).unwrap()
}

async fn examine(path: &Path) -> Option<IntegrityReport> {
    let store = open(path);
    let report = store.examine().await.unwrap();
    store.close().await;
    report
}

/// What is found, for a file that is there.
async fn found(path: &Path) -> Vec<(Severity, String)> {
    let report = examine(path).await.unwrap();
    assert_eq!(report.checked, ["access"]);
    report.findings.into_iter().map(|finding| (finding.severity, finding.message)).collect()
}

/// The one thing that is found.
async fn finding(path: &Path) -> (Severity, String) {
    let mut found = found(path).await;
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[tokio::test]
async fn a_file_that_is_not_there_is_not_made_and_not_missed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data/access.db");
    assert_eq!(examine(&path).await, None);
    assert!(!path.parent().unwrap().exists());
}

#[tokio::test]
async fn nothing_is_found_in_a_sound_file_and_an_empty_one() {
    let (directory, path) = kept().await;
    assert_eq!(found(&path).await, []);
    let empty = directory.path().join("empty.db");
    fs::write(&empty, "").unwrap();
    fs::set_permissions(&empty, Permissions::from_mode(0o600)).unwrap();
    assert_eq!(found(&empty).await, []);
    assert_eq!(fs::metadata(&empty).unwrap().len(), 0);
}

#[tokio::test]
async fn a_file_that_others_can_read_is_told_and_made_private_only_when_asked() {
    let (_directory, path) = kept().await;
    let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    let (severity, message) = finding(&path).await;
    assert_eq!(severity, Severity::Repairable);
    assert!(message.contains("access.db has mode 640"), "{message}");
    assert_eq!(mode(), 0o640);
    let store = open(&path);
    let repaired = store.make_private().await.unwrap();
    assert!(repaired.len() == 1 && repaired[0].message.contains("had mode 640"), "{repaired:?}");
    assert_eq!(mode(), 0o600);
    assert_eq!(store.make_private().await.unwrap(), []);
    store.close().await;
    assert_eq!(found(&path).await, []);
}

#[tokio::test]
async fn a_file_that_this_release_cannot_use_is_damage_and_stays_as_it_is() {
    let (directory, newer) = kept().await;
    Connection::open(&newer).unwrap().pragma_update(None, "user_version", 1000).unwrap();
    let other = directory.path().join("other.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE api_keys (id TEXT)").unwrap();
    let text = directory.path().join("text.db");
    fs::write(&text, "this is no database at all, only a text that somebody needs".repeat(40)).unwrap();
    for (path, expected) in
        [(&newer, "newer release"), (&other, "not one of API keys"), (&text, "not an SQLite database")]
    {
        fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
        let bytes = fs::read(path).unwrap();
        let (severity, message) = finding(path).await;
        assert_eq!(severity, Severity::Damage, "{message}");
        assert!(message.contains(expected) && message.contains(path.to_str().unwrap()), "{message}");
        assert_eq!(fs::read(path).unwrap(), bytes);
    }
    let (severity, message) = finding(directory.path()).await;
    assert!(severity == Severity::Damage && message.contains("no regular file"), "{message}");
}

#[tokio::test]
async fn a_file_of_an_older_release_is_a_note_and_stays_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("access.db");
    Connection::open(&path).unwrap().execute_batch(FIRST_FORM).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    for _ in 0..2 {
        let (severity, message) = finding(&path).await;
        assert!(severity == Severity::Note && message.contains("older release"), "{message}");
    }
}

#[tokio::test]
async fn every_page_is_read() {
    let (_directory, path) = kept().await;
    let number: u64 = Connection::open(&path)
        .unwrap()
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'api_keys_name'", [], |row| row.get(0))
        .unwrap();
    let mut bytes = fs::read(&path).unwrap();
    let start = usize::try_from((number - 1) * 4096).unwrap();
    bytes[start..start + 4096].fill(0);
    fs::write(&path, bytes).unwrap();
    let found = found(&path).await;
    assert!(
        !found.is_empty() && found.iter().all(|(severity, _)| *severity == Severity::Damage),
        "{found:?}"
    );
}
