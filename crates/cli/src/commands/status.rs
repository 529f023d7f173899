//! `memory status`: whether everything works, with counts.

use clap::Args;
use mcp::wire::{Backup, Check, Health, Statistics};
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
    list.extend(health.backup.as_ref().map(|backup| ("Last backup", last_backup(backup, now))));
    list.extend(health.check.as_ref().map(|check| ("Last check", last_check(check, now))));
    list.push(("Release", health.version.clone()));
    lines.push(String::new());
    lines.push(fields(&list));
    lines.join("\n")
}

/// When the newest backup was made, how many there are, and what went wrong since.
fn last_backup(backup: &Backup, now: &Now) -> String {
    let mut text = match backup.last.as_deref().and_then(Timestamp::from_stored_iso) {
        Some(last) => {
            let (number, size) = (thousands(backup.count), bytes(backup.bytes));
            format!("{}; {number} kept, {size}; {}", now.in_full(last), backup.interval)
        }
        None => format!("none yet; a server makes one {}", backup.interval),
    };
    if let Some(failed) = backup.failed.as_deref().and_then(Timestamp::from_stored_iso) {
        let reason = backup.failure.as_deref().unwrap_or("the log says why");
        text.push_str(&format!("; failed {}: {}", now.in_full(failed), plain(reason)));
    }
    text
}

fn last_check(check: &Check, now: &Now) -> String {
    let at = Timestamp::from_stored_iso(&check.at).map(|at| now.in_full(at)).unwrap_or_default();
    match check.sound {
        true => format!("{at}; nothing found"),
        false => format!("{at}; {}", plain(&check.findings.join("; "))),
    }
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
            "model": {"name": "all-MiniLM-L6-v2", "revision": "mean-l2", "dimension": 384, "readiness": "idle"},
            "backup": {"interval": "daily", "last": "2026-11-23T10:00:00Z", "age_seconds": 93600, "count": 7,
                "bytes": 40_000_000, "failed": "2026-11-24T09:00:00Z", "failure": "the disk is full"},
            "check": {"at": "2026-11-24T09:30:00Z", "sound": false, "findings": ["pages: page 7 is lost"]}
        }))
        .unwrap();
        let text = for_people(&health, &crate::render::time::noon());
        insta::assert_snapshot!(anstream::adapter::strip_str(&text).to_string());
    }
}
