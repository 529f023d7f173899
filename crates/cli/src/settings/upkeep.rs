//! The settings of what a server does by itself: backups on a schedule, and looking for damage.

use std::path::Path;
use std::time::Duration;

use engine::{BackupInterval, BackupRetention, BackupSchedule};

use super::layers::{Layers, Raw};
use super::resolve::checked;
use super::variables as var;
use super::{InvalidSetting, Setting, parse};

/// The longest time backups are kept, in days, and the most that are, as the original has them.
const MOST: (usize, usize) = (365, 100);
/// How often a database may be examined, in seconds, as the original has it.
const CHECKS_S: (usize, usize) = (60, 86_400);

/// Backups on a schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduledBackups {
    /// Whether they are made.
    pub is_on: Setting<bool>,
    /// How often.
    pub interval: Setting<BackupInterval>,
    /// How many days one is kept.
    pub days: Setting<u32>,
    /// How many are kept.
    pub count: Setting<u32>,
}

/// Looking for damage from time to time.
#[derive(Debug, Clone, PartialEq)]
pub struct Checks {
    /// Whether it is done.
    pub is_on: Setting<bool>,
    /// How often, in seconds.
    pub interval_s: Setting<u32>,
}

impl ScheduledBackups {
    pub(super) fn resolve(layers: &Layers) -> Result<Self, InvalidSetting> {
        let interval = |raw: &Raw| {
            let names = BackupInterval::ALL.map(BackupInterval::name).join(", ");
            BackupInterval::parse(raw.as_text()?)
                .ok_or_else(|| InvalidSetting::value(raw, format!("it must be one of {names}")))
        };
        Ok(Self {
            is_on: checked(layers.get(var::BACKUP_ENABLED), parse::switch, true)?,
            interval: checked(layers.get(var::BACKUP_INTERVAL), interval, BackupInterval::Daily)?,
            days: checked(layers.get(var::BACKUP_RETENTION), |raw| whole(raw, 1, MOST.0), 7)?,
            count: checked(layers.get(var::BACKUP_MAX_COUNT), |raw| whole(raw, 1, MOST.1), 10)?,
        })
    }

    /// All of it together, for a directory; none when no backups are made.
    #[must_use]
    pub fn schedule(&self, directory: &Path) -> Option<BackupSchedule> {
        self.is_on.value.then(|| BackupSchedule {
            directory: directory.to_owned(),
            interval: self.interval.value,
            retention: BackupRetention { days: Some(self.days.value), count: Some(self.count.value) },
        })
    }
}

impl Checks {
    pub(super) fn resolve(layers: &Layers) -> Result<Self, InvalidSetting> {
        let seconds = |raw: &Raw| whole(raw, CHECKS_S.0, CHECKS_S.1);
        Ok(Self {
            is_on: checked(layers.get(var::CHECK_ENABLED), parse::switch, true)?,
            interval_s: checked(layers.get(var::CHECK_INTERVAL), seconds, 1800)?,
        })
    }

    /// How often; none when it is not done.
    #[must_use]
    pub fn interval(&self) -> Option<Duration> {
        self.is_on.value.then(|| Duration::from_secs(self.interval_s.value.into()))
    }
}

fn whole(raw: &Raw, lowest: usize, highest: usize) -> Result<u32, InvalidSetting> {
    parse::number(raw, lowest, highest).map(|number| u32::try_from(number).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Environment, Settings};

    fn with(variables: &[(&str, &str)]) -> Result<Settings, InvalidSetting> {
        let home = Path::new("/home/u");
        Settings::resolve(Vec::new(), Environment::of(variables, Some(home), home))
    }

    #[test]
    fn backups_are_made_every_day_unless_told_otherwise() {
        let settings = with(&[]).unwrap();
        let schedule = settings.scheduled_backups.schedule(Path::new("/b")).unwrap();
        assert_eq!(
            (schedule.directory.as_path(), schedule.interval),
            (Path::new("/b"), BackupInterval::Daily)
        );
        assert_eq!(schedule.retention, BackupRetention { days: Some(7), count: Some(10) });
        assert_eq!(settings.checks.interval(), Some(Duration::from_secs(1800)));
        let off = [("MCP_BACKUP_ENABLED", "false"), ("MCP_MEMORY_INTEGRITY_CHECK_ENABLED", "no")];
        let settings = with(&off).unwrap();
        assert_eq!(settings.scheduled_backups.schedule(Path::new("/b")), None);
        assert_eq!(settings.checks.interval(), None);
    }

    #[test]
    fn bounds_are_the_originals_and_what_is_beyond_them_is_refused() {
        for (name, lowest, highest) in [
            ("MCP_BACKUP_RETENTION", 1, 365),
            ("MCP_BACKUP_MAX_COUNT", 1, 100),
            ("MCP_MEMORY_INTEGRITY_CHECK_INTERVAL", 60, 86_400),
        ] {
            for good in [lowest, highest] {
                assert!(with(&[(name, &good.to_string())]).is_ok(), "{name} {good}");
            }
            for bad in [lowest - 1, highest + 1] {
                let error = with(&[(name, &bad.to_string())]).unwrap_err().to_string();
                assert!(error.contains(&format!("from {lowest} to {highest}")), "{error}");
            }
        }
        let error = with(&[("MCP_BACKUP_INTERVAL", "yearly")]).unwrap_err().to_string();
        assert!(error.contains("hourly, daily, weekly"), "{error}");
        let weekly = with(&[("MCP_BACKUP_INTERVAL", "Weekly")]).unwrap().scheduled_backups.interval;
        assert_eq!(weekly.value, BackupInterval::Weekly);
    }
}
