//! The suite of [`AuditLog`]. An adapter implements [`AuditLogUnderTest`] in its tests and calls
//! [`audit_log_contract!`](crate::audit_log_contract) there.

use async_trait::async_trait;
use model::{AuditAction, AuditEntry, AuditOutcome, AuditText, Timestamp};

use super::sample::at;
use crate::{AuditFilter, AuditLog, MAX_AUDIT_PAGE, StoreError};

/// An adapter of [`AuditLog`] under test, together with what it lives in.
#[async_trait]
pub trait AuditLogUnderTest: Send + Sync + Sized {
    /// A log without entries.
    async fn empty() -> Self;

    /// The log.
    fn log(&self) -> &dyn AuditLog;

    /// The same log as another process sees it.
    fn elsewhere(&self) -> &dyn AuditLog;
}

/// One `#[test]` for each case of the suite of [`AuditLog`]: `audit_log_contract!(MyLogUnderTest, block_on)`, where
/// `block_on` is a function that runs a future to its end.
#[macro_export]
macro_rules! audit_log_contract {
    ($adapter:ty, $block_on:path) => {
        $crate::audit_log_contract! { @cases ($adapter, $block_on)
            a_new_log_is_empty
            an_entry_is_read_back_as_it_was_recorded
            entries_come_newest_first_and_no_more_than_asked_for
            only_what_the_filter_means_is_given
            what_is_old_is_removed_and_nothing_else
            of_what_is_not_old_the_newest_are_kept
            what_is_recorded_is_seen_elsewhere_at_once
            a_closed_log_refuses_every_call
        }
    };
    (@cases ($adapter:ty, $block_on:path) $($case:ident)*) => {
        $(
            #[test]
            fn $case() {
                $block_on($crate::contract::audit::$case::<$adapter>());
            }
        )*
    };
}

/// An entry that is told from others by its time.
fn entry(seconds: f64) -> AuditEntry {
    AuditEntry::new(at(seconds), AuditAction::SignIn, AuditOutcome::Done)
}

async fn everything(log: &dyn AuditLog) -> Vec<AuditEntry> {
    log.entries(&AuditFilter::default(), MAX_AUDIT_PAGE).await.unwrap()
}

/// The seconds of the entries that a filter means.
async fn meant(log: &dyn AuditLog, filter: AuditFilter) -> Vec<Timestamp> {
    log.entries(&filter, MAX_AUDIT_PAGE).await.unwrap().into_iter().map(|entry| entry.at).collect()
}

pub async fn a_new_log_is_empty<L: AuditLogUnderTest>() {
    let bed = L::empty().await;
    assert_eq!(everything(bed.log()).await, []);
    assert_eq!(bed.log().prune(at(1e6), 0).await.unwrap(), 0);
}

pub async fn an_entry_is_read_back_as_it_was_recorded<L: AuditLogUnderTest>() {
    let bed = L::empty().await;
    let mut recorded = Vec::new();
    for (number, action) in AuditAction::ALL.iter().enumerate() {
        let outcome = AuditOutcome::ALL[number % 2];
        let plain = AuditEntry { action: *action, outcome, ..entry(2.0 * number as f64) };
        let full = AuditEntry::new(at(2.0 * number as f64 + 1.0), *action, outcome)
            .by("'); DROP TABLE audit; --")
            .on("é 東京 \u{1f980}")
            .from_machine("2001:db8::1")
            .saying("x".repeat(500));
        for one in [plain, full] {
            bed.log().record(one.clone()).await.unwrap();
            recorded.insert(0, one);
        }
    }
    assert_eq!(everything(bed.log()).await, recorded);
}

pub async fn entries_come_newest_first_and_no_more_than_asked_for<L: AuditLogUnderTest>() {
    let bed = L::empty().await;
    let entries = [30.0, 10.0, 20.0, 20.0].map(entry);
    let entries = [1, 2, 3, 4].map(|number| entries[number - 1].clone().saying(number));
    for entry in &entries {
        bed.log().record(entry.clone()).await.unwrap();
    }
    let [one, two, three, four] = entries;
    assert_eq!(everything(bed.log()).await, [&one, &four, &three, &two].map(Clone::clone));
    let filter = AuditFilter::default();
    assert_eq!(bed.log().entries(&filter, 2).await.unwrap(), [one, four]);
    assert_eq!(bed.log().entries(&filter, 0).await.unwrap(), []);
    assert_eq!(bed.log().entries(&filter, usize::MAX).await.unwrap().len(), 4);
}

