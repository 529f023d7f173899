//! Writing rows as they were somewhere else: what [`crate::dump`] gave. Words get into both indexes by the triggers of the
//! table.

use model::{EdgeRecord, MemoryRecord, ModelIdentity, Record, Timestamp, Vector};
use ports::{Loaded, OnDeleted, Standing};
use rusqlite::{Connection, OptionalExtension, params};

use crate::aside;
use crate::dump::DEFAULT_CONFIDENCE;
use crate::error::{Result, While};
use crate::insert;
use crate::rows::python_json;
use crate::vectors::home::{Home, bytes_of};

/// The vectors of records.
pub(crate) fn vectors(records: &[Record]) -> impl Iterator<Item = &Vector> {
    records.iter().filter_map(|record| match record {
        Record::Memory(memory) => memory.vector.as_ref(),
        Record::Edge(_) => None,
    })
}

/// Writes records. Says what became of each.
pub(crate) fn load(
    connection: &Connection,
    model: &ModelIdentity,
    records: &[Record],
    on_deleted: OnDeleted,
) -> Result<Vec<Loaded>> {
    let home = Home::read(connection, model)?;
    let mut all = Vec::with_capacity(records.len());
    for record in records {
        let loaded = Loaded::of(record, standing(connection, record)?, on_deleted);
        all.push(loaded);
        if !loaded.is_written() {
            continue;
        }
        match record {
            Record::Memory(memory) => {
                write_memory(connection, &home, memory, loaded)?;
            }
            Record::Edge(edge) => write_edge(connection, edge).doing("writing an edge as it was")?,
        }
    }
    Ok(all)
}

/// How what records name stands here.
pub(crate) fn standings(connection: &Connection, records: &[Record]) -> Result<Vec<Standing>> {
    records.iter().map(|record| standing(connection, record)).collect()
}

fn standing(connection: &Connection, record: &Record) -> Result<Standing> {
    match record {
        Record::Memory(memory) => standing_of_memory(connection, memory),
        Record::Edge(edge) => standing_of_edge(connection, edge),
    }
    .doing("looking for what is here already")
}

fn standing_of_memory(connection: &Connection, memory: &MemoryRecord) -> rusqlite::Result<Standing> {
    let is_deleted = connection
        .prepare_cached("SELECT deleted_at IS NOT NULL FROM memories WHERE content_hash = ?")?
        .query_row([memory.hash.as_str()], |row| row.get(0))
        .optional()?;
    Ok(match is_deleted {
        None => Standing::Absent,
        Some(false) => Standing::Live,
        Some(true) => Standing::Deleted,
    })
}

fn standing_of_edge(connection: &Connection, edge: &EdgeRecord) -> rusqlite::Result<Standing> {
    let is_in = |table: &str| {
        let sql = format!("SELECT 1 FROM {table} WHERE source_hash = ? AND target_hash = ?");
        connection.prepare_cached(&sql)?.exists([edge.source.as_str(), edge.target.as_str()])
    };
    if is_in("memory_graph")? {
        return Ok(Standing::Live);
    }
    if is_in("service_deleted_edges")? {
        return Ok(Standing::Deleted);
    }
    // An edge that went with a memory which is live here has nothing to come back with.
    if edge.is_deleted && !has_deleted_end(connection, edge)? {
        return Ok(Standing::Live);
    }
    Ok(Standing::Absent)
}

fn has_deleted_end(connection: &Connection, edge: &EdgeRecord) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM memories WHERE content_hash IN (?, ?) AND deleted_at IS NOT NULL")?
        .exists([edge.source.as_str(), edge.target.as_str()])
}

/// Writes a memory.
fn write_memory(connection: &Connection, home: &Home, memory: &MemoryRecord, loaded: Loaded) -> Result<()> {
    if loaded == Loaded::Replaced {
        insert::remove_tombstone(connection, home, &memory.hash)?;
    }
    let id = write_row(connection, home, memory).doing("writing a memory as it was")?;
    aside::add(connection, id, memory.occurred_at, memory.origin.as_ref())
        .and_then(|()| write_usage(connection, id, memory))
        .and_then(|()| write_deletion(connection, id, memory))
        .doing("writing what lies beside a memory")?;
    match &memory.vector {
        Some(vector) if memory.deleted_at.is_some() => keep_vector(connection, home, id, vector),
        Some(vector) => home.add(connection, id, memory.partition.as_str(), vector),
        None => Ok(()),
    }
}

