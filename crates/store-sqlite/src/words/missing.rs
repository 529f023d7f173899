//! Memories that an index of words does not have yet, because it was built anew over many.
//!
//! Indexing a million takes a minute. A file is opened without waiting for that: the index begins empty, and one number says
//! below which memories are missing. The writing thread indexes them, some in each transaction and the newest first, and
//! lowers the number in the same transaction; so nothing is lost when the process ends in between, and any other goes on.
//! Searches find by meaning what words do not find yet.

use std::sync::{Arc, Weak};

use rusqlite::{Connection, OptionalExtension, Result};

use super::index;
use crate::error::While;
use crate::pool::Pool;
use crate::schema::catalogue::WORDS;

/// Under which key of `service_info` the number stands.
const KEY: &str = "words missing below";
/// Of how many memories an index is built at once.
const FEW: usize = if cfg!(test) { 40 } else { 5_000 };
/// How many memories are indexed in one transaction.
const AT_ONCE: usize = if cfg!(test) { 16 } else { 1_000 };
/// How many pages are merged in one transaction.
const PAGES: i64 = 500;

/// The number of the first memory that is not missing, when some are.
pub(crate) fn below(connection: &Connection) -> Result<Option<i64>> {
    connection
        .prepare_cached("SELECT CAST(value AS INTEGER) FROM service_info WHERE key = ?")?
        .query_row([KEY], |row| row.get(0))
        .optional()
}

/// How many memories are missing, about.
pub(crate) fn count(connection: &Connection) -> Result<u64> {
    let Some(below) = below(connection)? else { return Ok(0) };
    let sql = "SELECT count(*) FROM memories WHERE id < ? AND +deleted_at IS NULL";
    connection.query_row(sql, [below], |row| row.get(0))
}

/// Says that all memories are missing, if they are many; else that none is.
pub(super) fn begin(connection: &Connection) -> Result<bool> {
    let sql = "SELECT id FROM memories WHERE +deleted_at IS NULL LIMIT 1 OFFSET ?";
    let are_many = connection.prepare(sql)?.exists([FEW])?;
    if are_many {
        let sql = "INSERT OR REPLACE INTO service_info (key, value) SELECT ?, max(id) + 1 FROM memories";
        connection.execute(sql, [KEY])?;
    } else {
        end(connection)?;
    }
    Ok(are_many)
}

fn end(connection: &Connection) -> Result<()> {
    connection.execute("DELETE FROM service_info WHERE key = ?", [KEY]).map(|_| ())
}

/// Indexes some of those that are missing, in the caller's transaction. Says whether more are.
pub(crate) fn index_some(connection: &Connection) -> Result<bool> {
    let Some(below) = below(connection)? else { return Ok(false) };
    let sql = "SELECT id FROM memories WHERE id < ? AND +deleted_at IS NULL ORDER BY id DESC LIMIT ?";
    let mut statement = connection.prepare_cached(sql)?;
    let mut ids: Vec<i64> =
        statement.query_map((below, AT_ONCE), |row| row.get(0))?.collect::<Result<_>>()?;
    // FTS5 writes a part of its own whenever a number is lower than the one before.
    ids.reverse();
    ids.iter().try_for_each(|id| index::refresh(connection, *id))?;
    let Some(first) = ids.first().filter(|_| ids.len() == AT_ONCE) else {
        end(connection)?;
        return Ok(false);
    };
    let sql = "UPDATE service_info SET value = ? WHERE key = ?";
    connection.execute(sql, (first, KEY))?;
    Ok(true)
}

/// Merges some of the parts that the index came in. Says whether that is done.
fn merge_some(connection: &Connection, pages: i64) -> Result<bool> {
    let before = connection.total_changes();
    let (name, _) = WORDS;
    connection.execute(&format!("INSERT INTO {name}({name}, rank) VALUES ('merge', ?)"), [pages])?;
    // FTS5 documents it so: the command itself is one change.
    Ok(connection.total_changes() - before < 2)
}

/// What is to be done next.
#[derive(Clone, Copy)]
enum Step {
    Index,
    Merge(i64),
}

impl Step {
    fn run(self, connection: &Connection) -> Result<Option<Self>> {
        Ok(match self {
            Self::Index if index_some(connection)? => Some(Self::Index),
            // The negative number tells FTS5 that all parts are to be merged.
            Self::Index => Some(Self::Merge(-PAGES)),
            Self::Merge(pages) if merge_some(connection, pages)? => None,
            Self::Merge(_) => Some(Self::Merge(PAGES)),
        })
    }
}

/// Indexes what is missing, some at a time, between the writes that others ask for.
pub(crate) fn fill(pool: &Arc<Pool>) {
    go_on(Arc::downgrade(pool), pool, Step::Index);
}

fn go_on(pool: Weak<Pool>, writer: &Pool, step: Step) {
    writer.write_later(move |session| {
        if pool.upgrade().is_none_or(|pool| pool.is_left()) {
            return;
        }
        let done = session.transaction(|connection| step.run(connection).doing("indexing words"));
        match (done, pool.upgrade()) {
            (Ok(Some(next)), Some(writer)) => go_on(pool, &writer, next),
            (Ok(_), _) => {}
            // Whoever opens the file next begins again.
            (Err(error), _) => tracing::warn!(error = %error, "the words of older memories were not indexed"),
        }
    });
}

/// Indexes all that is missing, some in each transaction.
pub(crate) fn fill_now(session: &mut crate::pool::Session) -> crate::error::Result<()> {
    let mut step = Some(Step::Index);
    while let Some(now) = step {
        step = session.transaction(|connection| now.run(connection).doing("indexing words"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
