//! Which memory took the place of which: release 10 wrote it into the metadata of the old row alone, so that history and
//! search of every release overlook it. Here it gets into the columns made for it.

use rusqlite::{Connection, Result, params};

use crate::filter::METADATA_SUPERSEDED_BY;

/// Fills the columns `superseded_by` of the old row and `parent_id`, `version` of the new one where they are empty.
pub(super) fn repair(connection: &Connection) -> Result<()> {
    let mut statement = connection.prepare(&format!(
        "SELECT m.content_hash, {METADATA_SUPERSEDED_BY} AS successor, coalesce(m.version, 1) FROM memories AS m
            WHERE coalesce(m.superseded_by, '') = '' AND successor IS NOT NULL ORDER BY m.id"
    ))?;
    let pairs = statement
        .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?)))?
        .collect::<Result<Vec<_>>>()?;
    for (old, new, _) in &pairs {
        connection.execute("UPDATE memories SET superseded_by = ? WHERE content_hash = ?", [new, old])?;
    }
    for (old, new, _) in &pairs {
        // In the order of the rows, so that a chain counts up.
        connection.execute(
            "UPDATE memories SET parent_id = ?1,
                version = 1 + (SELECT coalesce(version, 1) FROM memories WHERE content_hash = ?1)
             WHERE content_hash = ?2 AND parent_id IS NULL",
            params![old, new],
        )?;
    }
    Ok(())
}
