//! SQLite's errors in the port's terms, in one place.

use ports::StoreError;
use rusqlite::ErrorCode;

/// What every part of this crate returns.
pub(crate) type Result<T> = std::result::Result<T, StoreError>;

/// Says what was being done when SQLite failed.
pub(crate) trait While<T> {
    /// Turns SQLite's error into the port's.
    fn doing(self, what: &'static str) -> Result<T>;
}

impl<T> While<T> for rusqlite::Result<T> {
    fn doing(self, what: &'static str) -> Result<T> {
        self.map_err(|error| store_error(what, error))
    }
}

/// SQLite's error in the port's terms. `waited_ms` of [`StoreError::Busy`] is filled in where the waiting is done.
pub(crate) fn store_error(doing: &'static str, error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy { waited_ms: 0 },
        Some(ErrorCode::DiskFull) => StoreError::Full { source: error.into() },
        Some(ErrorCode::SystemIoFailure) => StoreError::Disk { doing, source: error.into() },
        Some(ErrorCode::ReadOnly) => StoreError::ReadOnly { reason: error.to_string() },
        Some(ErrorCode::PermissionDenied) => StoreError::ReadOnly { reason: error.to_string() },
        Some(ErrorCode::DatabaseCorrupt) => {
            StoreError::Corrupt { reason: format!("found while {doing}"), source: Some(error.into()) }
        }
        Some(ErrorCode::NotADatabase) => StoreError::Corrupt {
            reason: "the file is not an SQLite database (or it is encrypted)".to_owned(),
            source: Some(error.into()),
        },
        // Nobody interrupts but this crate, when the store is being closed.
        Some(ErrorCode::OperationInterrupted) => StoreError::Closed,
        Some(ErrorCode::CannotOpen) => StoreError::Open {
            reason: "SQLite cannot open the file: check that it and its directory can be read and written"
                .to_owned(),
            source: Some(error.into()),
        },
        _ => StoreError::Other { doing, source: error.into() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::ffi;

    fn mapped(code: i32) -> StoreError {
        store_error("testing", rusqlite::Error::SqliteFailure(ffi::Error::new(code), None))
    }

    #[test]
    fn each_kind_of_failure_has_its_own_error() {
        assert!(matches!(mapped(ffi::SQLITE_BUSY), StoreError::Busy { .. }));
        assert!(matches!(mapped(ffi::SQLITE_BUSY_SNAPSHOT), StoreError::Busy { .. }));
        assert!(matches!(mapped(ffi::SQLITE_FULL), StoreError::Full { .. }));
        assert!(matches!(mapped(ffi::SQLITE_READONLY_DBMOVED), StoreError::ReadOnly { .. }));
        assert!(matches!(mapped(ffi::SQLITE_CORRUPT_VTAB), StoreError::Corrupt { .. }));
        assert!(matches!(mapped(ffi::SQLITE_NOTADB), StoreError::Corrupt { .. }));
        assert!(matches!(mapped(ffi::SQLITE_CANTOPEN), StoreError::Open { .. }));
        assert!(matches!(mapped(ffi::SQLITE_IOERR_FSYNC), StoreError::Disk { doing: "testing", .. }));
        assert!(matches!(mapped(ffi::SQLITE_INTERRUPT), StoreError::Closed));
        assert!(matches!(mapped(ffi::SQLITE_ERROR), StoreError::Other { doing: "testing", .. }));
    }
}
