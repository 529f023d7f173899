//! The audit log: who did what, when, and whether it was allowed.

use async_trait::async_trait;
use model::{AuditAction, AuditEntry, AuditOutcome, AuditText, Timestamp};

use crate::StoreError;

/// How many entries are given at once at most.
pub const MAX_AUDIT_PAGE: usize = 10_000;

/// Which entries are meant. Each part that is there has to fit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AuditFilter {
    /// Those of this action.
    pub action: Option<AuditAction>,
    /// Those that ended so.
    pub outcome: Option<AuditOutcome>,
    /// Those whose actor or subject this is.
    pub about: Option<AuditText>,
    /// Those from this time on.
    pub since: Option<Timestamp>,
    /// Those before this time.
    pub until: Option<Timestamp>,
}

impl AuditFilter {
    /// Whether an entry is meant.
    #[must_use]
    pub fn matches(&self, entry: &AuditEntry) -> bool {
        let is_about = |text: &AuditText| [&entry.actor, &entry.subject].contains(&&Some(text.clone()));
        self.action.is_none_or(|action| action == entry.action)
            && self.outcome.is_none_or(|outcome| outcome == entry.outcome)
            && self.about.as_ref().is_none_or(is_about)
            && self.since.is_none_or(|since| entry.at >= since)
            && self.until.is_none_or(|until| entry.at < until)
    }
}

/// Who did what. Entries are added and grow old; nothing else happens to them.
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// Adds an entry, which is kept when this returns.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn record(&self, entry: AuditEntry) -> Result<(), StoreError>;

    /// Entries, newest first, as many as asked for and no more than [`MAX_AUDIT_PAGE`]. Of two of one time, the one that was
    /// recorded later comes first.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn entries(&self, filter: &AuditFilter, limit: usize) -> Result<Vec<AuditEntry>, StoreError>;

    /// Removes the entries before a time, and of the others all but the newest `keep`. Tells how many were removed.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was removed then.
    async fn prune(&self, before: Timestamp, keep: usize) -> Result<u64, StoreError>;

    /// Ends what is under way and closes the log. Every later call is [`StoreError::Closed`].
    async fn close(&self);
}
