//! Edges, and those that went with deleted memories.

use std::ops::ControlFlow;

use model::{ContentHash, EdgeRecord, Filter, Record};
use ports::{DumpRequest, DumpSink};
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

use super::memory::{number, time_or_epoch};
use crate::error::{Result, While};
use crate::filter::Condition;
use crate::rows;

const COLUMNS: &str = "e.source_hash, e.target_hash, e.relationship_type, e.similarity, e.connection_types,
    e.metadata, e.created_at";

/// Edges that come back with a memory: one of their ends is deleted, and none has been made anew since.
const ASIDE: &str = "EXISTS (SELECT 1 FROM memories AS x WHERE x.deleted_at IS NOT NULL
        AND x.content_hash IN (e.source_hash, e.target_hash))
    AND NOT EXISTS (SELECT 1 FROM memory_graph AS g
        WHERE g.source_hash = e.source_hash AND g.target_hash = e.target_hash)";

/// Gives the edges, in the order of both their keys.
pub(super) fn give(
    connection: &Connection,
    request: &DumpRequest,
    sink: &mut dyn DumpSink,
) -> Result<ControlFlow<()>> {
    let doing = "reading edges";
    let (within, values) = within(request);
    let mut sql = format!("SELECT {COLUMNS}, 0 FROM memory_graph AS e WHERE {within}");
    let mut bound = values.clone();
    if request.deleted {
        sql.push_str(&format!(
            " UNION ALL SELECT {COLUMNS}, 1 FROM service_deleted_edges AS e WHERE {ASIDE} AND {within}"
        ));
        bound.extend(values);
    }
    sql.push_str(" ORDER BY 1, 2, 8");
    let mut statement = connection.prepare(&sql).doing(doing)?;
    let mut rows = statement.query(params_from_iter(bound)).doing(doing)?;
    while let Some(row) = rows.next().doing(doing)? {
        if sink.take(Record::Edge(edge(row).doing(doing)?)).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// Which edges `e` lie within what the dump includes: one end is included, and the other one, too, unless it is no memory.
fn within(request: &DumpRequest) -> (String, Vec<Value>) {
    if request.deleted && request.filter == Filter::everything() {
        return ("1".to_owned(), Vec::new());
    }
    let live = Condition::of(&request.filter);
    let deleted = Condition::deleted(&request.filter);
    let states: Vec<&Condition> = if request.deleted { vec![&live, &deleted] } else { vec![&live] };
    let any = states.iter().map(|state| format!("({})", state.sql())).collect::<Vec<_>>().join(" OR ");
    let included = |end: &str| {
        format!("EXISTS (SELECT 1 FROM memories AS m WHERE m.content_hash = e.{end} AND ({any}))")
    };
    let is_no_memory =
        |end: &str| format!("NOT EXISTS (SELECT 1 FROM memories AS x WHERE x.content_hash = e.{end})");
    let (source, target) = (included("source_hash"), included("target_hash"));
    let sql = format!(
        "(({source} AND ({target} OR {})) OR ({target} AND {}))",
        is_no_memory("target_hash"),
        is_no_memory("source_hash"),
    );
    let once: Vec<Value> = states.iter().flat_map(|state| state.values().cloned()).collect();
    (sql, [once.clone(), once.clone(), once].concat())
}

fn edge(row: &Row<'_>) -> rusqlite::Result<EdgeRecord> {
    let key = |column| rows::text(row, column).map(|text| ContentHash::stored(text.unwrap_or_default()));
    Ok(EdgeRecord {
        source: key(0)?,
        target: key(1)?,
        relationship_type: rows::text(row, 2)?,
        similarity: Some(number(row, 3)?.filter(|number| number.is_finite()).unwrap_or(0.0)),
        connection_types: rows::text(row, 4)?.unwrap_or_default(),
        metadata: rows::text(row, 5)?,
        created_at: Some(time_or_epoch(row, 6)?),
        is_deleted: row.get(7)?,
    })
}
