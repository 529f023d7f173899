//! Keeping the index true while this process and others write.
//!
//! Writes of this process are applied after they are committed. Writes of others are noticed by SQLite's `data_version`,
//! which changes with every commit of another connection; then the fingerprints of index and table are compared, and
//! only when they differ are the numbers gone through. Rows may vanish, and late ones may have small numbers: the
//! comparison is one of sets. A vector that is replaced under the same number does not show there: whoever of us does
//! that raises the epoch, and an index of another epoch is read anew.

use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use model::{ModelIdentity, Vector};
use rusqlite::Connection;

use super::home::{self, Home};
use super::index::Index;
use super::stored;
use crate::error::{Result, While};
use crate::pool::READERS;

/// The vectors of one model, in memory.
pub(crate) struct Vectors {
    model: ModelIdentity,
    index: RwLock<Option<Index>>,
    /// For each reading thread, when it last found the index to be true.
    seen: [Mutex<Option<Seen>>; READERS],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    data_version: i64,
    index_version: u64,
}

impl Vectors {
    /// The vectors of a model. They are read when the first question comes.
    pub(crate) fn new(model: ModelIdentity) -> Self {
        Self { model, index: RwLock::new(None), seen: Default::default() }
    }

    /// Answers a question from the index, which is true for what the connection sees. Must be called inside a read
    /// transaction.
    pub(crate) fn current<T>(
        &self,
        connection: &Connection,
        reader: usize,
        answer: impl FnOnce(&Index) -> Result<T>,
    ) -> Result<T> {
        let home = Home::read(connection, &self.model)?;
        let data_version = number(connection, "PRAGMA data_version")?;
        let schema_version = number(connection, "PRAGMA schema_version")?;
        let epoch = home::epoch(connection)?;
        let is_of_table = |index: &Index| {
            index.home == home && index.schema_version == schema_version && index.epoch == epoch
        };
        {
            let held = self.index.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(index) = held.as_ref().filter(|index| is_of_table(index)) {
                let now = Seen { data_version, index_version: index.version };
                if *self.seen(reader) == Some(now) {
                    return answer(index);
                }
                if stored::fingerprint(connection, &home)? == index.fingerprint() {
                    *self.seen(reader) = Some(now);
                    return answer(index);
                }
            }
        }
        let mut held = self.index.write().unwrap_or_else(PoisonError::into_inner);
        let index = match held.take().filter(is_of_table) {
            Some(mut index) => {
                reconcile(connection, &mut index)?;
                index
            }
            None => load(connection, Index::new(home, self.model.dimension, schema_version, epoch))?,
        };
        *self.seen(reader) = Some(Seen { data_version, index_version: index.version });
        answer(held.insert(index))
    }

    /// A vector was written and committed by this process.
    pub(crate) fn added(&self, home: &Home, id: i64, vector: &Vector) {
        self.change(|index| {
            if index.home == *home {
                index.put(id, vector.as_slice());
            }
        });
    }

    /// Vectors were removed by this process.
    pub(crate) fn removed(&self, ids: &[i64]) {
        self.change(|index| ids.iter().for_each(|id| index.remove(*id)));
    }

    /// The table changed in a way that is not followed: the next question reads it again.
    pub(crate) fn forget(&self) {
        *self.index.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn change(&self, change: impl FnOnce(&mut Index)) {
        let mut held = self.index.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = held.as_mut() {
            change(index);
        }
    }

    fn seen(&self, reader: usize) -> MutexGuard<'_, Option<Seen>> {
        self.seen[reader % READERS].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn load(connection: &Connection, mut index: Index) -> Result<Index> {
    let home = index.home.clone();
    let count = stored::fingerprint(connection, &home)?.count;
    index.reserve(usize::try_from(count).unwrap_or_default());
    let dimension = index.dimension();
    stored::each(connection, &home, dimension, |_| true, |id, numbers| index.put(id, numbers))?;
    tracing::debug!(vectors = index.len(), "read the vectors into memory");
    Ok(index)
}

fn reconcile(connection: &Connection, index: &mut Index) -> Result<()> {
    let (home, dimension) = (index.home.clone(), index.dimension());
    let there = stored::ids(connection, &home)?;
    let gone: Vec<i64> = index.known().filter(|id| !there.contains(id)).collect();
    gone.iter().for_each(|id| index.remove(*id));
    let come: std::collections::HashSet<i64> = there.into_iter().filter(|id| !index.has(*id)).collect();
    if come.is_empty() {
        return Ok(());
    }
    stored::each(connection, &home, dimension, |id| come.contains(&id), |id, numbers| index.put(id, numbers))
}

fn number(connection: &Connection, pragma: &str) -> Result<i64> {
    connection
        .prepare_cached(pragma)
        .and_then(|mut statement| statement.query_row([], |row| row.get(0)))
        .doing("looking for changes of other processes")
}
