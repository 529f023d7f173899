//! The audit log: its contract, and what stands in its file.

use async_trait::async_trait;
use model::{AuditAction, AuditEntry, AuditOutcome, Timestamp};
use ports::contract::audit::AuditLogUnderTest;
use ports::{AuditFilter, AuditLog};
use rusqlite::Connection;

use crate::access::{AccessFile, block_on, open};

#[async_trait]
impl AuditLogUnderTest for AccessFile {
    async fn empty() -> Self {
        Self::new()
    }

    fn log(&self) -> &dyn AuditLog {
        &self.store
    }

    fn elsewhere(&self) -> &dyn AuditLog {
        &self.elsewhere
    }
}

mod contract {
    use super::*;
    ports::audit_log_contract!(AccessFile, block_on);
}

#[tokio::test]
async fn what_a_newer_release_recorded_is_shown_as_something_unknown() {
    let bed = AccessFile::empty().await;
    let at = Timestamp::from_microseconds(1_795_500_000_000_000);
    bed.store.record(AuditEntry::new(at, AuditAction::SignIn, AuditOutcome::Done)).await.unwrap();
    let plain = Connection::open(bed.directory.path().join("access.db")).unwrap();
    plain.execute("UPDATE audit SET action = 'something.new', detail = 'a' || char(10) || 'b'", []).unwrap();
    let found = bed.store.entries(&AuditFilter::default(), 1).await.unwrap();
    assert_eq!(found[0].action, AuditAction::Unknown);
    assert_eq!(
        found[0].detail.as_ref().unwrap().as_str(),
        "a\u{fffd}b",
        "also what others wrote is one line"
    );
}

#[tokio::test]
async fn reading_makes_no_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("access.db");
    let log = open(&path);
    assert_eq!(log.entries(&AuditFilter::default(), 1).await.unwrap(), []);
    assert_eq!(log.prune(Timestamp::from_microseconds(0), 0).await.unwrap(), 0);
    AuditLog::close(&log).await;
    assert!(!path.exists());
}
