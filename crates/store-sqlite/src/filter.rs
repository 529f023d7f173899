//! Filters as SQL. Every value is bound; the text of a condition depends on the shape of the filter alone.

use model::{Filter, PartitionScope, TagMatch};
use ports::{fold_case, store::usage::LAST};
use rusqlite::types::Value;

/// The memory that took a memory's place, as the metadata of the old one may say. Release 10 says it there alone, and
/// metadata may be anything but JSON.
pub(crate) const METADATA_SUPERSEDED_BY: &str = "CASE WHEN instr(m.metadata, '\"superseded_by\"') > 0 THEN
    CASE WHEN json_valid(m.metadata, 2) THEN
        CASE WHEN json_type(m.metadata, '$.superseded_by') = 'text' THEN
            nullif(json_extract(m.metadata, '$.superseded_by'), '') END END END";

/// A field of the metadata of `m` when it is of this JSON type (`text`, or a number), else NULL.
fn metadata_field(key: &str, types: &str) -> String {
    format!(
        "CASE WHEN instr(m.metadata, '\"{key}\"') > 0 THEN CASE WHEN json_valid(m.metadata, 2) THEN
            CASE WHEN json_type(m.metadata, '$.{key}') IN ({types}) THEN
                json_extract(m.metadata, '$.{key}') END END END"
    )
}

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
        Self::live().and_filter(filter)
    }

    /// Deleted memories that meet a filter.
    pub(crate) fn deleted(filter: &Filter) -> Self {
        Self { sql: "m.deleted_at IS NOT NULL".to_owned(), values: Vec::new() }.and_filter(filter)
    }

    fn and_filter(self, filter: &Filter) -> Self {
        let mut condition = self;
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
        condition.and_links(filter);
        condition.and_unused(filter);
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

    fn and_tags(&mut self, filter: &Filter) {
        if filter.tags.is_empty() {
            return;
        }
        let word = match filter.tag_match {
            TagMatch::Any => " OR ",
            TagMatch::All => " AND ",
        };
        let all = vec![TAGGED; filter.tags.len()].join(word);
        let needles = filter.tags.iter().map(|tag| format!(",{},", tag.to_ascii_lowercase()).into());
        self.and(&format!("({all})"), needles);
    }

    /// When it happened, where that is known, else when it was stored.
    fn and_time(&mut self, comparison: &str, seconds: f64) {
        let happened = of_origin("occurred_at");
        self.and(&format!("coalesce({happened}, {CREATED}) {comparison} ?"), [seconds.into()]);
    }

    /// Entity, agent, conversation.
    fn and_links(&mut self, filter: &Filter) {
        if let Some(entity) = &filter.entity {
            let sql = "EXISTS (SELECT 1 FROM memory_graph AS g WHERE g.source_hash = m.content_hash
                AND g.relationship_type = 'has_entity' AND service_fold(g.target_hash) = ?)";
            self.and(sql, [fold_case(entity).into()]);
        }
        if let Some(agent) = &filter.agent {
            let sql = format!(
                "({} = ? OR {} = ? OR {TAGGED})",
                of_origin("agent"),
                metadata_field("agent_id", "'text'")
            );
            let needle = format!(",{AGENT_TAG}{},", agent.to_ascii_lowercase());
            self.and(&sql, [agent.clone().into(), agent.clone().into(), needle.into()]);
        }
        if let Some(conversation) = &filter.conversation {
            let field = metadata_field("conversation_id", "'text'");
            let sql = format!("({} = ? OR {field} = ?)", of_origin("conversation"));
            self.and(&sql, [conversation.clone().into(), conversation.clone().into()]);
        }
    }

    /// Not used since, by what this program and the original wrote down; when nobody used it, not stored since.
    fn and_unused(&mut self, filter: &Filter) {
        let Some(since) = filter.unused_since else { return };
        let field = metadata_field(LAST, "'integer', 'real'");
        let sql = format!(
            "coalesce(nullif(max(
                coalesce((SELECT u.last FROM service_usage AS u WHERE u.id = m.id), {NEVER}),
                coalesce({field}, {NEVER}), coalesce(CAST(m.last_accessed AS REAL), {NEVER})), {NEVER}), {CREATED}) < ?"
        );
        self.and(&sql, [since.as_seconds().into()]);
    }
}

/// A whole tag, between commas, without regard to ASCII case. Rows hold `a,b` and, older ones, `a, b`; a tag may contain
/// spaces. Most lists have no space beside a comma and need no cleaning.
const TAGGED: &str = "instr(',' || lower(trim(
    CASE WHEN instr(m.tags, ', ') + instr(m.tags, ' ,') = 0 THEN m.tags
        ELSE replace(replace(replace(replace(replace(replace(m.tags,
            ', ', ','), ' ,', ','), ', ', ','), ' ,', ','), ', ', ','), ' ,', ',') END)) || ',', ?) > 0";

/// When a memory `m` was stored, in seconds: wherever times are compared or sorted. Rows whose number is missing, or is no
/// number, are judged by their text, as [`crate::rows::time`] reads them.
pub(crate) const CREATED: &str = "CASE WHEN typeof(m.created_at) IN ('real', 'integer') THEN m.created_at
    ELSE unixepoch(m.created_at_iso, 'subsec') END";

/// What a tag begins with that names an agent.
pub(crate) const AGENT_TAG: &str = "agent:";

/// Before any time.
const NEVER: &str = "-1e18";

/// What the origin of a memory says.
fn of_origin(column: &str) -> String {
    format!("(SELECT o.{column} FROM service_origins AS o WHERE o.id = m.id)")
}

/// A list as one value, for `json_each`.
pub(crate) fn json_list<T: serde::Serialize>(items: &[T]) -> Value {
    serde_json::to_string(items).unwrap_or_else(|_| "[]".to_owned()).into()
}

/// A number of rows as SQLite counts them.
pub(crate) fn rows_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
