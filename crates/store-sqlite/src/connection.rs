//! One connection, set up as every connection of this store is.

pub mod pragmas;
pub(crate) mod waiting;

use std::path::Path;
use std::sync::Arc;

use ports::StoreError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::Options;
use crate::error::{Result, While};
use crate::schema::catalogue;
use crate::{functions, vec0};
pub(crate) use waiting::Waiting;

/// The oldest SQLite that this store runs on. Before it, a checkpoint beside a writer could lose pages (its WAL-reset
/// bug).
const OLDEST_SQLITE: i32 = 3_051_003;
/// Pages that a connection keeps at most, in KiB. SQLite's 2 MB are too few for the words of 10,000 memories: a search
/// read 440 pages again.
const CACHE_KIB: i64 = 8000;
/// How large the write-ahead log may stay after a checkpoint, in bytes.
const LOG_LIMIT_BYTES: i64 = 16 * 1024 * 1024;
/// Prepared statements kept for each connection.
const STATEMENTS: usize = 64;

/// What a connection may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Read and write.
    Write,
    /// Read only; a write is an error.
    Read,
}

/// Opens the file, which must be there.
pub(crate) fn open(options: &Options, access: Access, waiting: &Arc<Waiting>) -> Result<Connection> {
    check_version()?;
    vec0::register()?;
    let mut connection = open_plain(&options.path)?;
    wait_for_locks(&mut connection, waiting)?;
    configure(&connection).doing("setting up a connection")?;
    functions::register(&connection).doing("setting up a connection")?;
    connection.execute_batch(catalogue::WORDS_VIEWS).doing("setting up a connection")?;
    for (name, value) in pragmas::allowed(&options.pragmas) {
        connection.pragma_update(None, name, value).doing("applying a configured pragma")?;
    }
    if access == Access::Read {
        connection.pragma_update(None, "query_only", true).doing("setting up a connection")?;
    }
    Ok(connection)
}

/// Makes a connection wait for the locks of others.
pub(crate) fn wait_for_locks(connection: &mut Connection, waiting: &Arc<Waiting>) -> Result<()> {
    let handler = Arc::clone(waiting);
    connection.busy_handler(Some(move |_| handler.pause())).doing("setting the busy handler")
}

/// Opens an existing database file with nothing set: for the copy that a backup makes.
pub(crate) fn open_plain(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(path, flags).doing("opening the database")
}

/// Refuses to run on an SQLite that is too old.
pub(crate) fn check_version() -> Result<()> {
    if rusqlite::version_number() >= OLDEST_SQLITE {
        return Ok(());
    }
    Err(StoreError::Open {
        reason: format!(
            "SQLite {} is linked, 3.51.3 or later is needed: rebuild the program",
            rusqlite::version()
        ),
        source: None,
    })
}

/// What every connection is set to, whatever the file holds.
pub(crate) fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    // SQLite plans a statement anew for each value that a range is bound to, FTS5's own ones at every term: a sixth of a search.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    for (name, value) in [
        ("synchronous", "FULL"),
        ("foreign_keys", "ON"),
        // What is deleted inside a page is overwritten: purging depends on it. (Pages that are freed are overwritten by
        // the purge; to overwrite each at once would make storing half as fast.)
        ("secure_delete", "FAST"),
        ("temp_store", "MEMORY"),
        ("cell_size_check", "ON"),
        ("mmap_size", "0"),
    ] {
        connection.pragma_update(None, name, value)?;
    }
    connection.pragma_update(None, "journal_size_limit", LOG_LIMIT_BYTES)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)
}

/// Switches the file to the write-ahead log, where readers and one writer do not wait for each other.
pub(crate) fn use_log(connection: &Connection) -> Result<()> {
    let mode: String = connection
        .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        .doing("switching to the write-ahead log")?;
    if mode.eq_ignore_ascii_case("wal") {
        return Ok(());
    }
    Err(StoreError::Open {
        reason: format!(
            "the file stays in journal mode {mode}; this store needs a write-ahead log: move it to a local disk \
             where shared memory works, and check that its directory can be written"
        ),
        source: None,
    })
}
