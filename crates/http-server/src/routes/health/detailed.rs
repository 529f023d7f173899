//! `GET /api/health/detailed`: whether the service works, with counts. Where its files lie is not told.

use std::path::Path;

use auth::Reach;
use axum::Json;
use axum::extract::State;
use engine::Health;
use model::Filter;
use ports::Statistics;
use serde::Serialize;
use utoipa::ToSchema;

use crate::App;
use crate::access::Read;
use crate::machine;

/// Whether the service works.
#[derive(Serialize, ToSchema)]
pub(crate) struct DetailedHealth {
    /// `healthy`, `degraded` or `unavailable`.
    status: &'static str,
    /// Why it is not healthy, one sentence each.
    reasons: Vec<String>,
    /// The release.
    version: &'static str,
    /// Now, UTC.
    timestamp: String,
    /// How long it has been answering.
    uptime_seconds: f64,
    /// The store.
    storage: Storage,
    /// The machine.
    system: System,
    /// The process.
    performance: Performance,
    /// Counts.
    statistics: Counts,
}

/// The store.
#[derive(Serialize, ToSchema)]
pub(crate) struct Storage {
    /// Its kind.
    backend: String,
    /// `connected` or `error`.
    status: &'static str,
    /// Whether it can be read.
    accessible: bool,
    /// The model that makes the vectors.
    embedding_model: String,
    /// Numbers in a vector.
    embedding_dimension: usize,
    /// Memories.
    total_memories: u64,
    /// Different tags.
    unique_tags: u64,
    /// Memories of the last seven days.
    memories_this_week: u64,
    /// Memories that wait for their vector.
    missing_embeddings: u64,
    /// Size on disk, in bytes.
    database_size_bytes: u64,
    /// The same in megabytes.
    database_size_mb: f64,
    /// Why it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// The machine. What is not known is null, and so it is for whoever has but a space on it.
#[derive(Serialize, ToSchema)]
pub(crate) struct System {
    /// Used memory.
    memory_percent: Option<f64>,
    /// The used part of the disk with the memories.
    disk_percent: Option<f64>,
}

/// The process.
#[derive(Serialize, ToSchema)]
pub(crate) struct Performance {
    /// How long it has been answering.
    uptime_seconds: f64,
    /// The same for people.
    uptime_formatted: String,
}

/// Counts.
#[derive(Serialize, ToSchema)]
pub(crate) struct Counts {
    /// Memories.
    total_memories: u64,
    /// Different tags.
    unique_tags: u64,
    /// Memories of the last seven days.
    memories_this_week: u64,
    /// Size on disk, in megabytes.
    database_size_mb: f64,
    /// The kind of store.
    backend: String,
}

/// Whether the service works, with counts
#[utoipa::path(
    get,
    path = "/api/health/detailed",
    tag = "health",
    security(("key" = ["read"])),
    responses((status = OK, body = DetailedHealth))
)]
pub(crate) async fn detailed(State(app): State<App>, read: Read) -> Json<DetailedHealth> {
    let reader = read.reader();
    let health = reader.health().await;
    let this_week = match reader.survey(&Filter::everything()).await {
        Ok(survey) => survey.ages.day + survey.ages.week,
        Err(_) => 0,
    };
    let uptime_seconds = app.uptime_seconds();
    let location = health.statistics.as_ref().map(|statistics| statistics.location.clone());
    let sees_machine = read.0.principal.reach == Reach::Installation;
    let storage = Storage::new(&health, this_week);
    Json(DetailedHealth {
        status: health.status.name(),
        reasons: if storage.error.is_some() { Vec::new() } else { health.reasons },
        version: env!("CARGO_PKG_VERSION"),
        timestamp: reader.now().to_string(),
        uptime_seconds,
        statistics: Counts {
            total_memories: storage.total_memories,
            unique_tags: storage.unique_tags,
            memories_this_week: storage.memories_this_week,
            database_size_mb: storage.database_size_mb,
            backend: storage.backend.clone(),
        },
        storage,
        system: System {
            memory_percent: sees_machine.then(machine::Memory::now).and_then(|memory| memory.used_percent()),
            disk_percent: location
                .filter(|_| sees_machine)
                .and_then(|file| machine::disk_percent(Path::new(&file))),
        },
        performance: Performance { uptime_seconds, uptime_formatted: spelled(uptime_seconds) },
    })
}

