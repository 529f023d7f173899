use proptest::prelude::*;

use super::*;

const HOUR_S: f64 = 3600.0;

fn now() -> Timestamp {
    Timestamp::from_stored_iso("2026-11-24T12:00:00Z").unwrap()
}

/// A backup that was made so many hours ago.
fn made(hours_ago: f64) -> StoredBackup {
    let made_at = now().plus_seconds(-hours_ago * HOUR_S);
    StoredBackup { path: backup_name(made_at).into(), made_at, bytes: 1 }
}

fn all(hours_ago: &[f64]) -> Vec<StoredBackup> {
    hours_ago.iter().map(|hours| made(*hours)).collect()
}

fn keep(days: Option<u32>, count: Option<u32>) -> BackupRetention {
    BackupRetention { days, count }
}

#[test]
fn the_first_backup_is_due_at_once_and_the_next_an_interval_after_the_newest() {
    for (hours_ago, interval, due_in_s) in [
        (&[][..], BackupInterval::Daily, 0),
        (&[23.0, 50.0], BackupInterval::Daily, 3600),
        (&[50.0, 23.0], BackupInterval::Daily, 3600),
        (&[24.0], BackupInterval::Daily, 0),
        (&[1000.0], BackupInterval::Hourly, 0),
        (&[0.5], BackupInterval::Hourly, 1800),
        (&[0.0], BackupInterval::Weekly, 7 * 86_400),
    ] {
        assert_eq!(due_in(&all(hours_ago), interval, now()), Duration::from_secs(due_in_s), "{hours_ago:?}");
    }
}

#[test]
fn a_backup_from_the_future_holds_none_back() {
    assert_eq!(due_in(&all(&[-1000.0]), BackupInterval::Hourly, now()), Duration::ZERO);
    let one_hour = Duration::from_secs(3600);
    assert_eq!(due_in(&all(&[-1000.0, 23.0]), BackupInterval::Daily, now()), one_hour);
}

#[test]
fn what_is_beyond_the_count_or_too_old_goes() {
    for (hours_ago, retention, gone) in [
        (&[0.0, 24.0, 48.0, 72.0][..], keep(None, None), &[][..]),
        (&[0.0, 24.0, 48.0, 72.0], keep(None, Some(2)), &[48.0, 72.0]),
        (&[72.0, 0.0, 48.0, 24.0], keep(None, Some(2)), &[48.0, 72.0]),
        (&[0.0, 24.0, 48.0, 48.1], keep(Some(2), None), &[48.1]),
        (&[0.0, 24.0, 48.0, 72.0], keep(Some(1), Some(3)), &[48.0, 72.0]),
        (&[0.0, 24.0], keep(Some(7), Some(10)), &[]),
        (&[0.0, 24.0], keep(None, Some(0)), &[24.0]),
    ] {
        assert_eq!(superfluous(&all(hours_ago), retention, now()), all(gone), "{hours_ago:?} {retention:?}");
    }
}

#[test]
fn the_newest_stays_however_old_it_is() {
    assert_eq!(superfluous(&all(&[9000.0]), keep(Some(1), Some(1)), now()), []);
    assert_eq!(superfluous(&all(&[9000.0, 9001.0]), keep(Some(1), Some(5)), now()), all(&[9001.0]));
    // One that was made just now, beside others that bear a later time.
    assert_eq!(superfluous(&all(&[-2.0, -1.0, 0.0, 1.0]), keep(None, Some(2)), now()), all(&[-1.0, 1.0]));
}

#[test]
fn intervals_are_known_by_name() {
    for interval in BackupInterval::ALL {
        assert_eq!(BackupInterval::parse(&interval.name().to_uppercase()), Some(interval));
    }
    assert_eq!(BackupInterval::parse("yearly"), None);
}

proptest! {
    /// Backups of any ages, in any order, kept in any way.
    #[test]
    fn retention_keeps_the_newest_and_never_more_than_it_may(
        hours_ago in prop::collection::hash_set(-100_i32..2000, 0..30),
        days in prop::option::of(1_u32..60),
        count in prop::option::of(1_u32..12),
    ) {
        let backups: Vec<StoredBackup> = hours_ago.iter().map(|hours| made(f64::from(*hours))).collect();
        let gone = superfluous(&backups, keep(days, count), now());
        let kept: Vec<&StoredBackup> = backups.iter().filter(|backup| !gone.contains(backup)).collect();
        let newest = hours_ago.iter().filter(|hours| **hours >= 0).min().or(hours_ago.iter().min());
        if let Some(newest) = newest {
            prop_assert!(kept.contains(&&made(f64::from(*newest))));
        }
        if let Some(count) = count {
            prop_assert!(kept.len() <= count as usize);
        }
        if let Some(days) = days {
            let too_old = kept.iter().filter(|backup| age_s(backup, now()) > f64::from(days) * 86_400.0);
            prop_assert!(too_old.count() <= 1);
        }
        // Looking again finds nothing more to remove.
        let left: Vec<StoredBackup> = kept.into_iter().cloned().collect();
        prop_assert_eq!(superfluous(&left, keep(days, count), now()), vec![]);
    }

    /// However long a server runs with whatever pauses, a backup is made in time and the directory stays small.
    #[test]
    fn a_schedule_that_is_followed_keeps_what_it_promises(pauses_h in prop::collection::vec(1_u32..100, 1..60)) {
        let (mut backups, mut hour) = (Vec::<StoredBackup>::new(), 0_u32);
        for pause in pauses_h {
            hour += pause;
            let at = now().plus_seconds(f64::from(hour) * HOUR_S);
            if due_in(&backups, BackupInterval::Daily, at).is_zero() {
                backups.push(StoredBackup { path: backup_name(at).into(), made_at: at, bytes: 1 });
                let gone = superfluous(&backups, keep(Some(7), Some(5)), at);
                backups.retain(|backup| !gone.contains(backup));
            }
            prop_assert!(backups.iter().any(|backup| age_s(backup, at) < 24.0 * HOUR_S));
            prop_assert!(backups.len() <= 5);
        }
    }
}
