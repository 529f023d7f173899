//! What happened to memories, by whatever program: read from the log that triggers write.
//!
//! Asking for the end of the log costs one look into an index, about what `PRAGMA data_version` costs; that one only tells
//! a connection what others did, and each question may meet another connection.

use ports::{EVENT_PREVIEW_CHARS, EventKind, EventPage, EventPoint, Glimpse, MemoryEvent};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::error::{Result, While};
use crate::filter::rows_limit;
use crate::rows;

/// What a row of the log and the memory that it names say. `?3` is how much of a text is read.
const LOG: &str = "SELECT e.seq, e.kind, coalesce(e.content_hash, m.content_hash),
        CASE WHEN m.id IS NULL THEN e.store ELSE m.store END, m.id IS NOT NULL AND m.deleted_at IS NULL,
        substr(m.content, 1, ?3), m.tags, m.memory_type
    FROM service_events AS e LEFT JOIN memories AS m ON m.id = e.id WHERE e.seq > ?1 ORDER BY e.seq LIMIT ?2";

/// The part of the log after a point.
pub(crate) fn after(connection: &Connection, point: Option<EventPoint>, limit: usize) -> Result<EventPage> {
    let doing = "reading what happened to memories";
    let last = edge(connection, "max").doing(doing)?;
    let nothing = |is_cut| EventPage { events: Vec::new(), end: EventPoint(last), has_more: false, is_cut };
    let Some(EventPoint(from)) = point else { return Ok(nothing(false)) };
    if from == last {
        return Ok(nothing(false));
    }
    // Another file was put in the place of this one, and its log is shorter.
    if from > last {
        return Ok(nothing(true));
    }
    let is_cut = edge(connection, "min").doing(doing)? > from + 1;
    let (mut events, mut end, mut read) = (Vec::new(), from, 0);
    let mut statement = connection.prepare_cached(LOG).doing(doing)?;
    let values = params![from, rows_limit(limit), EVENT_PREVIEW_CHARS + 1];
    let mut log = statement.query(values).doing(doing)?;
    while let Some(row) = log.next().doing(doing)? {
        read += 1;
        end = row.get(0).doing(doing)?;
        events.extend(event(row).doing(doing)?);
    }
    Ok(EventPage { events, end: EventPoint(end), has_more: read == limit, is_cut })
}

/// The first or the last number of the log; 0 when nothing is in it.
fn edge(connection: &Connection, which: &str) -> rusqlite::Result<i64> {
    let sql = format!("SELECT {which}(seq) FROM service_events");
    let found = connection.prepare_cached(&sql)?.query_row([], |row| row.get::<_, Option<i64>>(0));
    Ok(found.optional()?.flatten().unwrap_or(0))
}

/// What a row tells, if there is still somebody to whom it happened.
fn event(row: &Row<'_>) -> rusqlite::Result<Option<MemoryEvent>> {
    let kind = match row.get::<_, i64>(1)? {
        1 => EventKind::Stored,
        2 => EventKind::Changed,
        _ => EventKind::Deleted,
    };
    let Some(hash) = rows::key(rows::text(row, 2)?) else { return Ok(None) };
    let is_live: bool = row.get(4)?;
    if kind != EventKind::Deleted && !is_live {
        return Ok(None);
    }
    let memory = match kind {
        EventKind::Deleted => None,
        _ => Some(Glimpse {
            beginning: rows::text(row, 5)?.unwrap_or_default(),
            tags: rows::tags(&rows::text(row, 6)?.unwrap_or_default()),
            memory_type: rows::text(row, 7)?.filter(|kind| !kind.is_empty()),
        }),
    };
    Ok(Some(MemoryEvent { kind, hash, partition: rows::partition(rows::text(row, 3)?), memory }))
}
