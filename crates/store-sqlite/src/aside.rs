//! What is known of a memory and has no column of the original's: where it came from, when it happened, how often it was
//! used. It lies in side tables, so that nothing of it is spread into the original's answers.

use model::{MemoryId, Metadata, Origin, OriginKind, Timestamp};
use ports::{Usage, store::usage::later};
use rusqlite::{Connection, Result, Row, params};

use crate::filter::json_list;
use crate::{rows, update};

/// Columns of `service_origins` for a SELECT over `memories AS m`, in the order that [`origin`] reads them.
pub(crate) fn columns() -> String {
    let column = |name: &str| format!("(SELECT o.{name} FROM service_origins AS o WHERE o.id = m.id)");
    ["occurred_at", "kind", "client", "conversation", "agent"].map(column).join(", ")
}

/// When a memory happened and where it came from, from [`columns`] that begin at this one.
pub(crate) fn origin(row: &Row<'_>, first: usize) -> Result<(Option<Timestamp>, Option<Origin>)> {
    let occurred_at = row.get::<_, Option<f64>>(first)?.and_then(Timestamp::from_seconds);
    let kind = rows::text(row, first + 1)?.and_then(|name| OriginKind::named(&name));
    let Some(kind) = kind else { return Ok((occurred_at, None)) };
    let origin = Origin {
        kind,
        client: rows::text(row, first + 2)?,
        conversation: rows::text(row, first + 3)?,
        agent: rows::text(row, first + 4)?,
    };
    Ok((occurred_at, Some(origin)))
}

/// Writes down when a new memory happened and where it came from.
pub(crate) fn add(
    connection: &Connection,
    id: i64,
    occurred_at: Option<Timestamp>,
    origin: Option<&Origin>,
) -> Result<()> {
    if occurred_at.is_none() && origin.is_none() {
        return Ok(());
    }
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO service_origins (id, occurred_at, kind, client, conversation, agent)
                VALUES (?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            id,
            occurred_at.map(Timestamp::as_seconds),
            origin.map(|origin| origin.kind.name()),
            origin.and_then(|origin| origin.client.as_deref()),
            origin.and_then(|origin| origin.conversation.as_deref()),
            origin.and_then(|origin| origin.agent.as_deref()),
        ])?;
    Ok(())
}

/// Whether any memory says when it happened: most files have none, and their lists need not ask.
pub(crate) fn any_occurred(connection: &Connection) -> Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM service_origins WHERE occurred_at IS NOT NULL LIMIT 1")?
        .exists([])
}

/// Counts a use of each of these memories that is live.
pub(crate) fn record_access(connection: &Connection, ids: &[MemoryId], at: Timestamp) -> Result<()> {
    let numbers: Vec<i64> = ids.iter().map(|id| id.0).collect();
    connection.execute(
        "INSERT INTO service_usage (id, count, last)
            SELECT m.id, count(*), ?1 FROM json_each(?2) AS used CROSS JOIN memories AS m ON m.id = used.value
                WHERE m.deleted_at IS NULL GROUP BY m.id
            ON CONFLICT (id) DO UPDATE SET count = count + excluded.count, last = max(last, excluded.last)",
        params![at.as_seconds(), json_list(&numbers)],
    )?;
    Ok(())
}

/// How often these memories were used. The column `last_accessed` is the original's.
pub(crate) fn usage(connection: &Connection, ids: &[MemoryId]) -> Result<Vec<Usage>> {
    let numbers: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let mut statement = connection.prepare_cached(
        "SELECT m.id, m.metadata, u.count, u.last, CAST(m.last_accessed AS REAL)
            FROM json_each(?) AS wanted CROSS JOIN memories AS m ON m.id = wanted.value
            LEFT JOIN service_usage AS u ON u.id = m.id WHERE m.deleted_at IS NULL ORDER BY wanted.key",
    )?;
    let rows = statement.query_map([json_list(&numbers)], |row| {
        let metadata = Metadata::stored(update::fields(&rows::text(row, 1)?.unwrap_or_default()));
        let time = |column| -> Result<Option<Timestamp>> {
            Ok(row.get::<_, Option<f64>>(column)?.and_then(Timestamp::from_seconds))
        };
        let count: Option<u64> = row.get(2)?;
        let usage = Usage::of(MemoryId(row.get(0)?), &metadata, count.zip(time(3)?));
        Ok(Usage { last: later(usage.last, time(4)?), ..usage })
    })?;
    rows.collect()
}
