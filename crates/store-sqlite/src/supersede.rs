//! New versions: a memory that takes the place of another, and the chain of them.
//!
//! As release 12.4 writes it: the old row names the new one in its column `superseded_by` and, with the reason, in its
//! metadata; the new row has `parent_id` and a `version` one higher. Release 10 wrote the metadata alone.

use std::collections::HashMap;

use model::{ContentHash, ModelIdentity, NewMemory, Timestamp};
use ports::{Inserted, Superseded, Version, store::lineage};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::error::{Result, While};
use crate::filter::{METADATA_SUPERSEDED_BY, json_list};
use crate::insert;
use crate::rows::{self, python_json};
use crate::update::{self, EVOLUTION_REASON, SUPERSEDED_BY};

/// Stores a memory that takes the place of a live one.
pub(crate) fn supersede(
    connection: &Connection,
    model: &ModelIdentity,
    old: &ContentHash,
    new: &NewMemory,
    reason: Option<&str>,
) -> Result<Superseded> {
    let Some(found) = old_row(connection, old).doing("looking for a memory to replace")? else {
        return Ok(Superseded::NotFound);
    };
    if let Some(by) = found.superseded_by {
        return Ok(Superseded::SupersededAlready { by: ContentHash::stored(by) });
    }
    let new = NewMemory { partition: rows::partition(found.store), ..new.clone() };
    let (id, restored_from) = match insert::insert(connection, model, &new)? {
        Inserted::Duplicate { partition } => return Ok(Superseded::Duplicate { partition }),
        Inserted::Created { id, restored_from } => (id, restored_from),
    };
    let version = found.version.saturating_add(1);
    connection
        .execute(
            "UPDATE memories SET parent_id = ?, version = ? WHERE id = ?",
            params![old.as_str(), version, id.0],
        )
        .doing("numbering a version")?;
    let mut metadata = update::fields(&found.metadata.unwrap_or_default());
    metadata.insert(SUPERSEDED_BY.to_owned(), new.hash.as_str().into());
    if let Some(reason) = reason {
        metadata.insert(EVOLUTION_REASON.to_owned(), reason.into());
    }
    connection
        .execute(
            "UPDATE memories SET superseded_by = ?, metadata = ? WHERE id = ?",
            params![new.hash.as_str(), python_json::object(&metadata), found.id],
        )
        .doing("marking the memory that was replaced")?;
    Ok(Superseded::Done { id, version, restored_from })
}

struct Old {
    id: i64,
    store: Option<String>,
    version: u32,
    metadata: Option<String>,
    superseded_by: Option<String>,
}

fn old_row(connection: &Connection, hash: &ContentHash) -> rusqlite::Result<Option<Old>> {
    let sql = format!(
        "SELECT m.id, m.store, m.version, CAST(m.metadata AS TEXT),
            coalesce(nullif(m.superseded_by, ''), {METADATA_SUPERSEDED_BY})
         FROM memories AS m WHERE m.content_hash = ? AND m.deleted_at IS NULL"
    );
    connection
        .query_row(&sql, [hash.as_str()], |row| {
            Ok(Old {
                id: row.get(0)?,
                store: row.get(1)?,
                version: version(row, 2),
                metadata: row.get(3)?,
                superseded_by: row.get(4)?,
            })
        })
        .optional()
}

fn version(row: &Row<'_>, column: usize) -> u32 {
    row.get::<_, Option<u32>>(column).ok().flatten().unwrap_or(1)
}

/// The chain that a memory is in, live and deleted ones, oldest first.
pub(crate) fn history(connection: &Connection, hash: &ContentHash) -> Result<Vec<Version>> {
    let linked = linked(connection, hash).doing("reading which memory took the place of which")?;
    let mut chain = lineage::chain(linked, hash);
    let mut contents = contents(connection, &chain).doing("reading versions")?;
    for version in chain.iter_mut().filter(|version| version.deleted_at.is_none()) {
        version.content = contents.remove(&version.hash);
    }
    Ok(chain)
}

/// Every memory that is linked to another, and this one, without their texts.
fn linked(connection: &Connection, hash: &ContentHash) -> rusqlite::Result<Vec<Version>> {
    let sql = format!(
        "WITH linked AS (
            SELECT m.id, m.content_hash, m.version, nullif(m.parent_id, '') AS parent,
                coalesce(nullif(m.superseded_by, ''), {METADATA_SUPERSEDED_BY}) AS successor,
                m.metadata, m.created_at, m.created_at_iso, m.deleted_at
            FROM memories AS m)
         SELECT content_hash, version, parent, successor,
            CASE WHEN successor IS NOT NULL AND json_valid(metadata, 2)
                THEN json_extract(metadata, '$.{EVOLUTION_REASON}') END,
            created_at, created_at_iso, deleted_at
         FROM linked WHERE parent IS NOT NULL OR successor IS NOT NULL OR content_hash = ?1
            OR content_hash IN (SELECT parent FROM linked WHERE parent IS NOT NULL
                UNION SELECT successor FROM linked WHERE successor IS NOT NULL)"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([hash.as_str()], |row| {
        let key = |column| rows::text(row, column).map(|text| text.map(ContentHash::stored));
        Ok(Version {
            hash: key(0)?.unwrap_or_else(|| ContentHash::stored("")),
            version: version(row, 1),
            parent: key(2)?,
            superseded_by: key(3)?,
            reason: rows::text(row, 4)?,
            created_at: rows::time(row, 5, 6)?,
            deleted_at: row.get::<_, Option<f64>>(7)?.and_then(Timestamp::from_seconds),
            content: None,
        })
    })?;
    rows.collect()
}

fn contents(connection: &Connection, chain: &[Version]) -> rusqlite::Result<HashMap<ContentHash, String>> {
    let keys: Vec<&str> = chain.iter().map(|version| version.hash.as_str()).collect();
    let mut statement = connection.prepare_cached(
        "SELECT content_hash, content FROM memories
            WHERE content_hash IN (SELECT value FROM json_each(?)) AND deleted_at IS NULL",
    )?;
    let rows = statement.query_map([json_list(&keys)], |row| {
        Ok((ContentHash::stored(row.get::<_, String>(0)?), rows::text(row, 1)?.unwrap_or_default()))
    })?;
    rows.collect()
}
