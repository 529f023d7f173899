//! Memories that changed and are not indexed yet.
//!
//! Triggers on the table of memories write their numbers down, whoever changes them. Our own transactions index them
//! before they end; what another program wrote waits until we write or search.

use std::collections::BTreeSet;
use std::sync::{Arc, Weak};

use rusqlite::{Connection, Result, TransactionBehavior};

use super::index;
use crate::error::While;
use crate::pool::{Pool, Session};

/// How many waiting memories a transaction of ours indexes beside its own work.
const PER_TRANSACTION: usize = 500;

/// Whether any memory waits.
pub(crate) fn has_any(connection: &Connection) -> Result<bool> {
    connection.prepare_cached("SELECT 1 FROM service_words_queue LIMIT 1")?.exists([])
}

/// The memories that wait.
pub(super) fn waiting(connection: &Connection) -> Result<BTreeSet<i64>> {
    let mut statement = connection.prepare_cached("SELECT id FROM service_words_queue")?;
    statement.query_map([], |row| row.get(0))?.collect()
}

/// The newest of the memories that wait.
pub(super) fn newest(connection: &Connection, count: usize) -> Result<Vec<i64>> {
    let mut statement =
        connection.prepare_cached("SELECT id FROM service_words_queue ORDER BY id DESC LIMIT ?")?;
    statement.query_map([count], |row| row.get(0))?.collect()
}

/// The first of the memories that wait.
pub(crate) fn first(connection: &Connection, count: usize) -> Result<Vec<i64>> {
    let mut statement = connection.prepare_cached("SELECT id FROM service_words_queue LIMIT ?")?;
    statement.query_map([count], |row| row.get(0))?.collect()
}

/// Indexes memories that wait, in the caller's transaction, and gives how many.
pub(crate) fn drain(connection: &Connection) -> Result<usize> {
    let mut statement =
        connection.prepare_cached("SELECT id FROM service_words_queue ORDER BY id LIMIT ?")?;
    let ids: Vec<i64> = statement.query_map([PER_TRANSACTION], |row| row.get(0))?.collect::<Result<_>>()?;
    for id in &ids {
        index::refresh(connection, *id)?;
        connection.prepare_cached("DELETE FROM service_words_queue WHERE id = ?")?.execute([id])?;
    }
    Ok(ids.len())
}

/// Indexes all that waits, in the caller's transaction.
pub(crate) fn drain_all(connection: &Connection) -> Result<()> {
    while drain(connection)? == PER_TRANSACTION {}
    Ok(())
}

/// [`drain`], undone when it fails: what cannot be indexed waits, and does not keep anybody from writing.
pub(crate) fn drain_if_possible(connection: &Connection) -> Result<()> {
    connection.execute_batch("SAVEPOINT service_words")?;
    if let Err(error) = drain(connection) {
        tracing::warn!(error = %error, "words were not indexed");
        connection.execute_batch("ROLLBACK TO service_words")?;
    }
    connection.execute_batch("RELEASE service_words")
}

/// Indexes some of what waits for a search, unless another program is writing. Says whether more waits.
pub(crate) fn drain_some(session: &mut Session) -> crate::error::Result<bool> {
    session.at_once(|connection| {
        let transaction = rusqlite::Transaction::new_unchecked(connection, TransactionBehavior::Immediate)
            .doing("indexing words")?;
        let count = drain(&transaction).doing("indexing words")?;
        transaction.commit().doing("indexing words")?;
        Ok(count == PER_TRANSACTION)
    })
}

/// Goes on with that in the background, between the writes that others ask for.
pub(crate) fn drain_rest(pool: &Arc<Pool>) {
    go_on(Arc::downgrade(pool), pool);
}

fn go_on(pool: Weak<Pool>, writer: &Pool) {
    writer.write_later(move |session| {
        if pool.upgrade().is_none_or(|pool| pool.is_left()) {
            return;
        }
        match (drain_some(session), pool.upgrade()) {
            (Ok(true), Some(writer)) => go_on(pool, &writer),
            (Ok(_), _) => {}
            // The next search begins again.
            (Err(error), _) => tracing::debug!(error = %error, "words were not indexed"),
        }
    });
}

/// Forgets what waits.
pub(super) fn empty(connection: &Connection) -> Result<()> {
    connection.execute_batch("DELETE FROM service_words_queue")
}