fn write_row(connection: &Connection, home: &Home, memory: &MemoryRecord) -> rusqlite::Result<i64> {
    let joined = || memory.tags.join(",");
    let written = || python_json::object(memory.metadata.fields());
    let has_originals_vector = memory.vector.is_some() && *home == Home::Vec0 && memory.deleted_at.is_none();
    connection
        .prepare_cached(
            "INSERT INTO memories (content_hash, content, tags, memory_type, metadata, created_at, created_at_iso,
                    updated_at, updated_at_iso, deleted_at, store, parent_id, version, superseded_by, confidence,
                    last_accessed, embedding_pending)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        )?
        .query_row(
            params![
                memory.hash.as_str(),
                memory.content,
                memory.tags_text.clone().unwrap_or_else(joined),
                memory.memory_type,
                memory.metadata_text.clone().unwrap_or_else(written),
                memory.created_at.map(Timestamp::as_seconds),
                memory.created_at_iso,
                memory.updated_at.map(Timestamp::as_seconds),
                memory.updated_at_iso,
                memory.deleted_at.map(Timestamp::as_seconds),
                memory.partition.as_str(),
                memory.parent.as_ref().map(model::ContentHash::as_str),
                memory.version,
                memory.superseded_by.as_ref().map(model::ContentHash::as_str),
                memory.confidence.unwrap_or(DEFAULT_CONFIDENCE),
                memory.last_accessed,
                !has_originals_vector,
            ],
            |row| row.get(0),
        )
}

fn write_usage(connection: &Connection, id: i64, memory: &MemoryRecord) -> rusqlite::Result<()> {
    let Some(usage) = memory.usage else { return Ok(()) };
    let count = i64::try_from(usage.count).unwrap_or(i64::MAX);
    connection
        .prepare_cached("INSERT OR REPLACE INTO service_usage (id, count, last) VALUES (?, ?, ?)")?
        .execute(params![id, count, usage.last.as_seconds()])?;
    Ok(())
}

/// Writes down with which deletion a memory went.
fn write_deletion(connection: &Connection, id: i64, memory: &MemoryRecord) -> rusqlite::Result<()> {
    let (Some(number), Some(at)) = (memory.deletion, memory.deleted_at) else { return Ok(()) };
    let number = deletion(connection, number, at.as_seconds())?;
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO service_deleted (deletion, content_hash, id) VALUES (?, ?, ?)",
        )?
        .execute(params![number, memory.hash.as_str(), id])?;
    Ok(())
}

/// The number that a deletion has here: its own, unless that is another deletion's. Those that were deleted at the same
/// moment belong together.
fn deletion(connection: &Connection, number: u32, at: f64) -> rusqlite::Result<i64> {
    let number = i64::from(number);
    let there: Option<f64> = connection
        .prepare_cached("SELECT deleted_at FROM service_deletions WHERE id = ?")?
        .query_row([number], |row| row.get(0))
        .optional()?;
    #[expect(clippy::float_cmp, reason = "the same number as it was stored")]
    match there {
        Some(there) if there == at => return Ok(number),
        Some(_) => {}
        None => {
            connection
                .prepare_cached("INSERT INTO service_deletions (id, deleted_at) VALUES (?, ?)")?
                .execute(params![number, at])?;
            return Ok(number);
        }
    }
    let same = connection
        .prepare_cached("SELECT id FROM service_deletions WHERE deleted_at = ? ORDER BY id LIMIT 1")?
        .query_row([at], |row| row.get(0))
        .optional()?;
    match same {
        Some(id) => Ok(id),
        None => connection
            .prepare_cached("INSERT INTO service_deletions (deleted_at) VALUES (?) RETURNING id")?
            .query_row([at], |row| row.get(0)),
    }
}

/// Puts the vector of a deleted memory aside.
fn keep_vector(connection: &Connection, home: &Home, id: i64, vector: &Vector) -> Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO service_deleted_vectors (id, model, vector) VALUES (?, ?, ?)")
        .and_then(|mut insert| insert.execute(params![id, home.name_aside(), bytes_of(vector.as_slice())]))
        .map(|_| ())
        .doing("keeping a vector")
}

fn write_edge(connection: &Connection, edge: &EdgeRecord) -> rusqlite::Result<()> {
    let ends = [edge.source.as_str(), edge.target.as_str()];
    let table = if edge.is_deleted { "service_deleted_edges" } else { "memory_graph" };
    if !edge.is_deleted {
        connection
            .prepare_cached("DELETE FROM service_deleted_edges WHERE source_hash = ? AND target_hash = ?")?
            .execute(ends)?;
    }
    let sql = format!(
        "INSERT INTO {table} (source_hash, target_hash, relationship_type, similarity, connection_types, metadata,
                created_at) VALUES (?, ?, ?, ?, ?, ?, ?)"
    );
    connection.prepare_cached(&sql)?.execute(params![
        ends[0],
        ends[1],
        edge.relationship_type,
        edge.similarity.unwrap_or(0.0),
        edge.connection_types,
        edge.metadata,
        edge.created_at.map_or(0.0, Timestamp::as_seconds),
    ])?;
    Ok(())
}
