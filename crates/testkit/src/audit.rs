//! An audit log in memory.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use model::{AuditEntry, Timestamp};
use ports::{AuditFilter, AuditLog, MAX_AUDIT_PAGE, StoreError};

/// An audit log in memory, able to be busy on demand.
#[derive(Default)]
pub struct FakeAuditLog {
    /// Oldest first; of one time, in the order in which they were recorded.
    entries: Mutex<Vec<AuditEntry>>,
    busy: AtomicBool,
    closed: AtomicBool,
}

impl FakeAuditLog {
    /// Makes every call answer that the log is busy.
    pub fn become_busy(&self) {
        self.busy.store(true, Ordering::SeqCst);
    }

    /// Makes it work again.
    pub fn recover(&self) {
        self.busy.store(false, Ordering::SeqCst);
    }

    /// What is recorded, oldest first, as `sign_in.refused`.
    ///
    /// # Panics
    /// When another test thread panicked while it recorded something.
    #[must_use]
    #[expect(clippy::unwrap_used, reason = "test support")]
    pub fn names(&self) -> Vec<String> {
        self.entries.lock().unwrap().iter().map(AuditEntry::name).collect()
    }

    #[expect(clippy::unwrap_used, reason = "test support")]
    fn open(&self) -> Result<MutexGuard<'_, Vec<AuditEntry>>, StoreError> {
        if self.closed.load(Ordering::SeqCst) {
            return Err(StoreError::Closed);
        }
        if self.busy.load(Ordering::SeqCst) {
            return Err(StoreError::Busy { waited_ms: 0 });
        }
        Ok(self.entries.lock().unwrap())
    }
}

#[async_trait]
impl AuditLog for FakeAuditLog {
    async fn record(&self, entry: AuditEntry) -> Result<(), StoreError> {
        let mut entries = self.open()?;
        let place = entries.partition_point(|other| other.at <= entry.at);
        entries.insert(place, entry);
        Ok(())
    }

    async fn entries(&self, filter: &AuditFilter, limit: usize) -> Result<Vec<AuditEntry>, StoreError> {
        let entries = self.open()?;
        let meant = entries.iter().rev().filter(|entry| filter.matches(entry));
        Ok(meant.take(limit.min(MAX_AUDIT_PAGE)).cloned().collect())
    }

    async fn prune(&self, before: Timestamp, keep: usize) -> Result<u64, StoreError> {
        let mut entries = self.open()?;
        let old = entries.partition_point(|entry| entry.at < before);
        let removed = old.max(entries.len().saturating_sub(keep));
        entries.drain(..removed);
        Ok(removed as u64)
    }

    async fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }
}
