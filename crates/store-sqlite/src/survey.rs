//! Counting memories by what they are like.

use model::{Filter, Timestamp};
use ports::store::survey::{Surveyed, Surveyor, TagTally, TypeTally};
use ports::{Survey, TagCounts, TypeCount};
use rusqlite::{Connection, params_from_iter};

use crate::error::{Result, While};
use crate::filter::{Condition, METADATA_SUPERSEDED_BY};
use crate::rows;

/// The most frequent tags of the memories that meet a filter.
pub(crate) fn tag_counts(
    connection: &Connection,
    filter: &Filter,
    prefix: &str,
    limit: usize,
) -> Result<TagCounts> {
    let mut tally = TagTally::default();
    each(connection, "m.tags", filter, |row| {
        tally.add(&rows::tags(&rows::text(row, 0)?.unwrap_or_default()));
        Ok(())
    })
    .doing("counting tags")?;
    Ok(tally.counts(prefix, limit))
}

/// How many of the memories that meet a filter are of each kind.
pub(crate) fn type_counts(connection: &Connection, filter: &Filter) -> Result<Vec<TypeCount>> {
    let mut tally = TypeTally::default();
    each(connection, "nullif(m.memory_type, '')", filter, |row| {
        tally.add(rows::text(row, 0)?.as_deref(), 1);
        Ok(())
    })
    .doing("counting kinds")?;
    Ok(tally.counts())
}

/// What the memories that meet a filter are like.
pub(crate) fn survey(connection: &Connection, filter: &Filter, now: Timestamp) -> Result<Survey> {
    let columns = format!(
        "m.content, m.tags, nullif(m.memory_type, ''), m.store, m.created_at, m.created_at_iso,
            coalesce(nullif(m.superseded_by, ''), {METADATA_SUPERSEDED_BY}) IS NOT NULL"
    );
    let mut surveyor = Surveyor::new(now);
    each(connection, &columns, filter, |row| {
        let memory_type = rows::text(row, 2)?;
        surveyor.add(Surveyed {
            content: &rows::text(row, 0)?.unwrap_or_default(),
            tags: &rows::tags(&rows::text(row, 1)?.unwrap_or_default()),
            memory_type: memory_type.as_deref(),
            partition: rows::partition(rows::text(row, 3)?).as_str(),
            created_at: rows::time(row, 4, 5)?,
            is_superseded: row.get(6)?,
        });
        Ok(())
    })
    .doing("surveying memories")?;
    Ok(surveyor.finish())
}

fn each(
    connection: &Connection,
    columns: &str,
    filter: &Filter,
    mut take: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let condition = Condition::of(filter);
    let mut statement =
        connection.prepare(&format!("SELECT {columns} FROM memories AS m WHERE {}", condition.sql()))?;
    let mut rows = statement.query(params_from_iter(condition.values()))?;
    while let Some(row) = rows.next()? {
        take(row)?;
    }
    Ok(())
}
