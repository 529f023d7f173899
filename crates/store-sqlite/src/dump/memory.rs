//! A row of `memories`, with what lies beside it, as a record.

use model::{ContentHash, MemoryRecord, Metadata, ModelIdentity, Timestamp, UsageRecord, Vector};
use ports::DumpRequest;
use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, params};

use crate::aside;
use crate::error::{Result, While};
use crate::rows::{self, python_json};
use crate::vectors::home::{Home, numbers_of};
use crate::vectors::stored;

const DOING: &str = "reading a memory as it stands";

/// Reads rows as records.
pub(super) struct Memories<'c> {
    connection: &'c Connection,
    row: CachedStatement<'c>,
    /// Where vectors are read from; none when they are not wanted.
    home: Option<Home>,
    dimension: usize,
}

impl<'c> Memories<'c> {
    pub(super) fn prepare(
        connection: &'c Connection,
        model: &ModelIdentity,
        request: &DumpRequest,
    ) -> Result<Self> {
        let sql = format!(
            "SELECT m.content_hash, m.content, m.tags, m.memory_type, m.metadata, m.created_at, m.created_at_iso,
                    m.updated_at, m.updated_at_iso, m.deleted_at, m.store, m.parent_id, m.version, m.superseded_by,
                    m.confidence, m.last_accessed, u.count, u.last,
                    (SELECT max(d.deletion) FROM service_deleted AS d
                        WHERE d.content_hash = m.content_hash AND d.id = m.id), {}
                FROM memories AS m LEFT JOIN service_usage AS u ON u.id = m.id WHERE m.id = ?",
            aside::columns()
        );
        let row = connection.prepare_cached(&sql).doing(DOING)?;
        let home = request.vectors.then(|| Home::read(connection, model)).transpose()?;
        Ok(Self { connection, row, home, dimension: model.dimension })
    }

    pub(super) fn read(&mut self, id: i64) -> Result<MemoryRecord> {
        let mut record = self.row.query_row([id], record).doing(DOING)?;
        record.vector = self.vector(id, record.deleted_at.is_some())?;
        Ok(record)
    }

    /// Its vector; none when that has no direction, or not the model's dimension.
    fn vector(&self, id: i64, is_deleted: bool) -> Result<Option<Vector>> {
        let Some(home) = &self.home else { return Ok(None) };
        let numbers = match is_deleted {
            true => kept(self.connection, home, id).doing("reading a vector")?,
            false => stored::one(self.connection, home, id)?,
        };
        let vector = numbers.and_then(|numbers| Vector::new(numbers).ok());
        Ok(vector.filter(|vector| vector.dimension() == self.dimension))
    }
}

/// The vector that a deletion put aside.
fn kept(connection: &Connection, home: &Home, id: i64) -> rusqlite::Result<Option<Vec<f32>>> {
    connection
        .prepare_cached("SELECT vector FROM service_deleted_vectors WHERE id = ? AND model = ?")?
        .query_row(params![id, home.name_aside()], |row| Ok(row.get_ref(0)?.as_bytes().map(numbers_of)?))
        .optional()
}

fn record(row: &Row<'_>) -> rusqlite::Result<MemoryRecord> {
    let hash = ContentHash::stored(rows::text(row, 0)?.unwrap_or_default());
    let (tags, tags_text) = tags(&rows::text(row, 2)?.unwrap_or_default());
    let (metadata, metadata_text) = metadata(rows::text(row, 4)?);
    let is_deleted = !matches!(row.get_ref(9)?, ValueRef::Null);
    let (occurred_at, origin) = aside::origin(row, 19)?;
    let key = |column| rows::text(row, column).map(rows::key);
    Ok(MemoryRecord {
        tags,
        tags_text,
        memory_type: rows::text(row, 3)?,
        metadata,
        metadata_text,
        created_at: number(row, 5)?.and_then(Timestamp::from_seconds),
        created_at_iso: rows::text(row, 6)?,
        updated_at: number(row, 7)?.and_then(Timestamp::from_seconds),
        updated_at_iso: rows::text(row, 8)?,
        occurred_at,
        // A tombstone is one whatever stands there.
        deleted_at: is_deleted.then_some(time_or_epoch(row, 9)?),
        deletion: if is_deleted { row.get::<_, Option<u32>>(18).ok().flatten() } else { None },
        origin,
        partition: rows::partition(rows::text(row, 10)?),
        parent: key(11)?,
        version: row.get::<_, Option<u32>>(12).ok().flatten().unwrap_or(1),
        superseded_by: key(13)?,
        confidence: number(row, 14)?.filter(|number| number.is_finite() && *number != DEFAULT_CONFIDENCE),
        last_accessed: whole(row, 15)?,
        usage: usage(row)?,
        ..MemoryRecord::bare(hash, rows::text(row, 1)?.unwrap_or_default())
    })
}

/// The original's default, which records leave out.
pub(crate) const DEFAULT_CONFIDENCE: f64 = 1.0;

/// Tags as a list, and their text where it is another one.
fn tags(text: &str) -> (Vec<String>, Option<String>) {
    let tags = rows::tags(text);
    let is_other = tags.join(",") != text;
    (tags, is_other.then(|| text.to_owned()))
}

/// Metadata as an object, and their text where it is another one.
fn metadata(text: Option<String>) -> (Metadata, Option<String>) {
    let Some(text) = text else { return (Metadata::default(), None) };
    let fields = serde_json::from_str(&text).unwrap_or_default();
    let is_other = python_json::object(&fields) != text;
    (Metadata::stored(fields), is_other.then_some(text))
}

fn usage(row: &Row<'_>) -> rusqlite::Result<Option<UsageRecord>> {
    let (count, last) = (row.get::<_, Option<u64>>(16).ok().flatten(), number(row, 17)?);
    let last = last.and_then(Timestamp::from_seconds);
    Ok(count.zip(last).map(|(count, last)| UsageRecord { count, last }))
}

/// A number, as SQLite has it.
#[expect(clippy::cast_precision_loss, reason = "whole seconds are far below 2^53")]
pub(super) fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<f64>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Real(number) => Some(number),
        ValueRef::Integer(number) => Some(number as f64),
        _ => None,
    })
}

/// The time of a row that must have one.
pub(super) fn time_or_epoch(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    let time = number(row, column)?.and_then(Timestamp::from_seconds);
    Ok(time.unwrap_or(Timestamp::from_microseconds(0)))
}

#[expect(clippy::cast_possible_truncation, reason = "seconds; a number beyond the range is none anyway")]
fn whole(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<i64>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Integer(number) => Some(number),
        ValueRef::Real(number) if number.is_finite() => Some(number as i64),
        _ => None,
    })
}
