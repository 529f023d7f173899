//! Everything as it stands at one moment, row by row.
//!
//! The numbers of the rows are sorted first, and then each row is read by its number: SQLite sorts no texts, and the
//! memory it takes is eight bytes for each. What a record cannot hold (a time that is no number of the years 0 to 9999,
//! bytes where a text should be) is read here as everywhere ([`crate::rows`]), so that what is written of it elsewhere
//! gives the same record again.

mod edges;
mod memory;

use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use model::{ModelIdentity, Record};
use ports::{DumpRequest, DumpSink, StoreError};
use rusqlite::{Connection, params_from_iter};

use crate::error::{Result, While};
use crate::filter::Condition;
use crate::pool::Pool;
pub(crate) use memory::DEFAULT_CONFIDENCE;
use memory::Memories;

/// The order of memories: of the times that records have, then of their keys.
const ORDER: &str = "CASE WHEN typeof(m.created_at) IN ('real', 'integer')
        AND m.created_at BETWEEN -62167219200.0 AND 253402300799.0 THEN m.created_at
    ELSE unixepoch(m.created_at_iso, 'subsec') END, m.content_hash";

/// Whether the one who asked is still waiting.
struct Asking(Arc<AtomicBool>);

impl Drop for Asking {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// Reads everything on a thread of the pool. Dropping the future ends it.
pub(crate) async fn dump(
    pool: Arc<Pool>,
    model: Arc<ModelIdentity>,
    request: DumpRequest,
    sink: Box<dyn DumpSink>,
) -> Result<ControlFlow<()>> {
    let is_wanted = Arc::new(AtomicBool::new(true));
    let _asking = Asking(Arc::clone(&is_wanted));
    let sink = RefCell::new(Wanted { sink, is_wanted });
    let has_begun = Cell::new(false);
    let job = move |session: &mut crate::pool::Session| {
        session.snapshot(|connection| {
            let plan = Plan::read(connection, &request)?;
            // Nothing that can be locked out is left, and the sink must not get anything twice.
            if has_begun.replace(true) {
                return Err(StoreError::Other { doing: "reading everything", source: "begun twice".into() });
            }
            let mut sink = sink
                .try_borrow_mut()
                .map_err(|error| StoreError::Other { doing: "reading everything", source: error.into() })?;
            give(connection, &model, &request, &plan, &mut *sink)
        })
    };
    pool.read(job).await
}

/// A sink that ends the dump when nobody waits for it any more.
struct Wanted {
    sink: Box<dyn DumpSink>,
    is_wanted: Arc<AtomicBool>,
}

impl DumpSink for Wanted {
    fn begin(&mut self, model: &ModelIdentity, memories: u64) -> ControlFlow<()> {
        self.sink.begin(model, memories)
    }

    fn take(&mut self, record: Record) -> ControlFlow<()> {
        if self.is_wanted.load(Ordering::Relaxed) { self.sink.take(record) } else { ControlFlow::Break(()) }
    }
}

/// Which rows are given, in their order.
struct Plan {
    live: Vec<i64>,
    deleted: Vec<i64>,
}

impl Plan {
    fn read(connection: &Connection, request: &DumpRequest) -> Result<Self> {
        let live = ids(connection, &Condition::of(&request.filter))?;
        let deleted = match request.deleted {
            true => ids(connection, &Condition::deleted(&request.filter))?,
            false => Vec::new(),
        };
        Ok(Self { live, deleted })
    }
}

fn ids(connection: &Connection, condition: &Condition) -> Result<Vec<i64>> {
    let sql = format!("SELECT m.id FROM memories AS m WHERE {} ORDER BY {ORDER}", condition.sql());
    connection
        .prepare(&sql)
        .and_then(|mut statement| {
            statement.query_map(params_from_iter(condition.values()), |row| row.get(0))?.collect()
        })
        .doing("sorting memories")
}

fn give(
    connection: &Connection,
    model: &ModelIdentity,
    request: &DumpRequest,
    plan: &Plan,
    sink: &mut dyn DumpSink,
) -> Result<ControlFlow<()>> {
    if sink.begin(model, (plan.live.len() + plan.deleted.len()) as u64).is_break() {
        return Ok(ControlFlow::Break(()));
    }
    let mut memories = Memories::prepare(connection, model, request)?;
    for id in plan.live.iter().chain(&plan.deleted) {
        let record = Record::Memory(Box::new(memories.read(*id)?));
        if sink.take(record).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    if request.edges { edges::give(connection, request, sink) } else { Ok(ControlFlow::Continue(())) }
}
