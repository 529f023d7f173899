//! Whether the service works.

use engine::Status;
use ports::Readiness;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether the service works.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Health {
    /// Release
    pub version: String,
    /// healthy, degraded or unavailable
    pub status: String,
    /// Why not healthy
    pub reasons: Vec<String>,
    /// The verdict in the original's form
    pub validation: Validation,
    /// Counts; missing when the store cannot be read
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statistics: Option<Statistics>,
    /// Embedding model
    pub model: Model,
    /// Scheduled backups; missing when off
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<Backup>,
    /// Last look for damage; missing before the first
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<Check>,
}

/// Scheduled backups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Backup {
    /// hourly, daily or weekly
    pub interval: String,
    /// Newest, UTC
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
    /// Its age
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_seconds: Option<u64>,
    /// How many
    pub count: u64,
    /// On disk
    pub bytes: u64,
    /// When one failed, UTC; missing when the last try worked
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
    /// Why, for the owner only
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// A look for damage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    /// When, UTC
    pub at: String,
    /// Nothing found
    pub sound: bool,
    /// Findings, for the owner only
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<String>,
}

/// The verdict in the original's form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Validation {
    /// healthy or unhealthy
    pub status: String,
    /// In words
    pub message: String,
}

/// Counts and facts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Statistics {
    /// Kind of store
    pub backend: String,
    /// Path, for its owner only
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Memories, superseded ones included, deleted ones not
    pub total_memories: u64,
    /// Replaced by a newer version
    pub superseded: u64,
    /// Deleted, tombstone kept
    pub tombstones: u64,
    /// Found by meaning
    pub embedded: u64,
    /// Waiting for their vector
    pub pending: u64,
    /// Different tags
    pub unique_tags: u64,
    /// Memories of each named store
    pub stores: Vec<StoreCount>,
    /// Bytes on disk
    pub database_size_bytes: u64,
    /// Megabytes on disk
    pub database_size_mb: f64,
    /// Form of the database
    pub format: String,
    /// Schema number
    pub schema: i64,
    /// Model of the vectors
    pub embedding_model: String,
    /// Oldest memory, UTC
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest: Option<String>,
    /// Newest memory, UTC
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<String>,
}

/// How many memories a named store holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StoreCount {
    /// Name
    pub store: String,
    /// Memories
    pub memories: u64,
}

/// The embedding model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Model {
    /// Name
    pub name: String,
    /// Pooling and norm
    pub revision: String,
    /// Numbers in a vector
    pub dimension: usize,
    /// idle, loading, ready or failed
    pub readiness: String,
}

/// Who asks, and so whether the place of the store is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    /// May know where the store is.
    Owner,
    /// May not.
    Guest,
}

impl Health {
    pub(crate) fn new(health: engine::Health, audience: Audience) -> Self {
        let engine::Health { status, reasons, statistics, model, backups, checked } = health;
        let message =
            if reasons.is_empty() { "the memory store works".to_owned() } else { reasons.join("; ") };
        let verdict = if status == Status::Unavailable { "unhealthy" } else { "healthy" };
        let name = model.identity.name.clone();
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            status: status.name().to_owned(),
            reasons,
            validation: Validation { status: verdict.to_owned(), message },
            statistics: statistics.map(|statistics| Statistics::new(statistics, name, audience)),
            model: Model {
                name: model.identity.name,
                revision: model.identity.revision,
                dimension: model.identity.dimension,
                readiness: readiness_name(model.readiness).to_owned(),
            },
            backup: backups.map(|backups| Backup::new(backups, audience)),
            check: checked.map(|checked| Check::new(checked, audience)),
        }
    }
}

impl Backup {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds, 0 at least")]
    fn new(backups: engine::BackupHealth, audience: Audience) -> Self {
        let failure = backups.failure.as_ref();
        Self {
            interval: backups.interval.name().to_owned(),
            last: backups.last.map(|last| last.to_string()),
            age_seconds: backups.age_s.map(|age| age.max(0.0) as u64),
            count: backups.count as u64,
            bytes: backups.bytes,
            failed: failure.map(|failure| failure.at.to_string()),
            failure: failure.filter(|_| audience == Audience::Owner).map(|failure| failure.reason.clone()),
        }
    }
}

impl Check {
    fn new(checked: engine::Checked, audience: Audience) -> Self {
        let told = checked.findings.iter().filter(|_| audience == Audience::Owner);
        Self {
            at: checked.at.to_string(),
            sound: checked.findings.is_empty(),
            findings: told.map(|finding| format!("{}: {}", finding.subject, finding.message)).collect(),
        }
    }
}

impl Statistics {
    #[expect(clippy::cast_precision_loss, reason = "megabytes, rounded to two places anyway")]
    fn new(statistics: ports::Statistics, embedding_model: String, audience: Audience) -> Self {
        let stores = statistics.partitions.iter();
        Self {
            backend: statistics.backend.to_owned(),
            location: (audience == Audience::Owner).then_some(statistics.location),
            total_memories: statistics.memories,
            superseded: statistics.superseded,
            tombstones: statistics.tombstones,
            embedded: statistics.embedded,
            pending: statistics.pending,
            unique_tags: statistics.tags,
            stores: stores
                .map(|(store, memories)| StoreCount { store: store.to_string(), memories: *memories })
                .collect(),
            database_size_bytes: statistics.bytes,
            database_size_mb: (statistics.bytes as f64 / 1_048_576.0 * 100.0).round() / 100.0,
            format: statistics.format,
            schema: statistics.schema,
            embedding_model,
            oldest: statistics.span.map(|(oldest, _)| oldest.to_string()),
            newest: statistics.span.map(|(_, newest)| newest.to_string()),
        }
    }
}

fn readiness_name(readiness: Readiness) -> &'static str {
    match readiness {
        Readiness::Idle => "idle",
        Readiness::Loading => "loading",
        Readiness::Ready => "ready",
        Readiness::Failed => "failed",
    }
}
