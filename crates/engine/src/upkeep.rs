//! What a running server does for its store by itself: backups on a schedule, and looking for damage.
//!
//! Nothing is done in the first minute: a server that an assistant starts for one question does not pay for it. The work is
//! done on the store's threads that read, so that no write waits for it, and ends when the store is closed.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use model::Timestamp;
use ports::{Check, Clock, Finding, MemoryStore, Severity, StoreError};

use crate::backup::{BackupSchedule, Looked, back_up_if_due};

/// How long after its opening a store is looked after first.
const FIRST_LOOK: Duration = Duration::from_secs(60);
/// The longest pause between two looks at the schedule: the machine may have slept, and others remove backups too.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// How long the schedule waits after a failure, at first and at most.
const RETRY: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(3600));
/// How long after its opening a store is examined first, at most.
const FIRST_CHECK: Duration = Duration::from_secs(300);

/// What the work of this process has come to.
#[derive(Default)]
pub(crate) struct Upkeep(Mutex<Known>);

/// What is known since this process opened the store.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Known {
    /// Why the last backup could not be made, when that was the last that was tried.
    pub(crate) failure: Option<BackupFailure>,
    /// What the last look for damage found.
    pub(crate) checked: Option<Checked>,
}

/// A backup that could not be made.
#[derive(Debug, Clone, PartialEq)]
pub struct BackupFailure {
    /// When it was tried.
    pub at: Timestamp,
    /// Why. It may name files.
    pub reason: String,
}

/// A look for damage.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// When.
    pub at: Timestamp,
    /// What was not as it should be; notes are left out. The messages may name files.
    pub findings: Vec<Finding>,
}

impl Upkeep {
    pub(crate) fn known(&self) -> Known {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn failed(&self, failure: Option<BackupFailure>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).failure = failure;
    }

    /// Notes a look, and gives the one before.
    fn checked(&self, checked: Checked) -> Option<Checked> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).checked.replace(checked)
    }
}

/// Makes backups as the schedule says until the store is dropped or closed. Keeps neither alive while it sleeps.
pub(crate) async fn run_backups(
    store: Weak<dyn MemoryStore>,
    upkeep: Weak<Upkeep>,
    clock: Arc<dyn Clock>,
    schedule: BackupSchedule,
) {
    tokio::time::sleep(FIRST_LOOK).await;
    let mut delay = RETRY.0;
    while let (Some(store), Some(upkeep)) = (store.upgrade(), upkeep.upgrade()) {
        let pause = match back_up_if_due(store.as_ref(), &schedule, clock.as_ref()).await {
            Err(StoreError::Closed) => return,
            Err(error) => {
                let pause = delay;
                delay = (delay * 2).min(RETRY.1);
                tracing::warn!(error = %error, retry_ms = pause.as_millis(), "a backup could not be made");
                upkeep.failed(Some(BackupFailure { at: clock.now(), reason: error.to_string() }));
                pause
            }
            Ok(looked) => {
                delay = RETRY.0;
                // Whoever makes it elsewhere has not made it yet.
                if looked != Looked::MadeElsewhere {
                    upkeep.failed(None);
                }
                match looked {
                    Looked::NotDue(wait) => wait.clamp(Duration::from_secs(1), LONGEST_PAUSE),
                    Looked::Made | Looked::NothingToKeep => LONGEST_PAUSE,
                    Looked::MadeElsewhere => RETRY.0,
                }
            }
        };
        drop((store, upkeep));
        tokio::time::sleep(pause).await;
    }
}

/// Looks for damage every so often until the store is dropped or closed. Keeps neither alive while it sleeps.
pub(crate) async fn run_checks(
    store: Weak<dyn MemoryStore>,
    upkeep: Weak<Upkeep>,
    clock: Arc<dyn Clock>,
    interval: Duration,
) {
    tokio::time::sleep(interval.min(FIRST_CHECK)).await;
    while let (Some(store), Some(upkeep)) = (store.upgrade(), upkeep.upgrade()) {
        match store.check(Check::Quick).await {
            Ok(mut report) => {
                report.findings.retain(|finding| finding.severity > Severity::Note);
                let checked = Checked { at: clock.now(), findings: report.findings };
                let before = upkeep.checked(checked.clone());
                // The same again is no news.
                if before.is_none_or(|before| before.findings != checked.findings) {
                    tell(&checked);
                }
            }
            Err(StoreError::Closed) => return,
            Err(error) => tracing::warn!(error = %error, "looking for damage failed"),
        }
        drop((store, upkeep));
        tokio::time::sleep(interval).await;
    }
}

fn tell(checked: &Checked) {
    for Finding { subject, severity, message } in &checked.findings {
        match severity {
            Severity::Damage => {
                tracing::error!(subject, finding = message, "the database is damaged: run `memory doctor`");
            }
            _ => tracing::warn!(subject, finding = message, "`memory doctor --fix` repairs something"),
        }
    }
}
