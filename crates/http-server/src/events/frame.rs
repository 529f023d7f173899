//! Events as their bytes (`text/event-stream`): names and payloads are the original's, `memory_updated` and `events_missed`
//! are ours.

use axum::body::Bytes;
use model::Timestamp;
use ports::{EVENT_PREVIEW_CHARS, EventKind, MemoryEvent};
use serde::Serialize;

use super::Searched;

/// What is sent when there is nothing to say.
pub(super) const COMMENT: &[u8] = b":\n\n";
/// How soon a client comes back that lost its stream, in milliseconds.
const RETRY_MS: u32 = 3000;

/// One event: its name, and what it says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Payload {
    #[serde(skip)]
    name: &'static str,
    timestamp: String,
    #[serde(flatten)]
    said: Said,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
enum Said {
    Established {
        connection_id: String,
        message: &'static str,
        heartbeat_interval: u64,
        replay: Option<Replay>,
    },
    Heartbeat {
        active_connections: usize,
        server_status: &'static str,
    },
    Memory {
        content_hash: String,
        content_preview: String,
        tags: Vec<String>,
        memory_type: Option<String>,
        store: String,
        message: &'static str,
    },
    Deleted {
        content_hash: String,
        success: bool,
        store: String,
        message: &'static str,
    },
    Search {
        query: String,
        search_type: String,
        results_count: usize,
        processing_time_ms: Option<f64>,
        message: String,
    },
    Missed {
        missed: Option<u64>,
        message: &'static str,
    },
    Closed {
        connection_id: String,
        duration_seconds: f64,
        reason: &'static str,
    },
}

/// What became of the wish to go on after an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Replay {
    /// After which.
    pub(super) requested_last_event_id: String,
    /// How many events follow at once.
    pub(super) events_replayed: usize,
    /// How many are kept at most.
    pub(super) buffer_size: usize,
    /// The oldest that is.
    pub(super) buffer_oldest_id: Option<String>,
    /// `resumed` or `id_not_in_buffer`.
    pub(super) status: &'static str,
}

impl Payload {
    fn new(name: &'static str, now: Timestamp, said: Said) -> Self {
        Self { name, timestamp: now.to_string().replace('Z', "+00:00"), said }
    }

    /// The first of a stream.
    pub(super) fn connection_established(
        now: Timestamp,
        id: &str,
        heartbeat_s: u64,
        replay: Option<Replay>,
    ) -> Self {
        let said = Said::Established {
            connection_id: id.to_owned(),
            message: "Connected to the event stream",
            heartbeat_interval: heartbeat_s,
            replay,
        };
        Self::new("connection_established", now, said)
    }

    /// A sign of life.
    pub(super) fn heartbeat(now: Timestamp, active_connections: usize) -> Self {
        Self::new("heartbeat", now, Said::Heartbeat { active_connections, server_status: "healthy" })
    }

    /// What happened to a memory.
    pub(super) fn memory(now: Timestamp, event: MemoryEvent) -> Self {
        let MemoryEvent { kind, hash, partition, memory } = event;
        let (content_hash, store) = (hash.to_string(), partition.to_string());
        let (name, message) = match kind {
            EventKind::Stored => ("memory_stored", "A memory was stored"),
            EventKind::Changed => ("memory_updated", "A memory was changed"),
            EventKind::Deleted => ("memory_deleted", "A memory was deleted"),
        };
        let said = match memory {
            None => Said::Deleted { content_hash, success: true, store, message },
            Some(memory) => Said::Memory {
                content_hash,
                content_preview: preview(&memory.beginning),
                tags: memory.tags,
                memory_type: memory.memory_type,
                store,
                message,
            },
        };
        Self::new(name, now, said)
    }

    /// A search that was made.
    pub(super) fn search_completed(now: Timestamp, searched: Searched<'_>) -> Self {
        let Searched { query, search_type, results, processing_time_ms } = searched;
        let said = Said::Search {
            query: preview(query),
            search_type: search_type.to_owned(),
            results_count: results,
            processing_time_ms,
            message: format!("Search completed: {results} results"),
        };
        Self::new("search_completed", now, said)
    }

    /// That events are not told, and how many if that is known.
    pub(super) fn events_missed(now: Timestamp, missed: Option<u64>) -> Self {
        let message = "Events were missed: read again what you show";
        Self::new("events_missed", now, Said::Missed { missed, message })
    }

    /// The last of a stream.
    pub(super) fn connection_closed(now: Timestamp, id: &str, seconds: f64, reason: &'static str) -> Self {
        let said = Said::Closed { connection_id: id.to_owned(), duration_seconds: seconds, reason };
        Self::new("connection_closed", now, said)
    }

    /// Its bytes. The id is where a client can go on from.
    pub(super) fn frame(&self, id: Option<&str>) -> Bytes {
        let data = serde_json::to_string(self).unwrap_or_else(|error| {
            tracing::error!(error = %error, event = self.name, "an event could not be written");
            "{}".to_owned()
        });
        let id = id.map_or_else(String::new, |id| format!("id: {id}\n"));
        let retry = match self.said {
            Said::Established { .. } => format!("retry: {RETRY_MS}\n"),
            _ => String::new(),
        };
        format!("{retry}{id}event: {}\ndata: {data}\n\n", self.name).into()
    }
}

fn preview(beginning: &str) -> String {
    match beginning.char_indices().nth(EVENT_PREVIEW_CHARS) {
        Some((end, _)) => format!("{}...", &beginning[..end]),
        None => beginning.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_shown_by_its_beginning() {
        assert_eq!(preview(&"é".repeat(100)), "é".repeat(100));
        assert_eq!(preview(&"é".repeat(101)), "é".repeat(100) + "...");
    }

    #[test]
    fn no_text_breaks_out_of_its_line() {
        let searched = Searched {
            query: "a\r\n\ndata: {}\u{2028}\u{0}",
            search_type: "semantic",
            results: 0,
            processing_time_ms: Some(1.5),
        };
        let frame = Payload::search_completed(Timestamp::from_microseconds(1), searched).frame(Some("x-1"));
        let text = std::str::from_utf8(&frame).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4, "{text}");
        assert_eq!(&lines[..2], ["id: x-1", "event: search_completed"]);
        assert!(
            lines[2]
                .starts_with(r#"data: {"timestamp":"1970-01-01T00:00:00.000001+00:00","query":"a\r\n\ndata"#),
            "{text}"
        );
    }
}
