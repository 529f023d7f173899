//! New file, old file, newer file: what is done when a store is opened.

use std::sync::Arc;

use model::{ModelIdentity, Timestamp};
use ports::StoreError;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::form::Form;
use super::steps;
use crate::backup::{self, Reason};
use crate::connection::{self, Access, Waiting};
use crate::error::{Result, While};
use crate::vectors::{home, spaces};
use crate::{Options, files, pool::Session};

/// Brings the file of a session into the form that this release reads and writes, if it is not in it already.
///
/// An older file is backed up first. The backup is made under the write lock, so that of several processes that open
/// the same old file at once one upgrades it and the others find the work done.
pub(crate) fn prepare(session: &mut Session, model: &ModelIdentity) -> Result<()> {
    let options = Arc::clone(&session.options);
    let (connection, waiting) = session.connection()?;
    let mut form = waiting.retry(|| Form::detect(connection))?;
    form.check_ours()?;
    // Not before: what is refused stays as it is.
    files::make_private(&options.path);
    if form.is_empty() {
        // Before anything is written: then the file is in one piece at every moment.
        waiting.retry(|| connection::use_log(connection))?;
    }
    if form.needs_upgrade() {
        let now = options.clock.now();
        waiting.retry(|| upgrade(connection, &options, waiting, model, now))?;
        form = waiting.retry(|| Form::detect(connection))?;
    }
    waiting.retry(|| connection::use_log(connection))?;
    let dimension = form.vec0.map(|table| table.dimension);
    let decide = || {
        home::decide_when_opened(connection, model, dimension)?;
        spaces::remember(connection, model)
    };
    match waiting.retry(decide) {
        // It can be read all the same.
        Err(StoreError::ReadOnly { .. }) => Ok(()),
        decided => decided,
    }
}

fn upgrade(
    connection: &Connection,
    options: &Options,
    waiting: &Arc<Waiting>,
    model: &ModelIdentity,
    now: Timestamp,
) -> Result<()> {
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)
        .doing("beginning the upgrade")?;
    let form = Form::detect(&transaction)?;
    form.check_ours()?;
    if !form.needs_upgrade() {
        return Ok(());
    }
    if !form.is_empty() {
        let source = connection::open(options, Access::Read, waiting)?;
        let copy = backup::write(&source, &options.backups, &options.path, Reason::BeforeUpgrade, now)?;
        tracing::info!(from = form.release(), backup = %copy.display(), "upgrading the database");
    }
    steps::run(&transaction, &form, model, now)?;
    transaction.commit().doing("committing the upgrade")
}

#[cfg(test)]
mod tests;
