//! The connection of a thread.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ports::StoreError;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::form::{self, Form};
use crate::connection::{self, Waiting};
use crate::error::{Result, While};
use crate::pool::Users;
use crate::{NetworkFileSystem, files};

/// How long one call waits for other processes. A request waits with it.
const BUSY_LIMIT: Duration = Duration::from_secs(5);

/// Held while a file may be created: it is closed once by hand then, which must not happen while another thread of this process
/// has it open (closing any descriptor of a file drops this process's locks on it).
static CREATING: Mutex<()> = Mutex::new(());

/// Where the keys are.
pub(super) struct Place {
    pub(super) path: PathBuf,
    pub(super) network: NetworkFileSystem,
}

/// What is done when there is no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// It is made.
    Create,
    /// Nothing.
    Leave,
}

/// What tells a file from another one that takes its place: device and number.
type Identity = (u64, u64);

/// A thread's connection, opened when it is needed and there is something to open.
pub(super) struct Session {
    pub(super) place: Arc<Place>,
    pub(super) waiting: Arc<Waiting>,
    open: Option<(Identity, Connection)>,
}

impl Session {
    pub(super) fn new(place: Arc<Place>, users: Users) -> Self {
        Self { place, waiting: Arc::new(Waiting::new(BUSY_LIMIT, users)), open: None }
    }

    /// Reads; none when there is nothing to read.
    pub(super) fn read<T>(&mut self, work: impl Fn(&Connection) -> Result<T>) -> Result<Option<T>> {
        self.told(|session| {
            let waiting = Arc::clone(&session.waiting);
            let Some(connection) = session.connection(Missing::Leave)? else { return Ok(None) };
            waiting.retry(|| work(connection)).map(Some)
        })
    }

    /// Runs a unit of work: all of it is committed, or none. None when there is no file and none is to be made.
    pub(super) fn write<T>(
        &mut self,
        missing: Missing,
        work: impl Fn(&Connection) -> Result<T>,
    ) -> Result<Option<T>> {
        self.told(|session| {
            let waiting = Arc::clone(&session.waiting);
            let Some(connection) = session.connection(missing)? else { return Ok(None) };
            let unit = || {
                let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)
                    .doing("beginning a transaction")?;
                let done = work(&transaction)?;
                transaction.commit().doing("committing")?;
                Ok(done)
            };
            waiting.retry(unit).map(Some)
        })
    }

    /// Says in every error which file it is about.
    fn told<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let place = Arc::clone(&self.place);
        work(self).map_err(|error| place.told(error))
    }

    fn connection(&mut self, missing: Missing) -> Result<Option<&Connection>> {
        self.waiting.restart();
        let mut found = self.place.identity()?;
        if self.open.as_ref().map(|(identity, _)| *identity) != found {
            // It was removed, or another one was put in its place: what stood in it does not count any more.
            self.open = None;
        }
        if self.open.is_none() {
            if found.is_none() && missing == Missing::Leave {
                return Ok(None);
            }
            {
                let _creating = CREATING.lock().unwrap_or_else(PoisonError::into_inner);
                files::prepare(&self.place.path, self.place.network)?;
                found = self.place.identity()?;
            }
            let Some(identity) = found else { return Ok(None) };
            self.open = self.opened(missing)?.map(|connection| (identity, connection));
        }
        Ok(self.open.as_ref().map(|(_, connection)| connection))
    }

    /// Opens the file; none when nothing is in it and nothing is to be made.
    fn opened(&self, missing: Missing) -> Result<Option<Connection>> {
        connection::check_version()?;
        let waiting = &self.waiting;
        let mut connection = connection::open_plain(&self.place.path)?;
        connection::wait_for_locks(&mut connection, waiting)?;
        let form = waiting.retry(|| Form::detect(&connection))?;
        if form == Form::Empty && missing == Missing::Leave {
            return Ok(None);
        }
        // Not before: what is refused stays as it is.
        files::make_private(&self.place.path);
        connection::configure(&connection).doing("setting up a connection")?;
        waiting.retry(|| connection::use_log(&connection))?;
        if form.is_old() {
            waiting.retry(|| form::bring_up_to_date(&connection))?;
        }
        Ok(Some(connection))
    }
}

impl Place {
    /// What file is there now.
    pub(super) fn identity(&self) -> Result<Option<Identity>> {
        match fs::metadata(&self.path) {
            Ok(found) => Ok(Some((found.dev(), found.ino()))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::Open {
                reason: format!("it cannot be looked at: {error}"),
                source: Some(error.into()),
            }),
        }
    }

    /// An error that says which file it is about. What `memory doctor` does for memories it does not do for keys.
    fn told(&self, error: StoreError) -> StoreError {
        let path = self.path.display();
        let advice = "move it away and make new keys, or name another file with MCP_MEMORY_ACCESS_PATH";
        match error {
            StoreError::Open { reason, source } => StoreError::Open {
                reason: format!("the file of API keys, {path}: {reason}; {advice}"),
                source,
            },
            StoreError::Corrupt { reason, source } => StoreError::Open {
                reason: format!("the file of API keys, {path}, is damaged ({reason}); {advice}"),
                source,
            },
            StoreError::ReadOnly { reason } => {
                StoreError::ReadOnly { reason: format!("the file of API keys, {path}: {reason}") }
            }
            other => other,
        }
    }
}