impl Storage {
    #[expect(clippy::cast_precision_loss, reason = "megabytes, rounded to two places anyway")]
    fn new(health: &Health, memories_this_week: u64) -> Self {
        let found = health.statistics.as_ref();
        let counted = |count: fn(&Statistics) -> u64| found.map_or(0, count);
        let bytes = counted(|statistics| statistics.bytes);
        // Sentences of the store may name its file: that is for its owner's log.
        let error = found.is_none().then(|| "the memory store cannot be read: the log says why".to_owned());
        Self {
            backend: found.map_or("unknown", |statistics| statistics.backend).to_owned(),
            status: if found.is_some() { "connected" } else { "error" },
            accessible: found.is_some(),
            embedding_model: health.model.identity.name.clone(),
            embedding_dimension: health.model.identity.dimension,
            total_memories: counted(|statistics| statistics.memories),
            unique_tags: counted(|statistics| statistics.tags),
            memories_this_week,
            missing_embeddings: counted(|statistics| statistics.pending),
            database_size_bytes: bytes,
            database_size_mb: (bytes as f64 / 1_048_576.0 * 100.0).round() / 100.0,
            error,
        }
    }
}

/// A stretch of time, as the original writes it.
pub(crate) fn spelled(seconds: f64) -> String {
    match seconds {
        s if s < 60.0 => format!("{s:.1} seconds"),
        s if s < 3600.0 => format!("{:.1} minutes", s / 60.0),
        s if s < 86_400.0 => format!("{:.1} hours", s / 3600.0),
        s => format!("{:.1} days", s / 86_400.0),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use testkit::Fault;

    use super::spelled;
    use crate::fixture::Door;

    const PATH: &str = "/api/health/detailed";

    #[tokio::test]
    async fn holders_of_a_key_learn_how_the_store_is_and_not_where() {
        let door = Door::open().await;
        for (content, tag) in [("one", "a"), ("two", "b")] {
            door.writer().post("/api/memories", json!({"content": content, "tags": [tag]})).await.of(200);
            door.bench.clock.advance(8.0 * 86_400.0);
        }
        let told = door.reader().get(PATH).await;
        let health = told.of(200);
        let storage = &health["storage"];
        assert_eq!(
            (&health["status"], &storage["status"], &storage["accessible"]),
            (&json!("healthy"), &json!("connected"), &json!(true))
        );
        for counts in [storage, &health["statistics"]] {
            assert_eq!((&counts["total_memories"], &counts["unique_tags"]), (&json!(2), &json!(2)));
            assert_eq!((&counts["memories_this_week"], &counts["backend"]), (&json!(0), &json!("fake")));
            assert!(counts["database_size_mb"].is_number());
        }
        assert_eq!(storage["embedding_model"], "fake");
        assert_eq!(health["timestamp"], "2026-03-27T15:30:00Z");
        assert!(health["uptime_seconds"].is_f64() && health["performance"]["uptime_formatted"].is_string());
        assert!(!told.text().contains("path") && !told.text().contains("location"), "{}", told.text());
        door.stranger().get(PATH).await.of(401);
    }

    #[tokio::test]
    async fn a_store_that_cannot_be_read_is_told_without_its_place() {
        let door = Door::open().await;
        door.bench.store.set_fault(Some(Fault::Busy));
        let health = door.reader().get(PATH).await.of(200);
        assert_eq!(health["status"], "unavailable");
        let storage = &health["storage"];
        assert_eq!((&storage["status"], &storage["accessible"]), (&json!("error"), &json!(false)));
        assert!(storage["error"].is_string());
    }

    #[test]
    fn stretches_of_time_are_spelled_in_their_unit() {
        let spelled = [5.0, 59.9, 60.0, 3600.0, 86_400.0, 129_600.0].map(spelled);
        assert_eq!(
            spelled,
            ["5.0 seconds", "59.9 seconds", "1.0 minutes", "1.0 hours", "1.0 days", "1.5 days"]
        );
    }
}
