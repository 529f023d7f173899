//! Keeping the index true while this process and others write.
//!
//! Whose vectors come, go or are replaced stands in a log that triggers write, in the transaction of the change and by
//! whose hand ever. The number of its last entry tells in microseconds whether the index has everything that a connection
//! sees; when it has not, the vectors of the memories in the new entries are read again, and nothing else. A log that was
//! cut in between, or a schema that changed, makes it read all codes. When the original made its vector table anew, the
//! triggers went with the old one: then every question reads all vectors, until the triggers are there again
//! ([`derived::watch`]).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, Weak};

use model::ModelIdentity;
use rusqlite::Connection;

use super::codes::Code;
use super::derived::{self, Measure, Spaces};
use super::fine::Fine;
use super::home::Home;
use super::index::{Entry, FINE_LIMIT, Index};
use super::stored;
use crate::error::{Result, While};
use crate::pool::Pool;

/// How many changes are followed one by one, beside a share of all vectors. With more, reading all codes is faster.
const FOLLOWED: (usize, usize) = (4096, 8);
/// How many vectors are coded at once, by all cores.
const AT_ONCE: usize = 4096;

/// The vectors of one model, in memory.
pub(crate) struct Vectors {
    model: ModelIdentity,
    index: RwLock<Option<Index>>,
    /// Set when codes were made that are not in the database, or the original's table is not watched.
    has_gaps: AtomicBool,
}

/// What of the database decides whether an index is true.
struct State {
    home: Home,
    schema_version: i64,
    seq: i64,
}

impl State {
    fn of(connection: &Connection, model: &ModelIdentity) -> Result<Self> {
        Ok(Self {
            home: Home::read(connection, model)?,
            schema_version: number(connection, "PRAGMA schema_version")?,
            seq: number(connection, "SELECT coalesce(max(seq), 0) FROM service_vector_log")?,
        })
    }

    /// Whether the index is of the same tables. It may have later changes.
    fn is_of(&self, index: &Index) -> bool {
        index.is_watched && index.home == self.home && index.schema_version == self.schema_version
    }
}

impl Vectors {
    /// The vectors of a model. They are read when the first question comes.
    pub(crate) fn new(model: ModelIdentity) -> Self {
        Self { model, index: RwLock::new(None), has_gaps: AtomicBool::new(false) }
    }

    /// The model.
    pub(crate) fn model(&self) -> &ModelIdentity {
        &self.model
    }

    /// Answers a question from the index, which is true for what the connection sees. Must be called inside a read
    /// transaction.
    pub(crate) fn current<T>(
        &self,
        connection: &Connection,
        answer: impl FnOnce(&Index) -> Result<T>,
    ) -> Result<T> {
        let state = State::of(connection, &self.model)?;
        {
            let held = self.index.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(index) = held.as_ref().filter(|index| state.is_of(index) && index.seq >= state.seq) {
                return answer(index);
            }
        }
        let mut held = self.index.write().unwrap_or_else(PoisonError::into_inner);
        let index = match held.take().filter(|index| state.is_of(index)) {
            Some(index) if index.seq >= state.seq => index,
            Some(index) => self.caught_up(connection, &state, index)?,
            None => self.load(connection, &state)?,
        };
        answer(held.insert(index))
    }

    /// Whether codes are missing in the database. They are taken to be made when it says so.
    pub(crate) fn take_gaps(&self) -> bool {
        self.has_gaps.swap(false, Ordering::Relaxed)
    }

