//! Filters as SQL. Every value is bound; the text of a condition depends on the shape of the filter alone.

use model::{Filter, PartitionScope, TagMatch};
use rusqlite::types::Value;

/// The memory that took a memory's place, as the metadata of the old one may say. Release 10 says it there alone, and
/// metadata may be anything but JSON.
pub(crate) const METADATA_SUPERSEDED_BY: &str = "CASE WHEN instr(m.metadata, '\"superseded_by\"') > 0 THEN
    CASE WHEN json_valid(m.metadata, 2) THEN
        CASE WHEN json_type(m.metadata, '$.superseded_by') = 'text' THEN
            nullif(json_extract(m.metadata, '$.superseded_by'), '') END END END";

/// A condition on the table `memories AS m`, with the values that it binds, in order.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    sql: String,
    values: Vec<Value>,
}

impl Condition {
    /// Live memories. The plus keeps SQLite from its index of deleted ones, which it would take for a short way to the
    /// few that are not deleted.
    pub(crate) fn live() -> Self {
        Self { sql: "+m.deleted_at IS NULL".to_owned(), values: Vec::new() }
    }

    /// Live memories that meet a filter.
    pub(crate) fn of(filter: &Filter) -> Self {
        let mut condition = Self::live();
        if let Some(hashes) = &filter.hashes {
            let keys: Vec<&str> = hashes.iter().map(model::ContentHash::as_str).collect();
            condition.and("m.content_hash IN (SELECT value FROM json_each(?))", [json_list(&keys)]);
        }
        condition.and_tags(filter);
        if let Some(kind) = &filter.memory_type {
            condition.and("m.memory_type = ?", [kind.as_str().to_owned().into()]);
        }
        if let Some(from) = filter.created_from {
            condition.and_time(">=", from.as_seconds());
        }
        if let Some(before) = filter.created_before {
            condition.and_time("<", before.as_seconds());
        }
        if let PartitionScope::One(partition) = &filter.partitions {
            let own = "coalesce(nullif(m.store, ''), 'default') = ?";
            condition.and(own, [partition.as_str().to_owned().into()]);
        }
        if !filter.include_superseded {
            let current = format!("coalesce(nullif(m.superseded_by, ''), {METADATA_SUPERSEDED_BY}) IS NULL");
            condition.and(&current, []);
        }
        condition
    }

    /// Adds a condition that must hold too.
    pub(crate) fn and(&mut self, sql: &str, values: impl IntoIterator<Item = Value>) {
        self.sql.push_str(" AND ");
        self.sql.push_str(sql);
        self.values.extend(values);
    }

    /// The text, for a WHERE clause.
    pub(crate) fn sql(&self) -> &str {
        &self.sql
    }

    /// The values to bind, in the order of their places.
    pub(crate) fn values(&self) -> impl Iterator<Item = &Value> {
        self.values.iter()
    }

    /// A whole tag, without regard to ASCII case. Rows hold `a,b` and, older ones, `a, b`; a tag may contain spaces.
    fn and_tags(&mut self, filter: &Filter) {
        if filter.tags.is_empty() {
            return;
        }
        // Most lists have no space beside a comma and need no cleaning.
        let is_clean = "instr(m.tags, ', ') + instr(m.tags, ' ,') = 0";
        let cleaned = (0..3)
            .fold("m.tags".to_owned(), |inner, _| format!("replace(replace({inner}, ', ', ','), ' ,', ',')"));
        let list = format!("lower(trim(CASE WHEN {is_clean} THEN m.tags ELSE {cleaned} END))");
        let one = format!("instr(',' || {list} || ',', ?) > 0");
        let word = match filter.tag_match {
            TagMatch::Any => " OR ",
            TagMatch::All => " AND ",
        };
        let all = vec![one; filter.tags.len()].join(word);
        let needles = filter.tags.iter().map(|tag| format!(",{},", tag.to_ascii_lowercase()).into());
        self.and(&format!("({all})"), needles);
    }

    /// Rows whose number is missing are judged by their text.
    fn and_time(&mut self, comparison: &str, seconds: f64) {
        let sql = format!("coalesce(m.created_at, unixepoch(m.created_at_iso, 'subsec')) {comparison} ?");
        self.and(&sql, [seconds.into()]);
    }
}

/// A list as one value, for `json_each`.
pub(crate) fn json_list<T: serde::Serialize>(items: &[T]) -> Value {
    serde_json::to_string(items).unwrap_or_else(|_| "[]".to_owned()).into()
}

/// A number of rows as SQLite counts them.
pub(crate) fn rows_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
