//! What the server does once a day with the file of access: what is of no use any more is removed, and the audit log is kept as
//! long as the settings say.

use std::sync::Arc;
use std::time::Duration;

use auth::accounts::Accounts;
use ports::{AuditLog, Clock, StoreError};

/// How often it is done.
const INTERVAL: Duration = Duration::from_secs(24 * 3600);
/// How many entries the audit log has at most, whatever their age: some 20 MB.
const MOST_ENTRIES: usize = 100_000;
/// The seconds of a day.
const DAY_S: f64 = 86_400.0;

/// The file of access, and how long its audit log is kept.
pub(super) struct Upkeep {
    pub(super) accounts: Accounts,
    pub(super) log: Arc<dyn AuditLog>,
    pub(super) clock: Arc<dyn Clock>,
    /// How long an entry is kept, in days.
    pub(super) audit_days: u32,
}

impl Upkeep {
    /// Does it now and once a day, until the file is closed.
    pub(super) async fn go_on(self) {
        loop {
            match self.once().await {
                Ok(removed) => tracing::debug!(removed, "the file of access was tidied up"),
                Err(StoreError::Closed) => return,
                Err(error) => tracing::warn!(%error, "the file of access could not be tidied up"),
            }
            tokio::time::sleep(INTERVAL).await;
        }
    }

    /// Does it once, and tells how many things were removed.
    async fn once(&self) -> Result<u64, StoreError> {
        let before = self.clock.now().plus_seconds(-DAY_S * f64::from(self.audit_days));
        Ok(self.accounts.sweep().await? + self.log.prune(before, MOST_ENTRIES).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use auth::accounts::Origin;
    use model::{AuditAction, AuditEntry, AuditOutcome};
    use ports::AuditFilter;
    use testkit::{FakeAccountStore, FakeAuditLog, FakeClock, SeededRng};

    struct Bed {
        upkeep: Upkeep,
        log: Arc<FakeAuditLog>,
        clock: Arc<FakeClock>,
        store: Arc<FakeAccountStore>,
    }

    fn bed() -> Bed {
        let (log, clock) = (Arc::new(FakeAuditLog::default()), Arc::new(FakeClock::default()));
        let store = Arc::new(FakeAccountStore::default());
        let rng = Arc::new(SeededRng::default());
        let accounts = Accounts::new(store.clone(), log.clone(), clock.clone(), rng);
        let upkeep = Upkeep { accounts, log: log.clone(), clock: clock.clone(), audit_days: 30 };
        Bed { upkeep, log, clock, store }
    }

    #[tokio::test]
    async fn entries_are_kept_as_long_as_the_settings_say() {
        for (days, is_kept) in [(29.9, true), (30.0, true), (30.1, false)] {
            let Bed { upkeep, log, clock, .. } = bed();
            let entry = AuditEntry::new(clock.now(), AuditAction::KeyCreate, AuditOutcome::Done);
            log.record(entry).await.unwrap();
            clock.advance(days * DAY_S);
            assert_eq!(upkeep.once().await.unwrap(), u64::from(!is_kept), "{days}");
            assert_eq!(log.entries(&AuditFilter::default(), 9).await.unwrap().len(), usize::from(is_kept));
        }
    }

    #[tokio::test]
    async fn attempts_of_long_ago_are_forgotten() {
        let Bed { upkeep, clock, .. } = bed();
        assert!(upkeep.accounts.sign_in(b"anna", b"password", None, &Origin::default()).await.is_err());
        clock.advance(2.0 * DAY_S);
        assert_eq!(upkeep.once().await.unwrap(), 1);
        assert_eq!(upkeep.once().await.unwrap(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_done_every_day_through_trouble_until_the_file_is_closed() {
        let Bed { upkeep, log, clock, store } = bed();
        let running = tokio::spawn(upkeep.go_on());
        store.become_busy(true);
        tokio::time::sleep(INTERVAL / 2).await;
        store.become_busy(false);
        let entry = AuditEntry::new(clock.now(), AuditAction::KeyCreate, AuditOutcome::Done);
        log.record(entry).await.unwrap();
        clock.advance(31.0 * DAY_S);
        tokio::time::sleep(INTERVAL).await;
        assert_eq!(log.names(), [""; 0]);
        assert!(!running.is_finished());
        store.close();
        tokio::time::sleep(INTERVAL).await;
        assert!(running.is_finished());
    }
}
