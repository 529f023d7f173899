//! Entities and edges between memories.

use model::{Filter, MemoryId};
use ports::store::entities::EntityTally;
use ports::{EntityCounts, EntityLink, LinkEnds, fold_case};
use rusqlite::{Connection, Row, params_from_iter};

use crate::error::{Result, While};
use crate::filter::{Condition, json_list, rows_limit};
use crate::rows;

/// The links of entities, by the index of the kinds of edges.
const LINKS: &str = "memory_graph AS g CROSS JOIN memories AS m ON m.content_hash = g.source_hash";
/// The same, by the index of the edges of a memory.
const LINKS_OF_MEMORIES: &str =
    "memories AS m CROSS JOIN memory_graph AS g ON g.source_hash = m.content_hash";

/// The entities that memories which meet a filter are linked to.
pub(crate) fn entities(
    connection: &Connection,
    filter: &Filter,
    prefix: &str,
    limit: usize,
) -> Result<EntityCounts> {
    let condition = linked(filter);
    let sql = format!("SELECT m.id, g.target_hash FROM {LINKS} WHERE {}", condition.sql());
    let mut tally = EntityTally::default();
    connection
        .prepare_cached(&sql)
        .and_then(|mut statement| {
            let mut rows = statement.query(params_from_iter(condition.values()))?;
            while let Some(row) = rows.next()? {
                tally.add(link(row)?);
            }
            Ok(())
        })
        .doing("counting entities")?;
    Ok(tally.counts(prefix, limit))
}

/// Links of some entities, or of some memories.
pub(crate) fn links(
    connection: &Connection,
    of: &LinkEnds,
    filter: &Filter,
    limit: usize,
) -> Result<Vec<EntityLink>> {
    let mut condition = linked(filter);
    let tables = match of {
        LinkEnds::Entities(names) => {
            let names: Vec<String> = names.iter().map(|name| fold_case(name)).collect();
            condition
                .and("service_fold(g.target_hash) IN (SELECT value FROM json_each(?))", [json_list(&names)]);
            LINKS
        }
        LinkEnds::Memories(ids) => {
            condition.and("m.id IN (SELECT value FROM json_each(?))", [json_list(&numbers(ids))]);
            LINKS_OF_MEMORIES
        }
    };
    let sql = format!(
        "SELECT DISTINCT m.id, g.target_hash FROM {tables} WHERE {} ORDER BY m.id DESC, g.target_hash LIMIT {}",
        condition.sql(),
        rows_limit(limit)
    );
    connection
        .prepare_cached(&sql)
        .and_then(|mut statement| statement.query_map(params_from_iter(condition.values()), link)?.collect())
        .doing("reading links of entities")
}

/// The memories that have an edge with some others.
pub(crate) fn neighbours(
    connection: &Connection,
    ids: &[MemoryId],
    filter: &Filter,
) -> Result<Vec<(MemoryId, MemoryId)>> {
    let condition = Condition::of(filter);
    let one_way = |own: &str, other: &str| {
        format!(
            "SELECT s.id, m.id FROM json_each(?) AS wanted CROSS JOIN memories AS s ON s.id = wanted.value
                CROSS JOIN memory_graph AS g ON g.{own} = s.content_hash
                CROSS JOIN memories AS m ON m.content_hash = g.{other}
                WHERE s.deleted_at IS NULL AND m.id <> s.id AND {}",
            condition.sql()
        )
    };
    let sql = format!(
        "{} UNION {} ORDER BY 1, 2",
        one_way("source_hash", "target_hash"),
        one_way("target_hash", "source_hash")
    );
    let wanted = json_list(&numbers(ids));
    let half = || std::iter::once(&wanted).chain(condition.values());
    connection
        .prepare_cached(&sql)
        .and_then(|mut statement| {
            let pair = |row: &Row<'_>| Ok((MemoryId(row.get(0)?), MemoryId(row.get(1)?)));
            statement.query_map(params_from_iter(half().chain(half())), pair)?.collect()
        })
        .doing("reading edges of memories")
}

/// Memories that meet a filter, in a statement that has their links as `g`.
fn linked(filter: &Filter) -> Condition {
    let mut condition = Condition::of(filter);
    condition.and("g.relationship_type = 'has_entity'", []);
    condition
}

fn link(row: &Row<'_>) -> rusqlite::Result<EntityLink> {
    let entity = rows::text(row, 1)?.unwrap_or_default();
    Ok(EntityLink { memory: MemoryId(row.get(0)?), entity })
}

fn numbers(ids: &[MemoryId]) -> Vec<i64> {
    ids.iter().map(|id| id.0).collect()
}