    /// The table changed in a way that is not followed: the next question reads it again.
    pub(crate) fn forget(&self) {
        *self.index.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn load(&self, connection: &Connection, state: &State) -> Result<Index> {
        let home = state.home.clone();
        let spaces = Spaces::of(&self.model, &home);
        let is_watched = home != Home::Vec0 || derived::is_watched(connection)?;
        let mut index =
            Index::new(home.clone(), spaces, self.model.dimension, state.schema_version, state.seq);
        index.is_watched = is_watched;
        if !is_watched {
            self.has_gaps.store(true, Ordering::Relaxed);
        }
        let (count, codes) = (stored::count(connection, &home)?, derived::count(connection)?);
        index.reserve(count.max(codes));
        let mut reader =
            Reader { measure: Measure::new(connection, &index)?, is_fine: count.max(codes) <= FINE_LIMIT };
        let (mut wholes, mut has_chunks, mut last) = (0, false, None);
        derived::each_code(connection, spaces, |id, part, code| {
            has_chunks |= part > 0;
            if part == 0 && !is_watched {
                return Ok(());
            }
            wholes += usize::from(part == 0);
            if part == 0 {
                last = None;
            }
            if part > 0 && last != Some(id) {
                return Ok(());
            }
            if reader.put(&mut index, id, part, code)? && part == 0 {
                last = Some(id);
            }
            Ok(())
        })?;
        drop(reader);
        if wholes < count {
            self.has_gaps.store(true, Ordering::Relaxed);
            self.code_missing(connection, &mut index, has_chunks)?;
        }
        index.sort();
        tracing::debug!(
            vectors = index.len(),
            coded_now = count.saturating_sub(wholes),
            "read the vectors into memory"
        );
        Ok(index)
    }

    /// Codes the vectors of which the database has no code.
    fn code_missing(&self, connection: &Connection, index: &mut Index, has_chunks: bool) -> Result<()> {
        let (home, dimension) = (index.home.clone(), index.dimension());
        let missing = if index.is_watched {
            Some(stored::ids_without_code(connection, &home, index.spaces.whole)?)
        } else {
            None
        };
        let is_wanted = |id: i64| missing.as_ref().is_none_or(|missing| missing.contains(&id));
        let mut some: Vec<(i64, Vec<f32>)> = Vec::new();
        let mut added = Vec::new();
        stored::each(connection, &home, dimension, is_wanted, |id, numbers| {
            some.push((id, numbers.to_vec()));
            if some.len() == AT_ONCE {
                put_all(index, &mut some, &mut added);
            }
        })?;
        put_all(index, &mut some, &mut added);
        for id in added.into_iter().filter(|_| has_chunks) {
            put_memory(connection, index, id, 1)?;
        }
        Ok(())
    }

    fn caught_up(&self, connection: &Connection, state: &State, mut index: Index) -> Result<Index> {
        let doing = "following changes of vectors";
        let first: i64 = number(connection, "SELECT coalesce(min(seq), 0) FROM service_vector_log")?;
        let changed: Vec<i64> = connection
            .prepare_cached("SELECT DISTINCT id FROM service_vector_log WHERE seq > ?")
            .and_then(|mut statement| statement.query_map([index.seq], |row| row.get(0))?.collect())
            .doing(doing)?;
        if first > index.seq + 1 || changed.len() > FOLLOWED.0 + index.len() / FOLLOWED.1 {
            return self.load(connection, state);
        }
        for id in changed {
            index.remove(id);
            if put_memory(connection, &mut index, id, 0)? {
                continue;
            }
            if !stored::is_there(connection, &index.home, id)? {
                continue;
            }
            self.has_gaps.store(true, Ordering::Relaxed);
            let numbers = stored::one(connection, &index.home, id)?.unwrap_or_default();
            if let Some(entry) = entry(&index, id, &numbers) {
                index.put(entry);
                put_memory(connection, &mut index, id, 1)?;
            }
        }
        index.seq = state.seq;
        Ok(index)
    }
}

/// Makes the codes that the database lacks, some at a time, between the writes that others ask for.
pub(crate) fn fill(pool: &Arc<Pool>, model: ModelIdentity) {
    fill_after(Arc::downgrade(pool), pool, model, i64::MIN);
}

fn fill_after(pool: Weak<Pool>, writer: &Pool, model: ModelIdentity, after: i64) {
    writer.write_later(move |session| {
        let is_left = || pool.upgrade().is_none_or(|pool| pool.is_left());
        if is_left() {
            return;
        }
        let filled = session.transaction(|connection| {
            if !derived::is_watched(connection)? {
                derived::watch(connection).doing("watching the vector table")?;
            }
            derived::fill(connection, &model, after)
        });
        match (filled, pool.upgrade()) {
            (Ok(Some(last)), Some(writer)) => fill_after(pool, &writer, model, last),
            (Ok(_), _) => {}
            // The index does without.
            (Err(error), _) => tracing::debug!(error = %error, "writing codes of vectors failed"),
        }
    });
}

/// Puts codes from the database into an index, with the vectors in sixteen bits while there are few.
struct Reader<'c> {
    measure: Measure<'c>,
    is_fine: bool,
}

impl Reader<'_> {
    /// Whether there is a vector now: a code without bytes has none.
    fn put(&mut self, index: &mut Index, id: i64, part: u16, code: &[u8]) -> Result<bool> {
        let Some(code) = Code::read(code, index.rotation()) else { return Ok(false) };
        let fine = if self.is_fine && index.is_fine() { self.measure.read(id, part)? } else { None };
        index.put(Entry { id, part, code, fine });
        Ok(true)
    }
}

/// Puts a memory's vectors from this part on into the index, by their codes. Says whether the whole has a code, with or
/// without direction.
fn put_memory(connection: &Connection, index: &mut Index, id: i64, from: u16) -> Result<bool> {
    let codes = derived::codes_of(connection, index.spaces, id)?;
    let is_coded = codes.first().is_some_and(|(part, _)| *part == 0);
    if from == 0 && !codes.first().is_some_and(|(part, code)| *part == 0 && !code.is_empty()) {
        return Ok(is_coded);
    }
    let mut reader = Reader { measure: Measure::new(connection, index)?, is_fine: index.is_fine() };
    for (part, code) in codes.iter().filter(|(part, _)| *part >= from) {
        reader.put(index, id, *part, code)?;
    }
    Ok(is_coded)
}

fn entry(index: &Index, id: i64, numbers: &[f32]) -> Option<Entry> {
    let code = Some(numbers).filter(|numbers| numbers.len() == index.dimension())?;
    let code = Code::of(index.rotation(), code)?;
    let fine = index.is_fine().then(|| Fine::of(numbers)).flatten();
    Some(Entry { id, part: 0, code, fine })
}

/// Codes vectors on all cores and puts them into the index. Names the memories whose vectors can be found.
fn put_all(index: &mut Index, some: &mut Vec<(i64, Vec<f32>)>, added: &mut Vec<i64>) {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let share = some.len().div_ceil(cores).max(1);
    let shared = &*index;
    let code = |share: &[(i64, Vec<f32>)]| -> Vec<Entry> {
        share.iter().filter_map(|(id, numbers)| entry(shared, *id, numbers)).collect()
    };
    let entries: Vec<Entry> = std::thread::scope(|scope| {
        let threads: Vec<_> = some.chunks(share).map(|share| scope.spawn(move || code(share))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    });
    for entry in entries {
        added.push(entry.id);
        index.put(entry);
    }
    some.clear();
}

fn number(connection: &Connection, sql: &str) -> Result<i64> {
    connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.query_row([], |row| row.get(0)))
        .doing("looking for changes of vectors")
}
