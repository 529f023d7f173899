//! Copies of a store.

use std::any::Any;
use std::fmt;
use std::path::PathBuf;

use model::Timestamp;

/// A copy of a store that was made and verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// How many live memories are in it.
    pub memories: u64,
}

/// A verified copy that lies in a directory of backups.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredBackup {
    /// Where it is.
    pub path: PathBuf,
    /// When it was made.
    pub made_at: Timestamp,
    /// Its size in bytes.
    pub bytes: u64,
}

/// The right to make the next backup in a directory. No other process and no other store has it as long as it lives; it
/// ends with the process that has it, however that ends.
pub struct BackupClaim {
    _held: Box<dyn Any + Send>,
}

impl BackupClaim {
    /// A claim that lasts as long as a value of the adapter's.
    #[must_use]
    pub fn new(held: impl Any + Send) -> Self {
        Self { _held: Box::new(held) }
    }
}

impl fmt::Debug for BackupClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BackupClaim")
    }
}

/// The name of a backup that was made then: the original's form, `memory_backup_YYYYMMDD_HHMMSS.db`, in UTC.
#[must_use]
pub fn backup_name(made_at: Timestamp) -> String {
    let time = jiff::Timestamp::from_microsecond(made_at.as_microseconds()).unwrap_or_default();
    format!("memory_backup_{}.db", time.strftime("%Y%m%d_%H%M%S"))
}

/// When a backup was made, by its name; none for a name that [`backup_name`] does not make.
#[must_use]
pub fn backup_time(name: &str) -> Option<Timestamp> {
    let time = name.strip_prefix("memory_backup_")?.strip_suffix(".db")?;
    let is_right = |(at, byte): (usize, u8)| if at == 8 { byte == b'_' } else { byte.is_ascii_digit() };
    if time.len() != 15 || !time.bytes().enumerate().all(is_right) {
        return None;
    }
    let time = jiff::civil::DateTime::strptime("%Y%m%d_%H%M%S", time).ok()?;
    let time = jiff::tz::TimeZone::UTC.to_timestamp(time).ok()?;
    Some(Timestamp::from_microseconds(time.as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_originals_and_are_known_again() {
        let at = Timestamp::from_stored_iso("2026-11-24T20:05:09.75Z").unwrap();
        assert_eq!(backup_name(at), "memory_backup_20261124_200509.db");
        let to_the_second = Timestamp::from_stored_iso("2026-11-24T20:05:09Z");
        assert_eq!(backup_time(&backup_name(at)), to_the_second);
        for other in [
            "memory_backup_mine.db",
            "memory_backup_20261124_20050.db",
            "memory_backup_20261124_2005091.db",
            "memory_backup_20261124-200509.db",
            "memory_backup_20261324_200509.db",
            "memory_backup_20261124_200509.db.unfinished",
            "sqlite_vec.before-upgrade-20261124T200509Z.db",
        ] {
            assert_eq!(backup_time(other), None, "{other}");
        }
    }
}
