//! `memory status`: whether everything works, with counts.

use clap::Args;
use mcp::wire::{Health, Statistics};
use model::Timestamp;
use serde_json::Map;

use super::Session;
use crate::exit::{Failure, Verdict};
use crate::render::size::bytes;
use crate::render::table::fields;
use crate::render::text::{BAD, GOOD, WARNING, plain, styled, thousands};
use crate::render::time::Now;

/// Says whether everything works, with counts.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory status
  memory status --json | jq .statistics.total_memories

Exit code 0 when memories can be stored and read, 4 when they cannot.
`memory doctor` looks deeper.")]
pub struct Status {}

impl Status {
    pub(crate) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let answer = session.call::<Health>("looking", "memory_health", Map::new()).await?;
        let now = session.now();
        session.print(&answer, |health| for_people(health, &now))?;
        Ok(if answer.typed.status == "unavailable" { Verdict::Unavailable } else { Verdict::Success })
    }
}

pub(super) fn for_people(health: &Health, now: &Now) -> String {
    let style = match health.status.as_str() {
        "healthy" => GOOD,
        "degraded" => WARNING,
        _ => BAD,
    };
    let mut lines = vec![styled(style, &plain(&health.status))];
    lines.extend(health.reasons.iter().map(|reason| format!("  {}", plain(reason))));
    let mut list = Vec::new();
    if let Some(statistics) = &health.statistics {
        list.extend(counts(statistics, now));
    }
    let model = &health.model;
    list.push(("Model", format!("{}, {} dimensions, {}", model.name, model.dimension, model.readiness)));
    list.push(("Release", health.version.clone()));
    lines.push(String::new());
    lines.push(fields(&list));
    lines.join("\n")
}

fn counts(statistics: &Statistics, now: &Now) -> Vec<(&'static str, String)> {
    let mut list = vec![("Memories", thousands(statistics.total_memories))];
    if statistics.superseded > 0 {
        list.push(("Superseded", thousands(statistics.superseded)));
    }
    if statistics.pending > 0 {
        list.push(("Without vector", thousands(statistics.pending)));
    }
    if statistics.tombstones > 0 {
        list.push(("Deleted", format!("{}, kept as tombstones", thousands(statistics.tombstones))));
    }
    list.push(("Tags", thousands(statistics.unique_tags)));
    if statistics.stores.iter().any(|store| store.store != model::Partition::DEFAULT) {
        let stores = statistics.stores.iter();
        let stores = stores.map(|store| format!("{} {}", store.store, thousands(store.memories)));
        list.push(("Stores", stores.collect::<Vec<_>>().join(", ")));
    }
    let time = |text: &Option<String>| text.as_deref().and_then(Timestamp::from_stored_iso);
    list.extend(time(&statistics.oldest).map(|oldest| ("Oldest", now.in_full(oldest))));
    list.extend(time(&statistics.newest).map(|newest| ("Newest", now.in_full(newest))));
    list.extend(statistics.location.clone().map(|location| ("Database", location)));
    list.push(("Size", bytes(statistics.database_size_bytes)));
    list.push(("Format", format!("{}, {}", statistics.format, statistics.backend)));
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn counts_are_told_with_what_is_not_healthy() {
        let health: Health = serde_json::from_value(json!({
            "version": "0.1.0", "status": "degraded", "reasons": ["2 memories wait"],
            "validation": {"status": "healthy", "message": ""},
            "statistics": {
                "backend": "sqlite-vec", "location": "/home/u/x.db", "total_memories": 1234, "superseded": 1,
                "tombstones": 3, "embedded": 1232, "pending": 2, "unique_tags": 7,
                "stores": [{"store": "default", "memories": 1200}, {"store": "work", "memories": 34}],
                "database_size_bytes": 5_300_000, "database_size_mb": 5.05, "format": "12.4", "schema": 3,
                "embedding_model": "all-MiniLM-L6-v2", "oldest": "2026-11-21T08:00:00Z",
                "newest": "2026-11-24T09:59:30Z"
            },
            "model": {"name": "all-MiniLM-L6-v2", "revision": "mean-l2", "dimension": 384, "readiness": "idle"}
        }))
        .unwrap();
        let text = for_people(&health, &crate::render::time::noon());
        insta::assert_snapshot!(anstream::adapter::strip_str(&text).to_string());
    }
}
