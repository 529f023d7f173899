//! Counts and facts.

use std::collections::HashSet;
use std::path::Path;

use model::{ModelIdentity, Partition, Timestamp};
use ports::Statistics;
use rusqlite::Connection;

use crate::error::{Result, While};
use crate::filter::{CREATED, METADATA_SUPERSEDED_BY};
use crate::schema::SCHEMA;
use crate::schema::form::Form;
use crate::vectors::home::Home;
use crate::{files, rows, words};

/// Counts and facts of one state of the database.
pub(crate) fn read(connection: &Connection, model: &ModelIdentity, path: &Path) -> Result<Statistics> {
    let home = Home::read(connection, model)?;
    let counts = counts(connection, &home).doing("counting memories")?;
    Ok(Statistics {
        backend: "sqlite-vec",
        location: path.display().to_string(),
        memories: counts.live,
        superseded: counts.superseded,
        tombstones: counts.tombstones,
        embedded: counts.embedded,
        pending: counts.live - counts.embedded,
        unindexed: words::missing::count(connection).doing("counting memories to index")?,
        tags: tags(connection).doing("counting tags")?,
        partitions: partitions(connection).doing("counting partitions")?,
        bytes: files::bytes(path),
        format: Form::detect(connection)?.release().to_owned(),
        schema: SCHEMA,
        span: counts.span,
    })
}

struct Counts {
    live: u64,
    superseded: u64,
    tombstones: u64,
    embedded: u64,
    span: Option<(Timestamp, Timestamp)>,
}

fn counts(connection: &Connection, home: &Home) -> rusqlite::Result<Counts> {
    let sql = format!(
        "SELECT count(*) FILTER (WHERE m.deleted_at IS NULL),
            count(*) FILTER (WHERE m.deleted_at IS NULL
                AND coalesce(nullif(m.superseded_by, ''), {METADATA_SUPERSEDED_BY}) IS NOT NULL),
            count(*) FILTER (WHERE m.deleted_at IS NOT NULL),
            count(*) FILTER (WHERE m.deleted_at IS NULL AND {}),
            min({CREATED}) FILTER (WHERE m.deleted_at IS NULL),
            max({CREATED}) FILTER (WHERE m.deleted_at IS NULL)
         FROM memories AS m",
        home.has_vector()
    );
    connection.query_row(&sql, [], |row| {
        let time = |column| -> rusqlite::Result<Option<Timestamp>> {
            Ok(row.get::<_, Option<f64>>(column)?.and_then(Timestamp::from_seconds))
        };
        Ok(Counts {
            live: row.get(0)?,
            superseded: row.get(1)?,
            tombstones: row.get(2)?,
            embedded: row.get(3)?,
            span: time(4)?.zip(time(5)?),
        })
    })
}

/// Tags are told apart as filters tell them apart: without regard to ASCII case.
fn tags(connection: &Connection) -> rusqlite::Result<u64> {
    let mut statement = connection
        .prepare("SELECT DISTINCT tags FROM memories WHERE deleted_at IS NULL AND tags IS NOT NULL")?;
    let mut different = HashSet::new();
    let mut lists = statement.query([])?;
    while let Some(row) = lists.next()? {
        let list = rows::text(row, 0)?.unwrap_or_default();
        different.extend(rows::tags(&list).into_iter().map(|tag| tag.to_ascii_lowercase()));
    }
    Ok(different.len() as u64)
}

fn partitions(connection: &Connection) -> rusqlite::Result<Vec<(Partition, u64)>> {
    let mut statement = connection.prepare(
        "SELECT coalesce(nullif(store, ''), 'default') AS name, count(*) FROM memories WHERE deleted_at IS NULL
            GROUP BY name ORDER BY name",
    )?;
    statement.query_map([], |row| Ok((rows::partition(rows::text(row, 0)?), row.get(1)?)))?.collect()
}
