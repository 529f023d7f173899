//! Backups on a schedule: when one is due, which may go, and how one is made. Who drives it: `upkeep`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use model::{Space, Timestamp};
use ports::{Clock, MemoryStore, StoreError, StoredBackup, backup_name};

/// Backups on a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupSchedule {
    /// Where those of the default space go; those of others are in [`BackupSchedule::directory_of`].
    pub directory: PathBuf,
    /// How often one is made (`MCP_BACKUP_INTERVAL`).
    pub interval: BackupInterval,
    /// How long they are kept.
    pub retention: BackupRetention,
}

impl BackupSchedule {
    /// Where the backups of a space go, when those of the default one go to a directory: into one of their own in there, so that
    /// none takes the place of another's, or counts as one.
    #[must_use]
    pub fn directory_of(directory: &Path, space: &Space) -> PathBuf {
        match space {
            Space::Default => directory.to_owned(),
            Space::Named(id) => directory.join(id.as_str()),
        }
    }
}

/// How often a backup is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackupInterval {
    /// Every hour.
    Hourly,
    /// Every day.
    Daily,
    /// Every week.
    Weekly,
}

/// How long backups are kept. What neither bound reaches stays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BackupRetention {
    /// For how many days (`MCP_BACKUP_RETENTION`).
    pub days: Option<u32>,
    /// How many (`MCP_BACKUP_MAX_COUNT`), at least 1.
    pub count: Option<u32>,
}

impl BackupInterval {
    /// All of them, the shortest first.
    pub const ALL: [Self; 3] = [Self::Hourly, Self::Daily, Self::Weekly];

    /// Its name: `hourly`, `daily`, `weekly`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Hourly => "hourly",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
        }
    }

    /// The one with this name, in letters of either case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|interval| interval.name().eq_ignore_ascii_case(name))
    }

    /// How long it is.
    #[must_use]
    pub fn duration(self) -> Duration {
        const HOUR_S: u64 = 3600;
        Duration::from_secs(match self {
            Self::Hourly => HOUR_S,
            Self::Daily => 24 * HOUR_S,
            Self::Weekly => 7 * 24 * HOUR_S,
        })
    }
}

/// How long it is until the next backup is due; zero when it is due now. Backups of a time that has not come (the clock was
/// set back) do not count.
#[must_use]
pub fn due_in(backups: &[StoredBackup], interval: BackupInterval, now: Timestamp) -> Duration {
    let ages = backups.iter().map(|backup| age_s(backup, now)).filter(|age| *age >= 0.0);
    let youngest = ages.min_by(f64::total_cmp);
    let rest = youngest.map_or(0.0, |age| interval.duration().as_secs_f64() - age);
    Duration::try_from_secs_f64(rest).unwrap_or_default()
}

/// The backups that are kept no longer, oldest last: those beyond the count and those that are too old. The newest that was
/// made until now is never among them, whatever its age.
#[must_use]
pub fn superfluous(
    backups: &[StoredBackup],
    retention: BackupRetention,
    now: Timestamp,
) -> Vec<StoredBackup> {
    let mut sorted: Vec<&StoredBackup> = backups.iter().collect();
    sorted.sort_by_key(|backup| std::cmp::Reverse(backup.made_at.as_microseconds()));
    let newest = sorted.iter().position(|backup| age_s(backup, now) >= 0.0).unwrap_or_default();
    // To the front: of those that bear a later time nobody knows whether they are newer.
    if let Some(passed) = sorted.get_mut(..=newest) {
        passed.rotate_right(1);
    }
    let kept = retention.count.map_or(usize::MAX, |count| count.max(1) as usize);
    let oldest_s = retention.days.map_or(f64::INFINITY, |days| f64::from(days) * 86_400.0);
    let goes = |(place, backup): &(usize, &&StoredBackup)| {
        *place > 0 && (*place >= kept || age_s(backup, now) > oldest_s)
    };
    sorted.iter().enumerate().filter(goes).map(|(_, backup)| (*backup).clone()).collect()
}

fn age_s(backup: &StoredBackup, now: Timestamp) -> f64 {
    now.as_seconds() - backup.made_at.as_seconds()
}

/// Removes the backups of a store in a directory that are kept no longer, and says which. To be called when a newer one was
/// made and verified.
///
/// # Errors
/// [`StoreError::Backup`] when one cannot be removed; those before it are.
pub async fn remove_superfluous(
    store: &dyn MemoryStore,
    directory: &Path,
    retention: BackupRetention,
    now: Timestamp,
) -> Result<Vec<StoredBackup>, StoreError> {
    let superfluous = superfluous(&store.backups(directory).await?, retention, now);
    for backup in &superfluous {
        store.remove_backup(backup).await?;
    }
    Ok(superfluous)
}

/// What one look at the schedule led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Looked {
    /// A backup was made.
    Made,
    /// None is due for so long.
    NotDue(Duration),
    /// There is nothing yet that could be lost.
    NothingToKeep,
    /// Another process makes it.
    MadeElsewhere,
}

/// Makes a backup if one is due, nobody else makes it and there is something to keep; then removes those that are kept no
/// longer.
pub(crate) async fn back_up_if_due(
    store: &dyn MemoryStore,
    schedule: &BackupSchedule,
    clock: &dyn Clock,
) -> Result<Looked, StoreError> {
    let directory = schedule.directory.as_path();
    let wait = due_in(&store.backups(directory).await?, schedule.interval, clock.now());
    if !wait.is_zero() {
        return Ok(Looked::NotDue(wait));
    }
    let statistics = store.statistics().await?;
    if statistics.memories == 0 && statistics.tombstones == 0 {
        return Ok(Looked::NothingToKeep);
    }
    let Some(_claim) = store.claim_backups(directory).await? else { return Ok(Looked::MadeElsewhere) };
    // Again, now that nobody else can make one: the last who had the claim may have.
    let now = clock.now();
    let wait = due_in(&store.backups(directory).await?, schedule.interval, now);
    if !wait.is_zero() {
        return Ok(Looked::NotDue(wait));
    }
    let made = store.backup(&directory.join(backup_name(now))).await?;
    tracing::info!(memories = made.memories, bytes = made.bytes, "made a backup");
    match remove_superfluous(store, directory, schedule.retention, clock.now()).await {
        Ok(removed) if removed.is_empty() => {}
        Ok(removed) => tracing::info!(backups = removed.len(), "removed backups that are kept no longer"),
        Err(StoreError::Closed) => return Err(StoreError::Closed),
        // The backup itself was made; the next one tries again.
        Err(error) => tracing::warn!(error = %error, "older backups could not be removed"),
    }
    Ok(Looked::Made)
}

#[cfg(test)]
mod tests;