pub async fn only_what_the_filter_means_is_given<L: AuditLogUnderTest>() {
    let bed = L::empty().await;
    let log = bed.log();
    let refused = AuditEntry { outcome: AuditOutcome::Refused, ..entry(2.0) };
    let added = AuditEntry { action: AuditAction::UserAdd, ..entry(3.0) };
    for entry in [entry(1.0).by("anna"), refused.on("anna"), added.by("anna").on("ben"), entry(4.0).by("ben")]
    {
        log.record(entry).await.unwrap();
    }
    let about = |name: &str| AuditFilter { about: Some(AuditText::new(name)), ..AuditFilter::default() };
    assert_eq!(meant(log, about("anna")).await, [3.0, 2.0, 1.0].map(at));
    assert_eq!(meant(log, about("ben")).await, [4.0, 3.0].map(at));
    assert_eq!(meant(log, about("ann")).await, []);
    let filter = AuditFilter { action: Some(AuditAction::SignIn), ..AuditFilter::default() };
    assert_eq!(meant(log, filter).await, [4.0, 2.0, 1.0].map(at));
    let filter = AuditFilter { outcome: Some(AuditOutcome::Refused), ..AuditFilter::default() };
    assert_eq!(meant(log, filter).await, [at(2.0)]);
    let filter = AuditFilter { since: Some(at(2.0)), until: Some(at(4.0)), ..AuditFilter::default() };
    assert_eq!(meant(log, filter.clone()).await, [3.0, 2.0].map(at));
    let filter = AuditFilter { action: Some(AuditAction::SignIn), ..filter };
    assert_eq!(meant(log, AuditFilter { outcome: Some(AuditOutcome::Done), ..filter }).await, []);
}

pub async fn what_is_old_is_removed_and_nothing_else<L: AuditLogUnderTest>() {
    let bed = L::empty().await;
    for seconds in [3.0, 1.0, 2.0] {
        bed.log().record(entry(seconds)).await.unwrap();
    }
    assert_eq!(bed.log().prune(at(1.0), 100).await.unwrap(), 0);
    assert_eq!(bed.log().prune(at(2.0), 100).await.unwrap(), 1);
    assert_eq!(everything(bed.log()).await, [entry(3.0), entry(2.0)]);
    assert_eq!(bed.log().prune(at(10.0), usize::MAX).await.unwrap(), 2);
    assert_eq!(everything(bed.log()).await, []);
}

pub async fn of_what_is_not_old_the_newest_are_kept<L: AuditLogUnderTest>() {
    let bed = L::empty().await;
    for seconds in [5.0, 1.0, 2.0, 4.0, 3.0] {
        bed.log().record(entry(seconds)).await.unwrap();
    }
    assert_eq!(bed.log().prune(at(0.0), 5).await.unwrap(), 0);
    assert_eq!(bed.log().prune(at(2.0), 2).await.unwrap(), 3);
    assert_eq!(everything(bed.log()).await, [entry(5.0), entry(4.0)]);
    assert_eq!(bed.log().prune(at(0.0), 0).await.unwrap(), 2);
}

pub async fn what_is_recorded_is_seen_elsewhere_at_once<L: AuditLogUnderTest>() {
    let bed = L::empty().await;
    assert_eq!(everything(bed.elsewhere()).await, []);
    for number in 0..10 {
        let seconds = f64::from(number);
        bed.log().record(entry(seconds)).await.unwrap();
        assert_eq!(everything(bed.elsewhere()).await.first(), Some(&entry(seconds)));
    }
    assert_eq!(bed.elsewhere().prune(at(5.0), 100).await.unwrap(), 5);
    assert_eq!(everything(bed.log()).await.len(), 5);
}

pub async fn a_closed_log_refuses_every_call<L: AuditLogUnderTest>() {
    let bed = L::empty().await;
    let log = bed.log();
    log.record(entry(1.0)).await.unwrap();
    log.close().await;
    log.close().await;
    let answers = [
        log.record(entry(2.0)).await.err(),
        log.entries(&AuditFilter::default(), 1).await.err(),
        log.prune(at(9.0), 0).await.err(),
    ];
    for (call, answer) in answers.iter().enumerate() {
        assert!(matches!(answer, Some(StoreError::Closed)), "call {call}: {answer:?}");
    }
}
