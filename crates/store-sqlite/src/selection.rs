//! A filter from its own side: the memories that meet it, when they are few.
//!
//! A search normally finds candidates and asks whether they meet the filter. When one memory among a million does, that may
//! take a million questions. Most conditions can be asked the other way round: which memories have this tag, this type,
//! this time? If an index answers with few, all of them are looked at.

use model::{Filter, PartitionScope, TagMatch, UNTAGGED_TAG};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::error::{Result, While};
use crate::filter::{AGENT_TAG, json_list, rows_limit};
use crate::schema::catalogue::OTHER_PARTITION;
use crate::words::{missing, queue, term};

const BY_TERMS: &str = "SELECT rowid FROM service_words WHERE service_words MATCH ?";

/// Whether few memories meet a filter, as a rule. Partitions beside the default one are small.
pub(crate) fn is_narrow(filter: &Filter) -> bool {
    filter.is_selective() || other_partition(filter).is_some()
}

/// A question whose answer has every memory that meets a condition, and perhaps others.
struct Driver {
    sql: String,
    values: Vec<Value>,
}

/// Every memory that meets a filter, and perhaps others, by number, when an index tells that they are no more than
/// `at_most`.
pub(crate) fn around(connection: &Connection, filter: &Filter, at_most: usize) -> Result<Option<Vec<i64>>> {
    let doing = "looking for what meets the filter";
    // An index of words that is not whole yet cannot tell who has none of them.
    let has_terms = missing::below(connection).doing(doing)?.is_none();
    for driver in drivers(filter).into_iter().filter(|driver| has_terms || !driver.is_by_terms()) {
        let Some(mut ids) = driver.ids(connection, at_most).doing(doing)? else { continue };
        if driver.is_by_terms() {
            // What changed since it was indexed may meet it too.
            let waiting = queue::first(connection, at_most.saturating_add(1)).doing(doing)?;
            if waiting.len() > at_most {
                continue;
            }
            ids.extend(waiting);
        }
        ids.sort_unstable();
        ids.dedup();
        return Ok(Some(ids));
    }
    Ok(None)
}

impl Driver {
    fn new(sql: &str, values: impl IntoIterator<Item = Value>) -> Self {
        Self { sql: sql.to_owned(), values: values.into_iter().collect() }
    }

    fn is_by_terms(&self) -> bool {
        self.sql == BY_TERMS
    }

    /// The answer, when it is no longer than that.
    fn ids(&self, connection: &Connection, at_most: usize) -> rusqlite::Result<Option<Vec<i64>>> {
        let mut statement = connection.prepare_cached(&format!("{} LIMIT ?", self.sql))?;
        let limit = Value::from(rows_limit(at_most.saturating_add(1)));
        let values = self.values.iter().chain([&limit]);
        let ids: Vec<i64> = statement
            .query_map(params_from_iter(values), |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        Ok((ids.len() <= at_most).then_some(ids))
    }
}

/// The conditions that an index answers, those first that are answered soonest.
fn drivers(filter: &Filter) -> Vec<Driver> {
    let mut drivers = Vec::new();
    if let Some(hashes) = &filter.hashes {
        let keys: Vec<&str> = hashes.iter().map(model::ContentHash::as_str).collect();
        let sql = "SELECT id FROM memories WHERE content_hash IN (SELECT value FROM json_each(?))";
        drivers.push(Driver::new(sql, [json_list(&keys)]));
    }
    drivers.extend(by_tags(filter));
    if let Some(kind) = &filter.memory_type {
        let sql = "SELECT id FROM memories WHERE memory_type = ?";
        drivers.push(Driver::new(sql, [kind.as_str().to_owned().into()]));
    }
    if let Some(term) = filter.conversation.as_deref().and_then(term::conversation) {
        drivers.push(Driver::new(BY_TERMS, [format!("\"{term}\"").into()]));
    }
    if let Some(agent) = &filter.agent {
        let both = term::agent(agent).zip(term::tag(&format!("{AGENT_TAG}{agent}")));
        let either = |(agent, tag)| Driver::new(BY_TERMS, [format!("\"{agent}\" OR \"{tag}\"").into()]);
        drivers.extend(both.map(either));
    }
    if let Some(partition) = other_partition(filter) {
        // As the index of partitions is declared.
        let sql = format!("SELECT id FROM memories WHERE store = ? AND {OTHER_PARTITION}");
        drivers.push(Driver::new(&sql, [partition.to_owned().into()]));
    }
    drivers.extend(by_time(filter));
    if let Some(entity) = &filter.entity {
        let sql =
            "SELECT e.id FROM memory_graph AS g CROSS JOIN memories AS e ON e.content_hash = g.source_hash
            WHERE g.relationship_type = 'has_entity' AND service_fold(g.target_hash) = ?";
        drivers.push(Driver::new(sql, [ports::fold_case(entity).into()]));
    }
    drivers
}

fn other_partition(filter: &Filter) -> Option<&str> {
    match &filter.partitions {
        PartitionScope::One(partition) if !partition.is_default() => Some(partition.as_str()),
        _ => None,
    }
}

fn by_tags(filter: &Filter) -> Option<Driver> {
    if filter.tags.is_empty() {
        return None;
    }
    let terms = filter.tags.iter().map(|tag| {
        let is_indexed = !tag.eq_ignore_ascii_case(UNTAGGED_TAG);
        term::tag(tag).filter(|_| is_indexed).map(|term| format!("\"{term}\""))
    });
    let terms: Option<Vec<String>> = terms.collect();
    let word = match filter.tag_match {
        TagMatch::Any => " OR ",
        TagMatch::All => " AND ",
    };
    terms.map(|terms| Driver::new(BY_TERMS, [terms.join(word).into()]))
}

/// When it was stored; when it happened; and rows whose time is no number, which SQLite sorts before and behind all others.
fn by_time(filter: &Filter) -> Option<Driver> {
    if filter.created_from.is_none() && filter.created_before.is_none() {
        return None;
    }
    let from = filter.created_from.map_or(-1e18, model::Timestamp::as_seconds);
    let before = filter.created_before.map_or(1e18, model::Timestamp::as_seconds);
    let sql = "SELECT id FROM (
        SELECT id FROM memories WHERE created_at >= ? AND created_at < ?
        UNION ALL SELECT id FROM memories WHERE created_at IS NULL
        UNION ALL SELECT id FROM memories WHERE created_at >= ''
        UNION ALL SELECT id FROM service_origins WHERE occurred_at >= ? AND occurred_at < ?)";
    Some(Driver::new(sql, [from, before, from, before].map(Value::from)))
}

#[cfg(test)]
mod tests;
