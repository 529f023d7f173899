//! What a thread of the pool holds.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::Users;
use crate::Options;
use crate::connection::{self, Access, Waiting};
use crate::error::{Result, While};
use crate::words::queue;

/// A thread's connection, opened by its first job.
pub(crate) struct Session {
    /// How the store was opened.
    pub(crate) options: Arc<Options>,
    /// Who uses the pool.
    pub(crate) users: Users,
    access: Access,
    waiting: Arc<Waiting>,
    connection: Option<Connection>,
}

impl Session {
    pub(crate) fn new(options: Arc<Options>, users: Users, access: Access) -> Self {
        let waiting = Arc::new(Waiting::new(options.busy_limit, users.clone()));
        Self { options, users, access, waiting, connection: None }
    }

    /// The connection, and the patience that goes with it. A new call begins.
    pub(crate) fn connection(&mut self) -> Result<(&mut Connection, &Arc<Waiting>)> {
        self.waiting.restart();
        if self.connection.is_none() {
            let opened =
                self.waiting.retry(|| connection::open(&self.options, self.access, &self.waiting))?;
            self.connection = Some(opened);
        }
        match &mut self.connection {
            Some(connection) => Ok((connection, &self.waiting)),
            None => Err(ports::StoreError::Closed),
        }
    }

    /// Runs a unit of work: all of it is committed, or none. It is run again when a lock prevented it. Memories that it
    /// changed, and some that other programs did, are indexed by their words before it ends.
    pub(crate) fn transaction<T>(&mut self, work: impl Fn(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let (connection, waiting) = self.connection()?;
        waiting.retry(|| {
            let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)
                .doing("beginning a transaction")?;
            let result = work(&transaction)?;
            queue::drain_if_possible(&transaction).doing("indexing words")?;
            transaction.commit().doing("committing")?;
            Ok(result)
        })
    }

    /// Reads several things from one state of the database.
    pub(crate) fn snapshot<T>(&mut self, read: impl Fn(&Connection) -> Result<T>) -> Result<T> {
        let (connection, waiting) = self.connection()?;
        waiting.retry(|| {
            let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Deferred)
                .doing("beginning to read")?;
            read(&transaction)
        })
    }

    /// Does something that does not wait for the locks of others.
    pub(crate) fn at_once<T>(&mut self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let (connection, waiting) = self.connection()?;
        let waiting = Arc::clone(waiting);
        connection.busy_timeout(Duration::ZERO).doing("setting the busy handler")?;
        let done = work(connection);
        connection::wait_for_locks(connection, &waiting)?;
        done
    }

    /// Does something that needs the right to write and changes nothing.
    pub(crate) fn rolled_back<T>(&mut self, work: impl Fn(&Connection) -> Result<T>) -> Result<T> {
        let (connection, waiting) = self.connection()?;
        waiting.retry(|| {
            let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)
                .doing("beginning a transaction")?;
            work(&transaction)
        })
    }
}
