//! Whether the service works.

use model::{ModelIdentity, Timestamp};
use ports::{LanguageCount, MemoryStore, Readiness, Severity, Statistics, VectorSpace};

use crate::backup::{BackupInterval, BackupSchedule};
use crate::capability::Reader;
use crate::upkeep::{BackupFailure, Checked};

/// From which share of the memories on it is said that they are in languages that the model does not know.
const TOLD_SHARE: f64 = 0.2;
/// The most languages that are named.
const NAMED: usize = 3;

/// Whether the service works, and facts about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Health {
    /// The verdict.
    pub status: Status,
    /// Why it is not [`Status::Healthy`], one sentence each.
    pub reasons: Vec<String>,
    /// Counts and facts; none when the store cannot be read.
    pub statistics: Option<Statistics>,
    /// The model in use.
    pub model: ModelHealth,
    /// Backups on a schedule; none when none are made, or the store cannot be read.
    pub backups: Option<BackupHealth>,
    /// What this process found when it looked for damage last; none when it did not yet.
    pub checked: Option<Checked>,
}

/// Backups on a schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct BackupHealth {
    /// How often one is made.
    pub interval: BackupInterval,
    /// When the newest that is there was made.
    pub last: Option<Timestamp>,
    /// How long ago that was, in seconds.
    pub age_s: Option<f64>,
    /// How many there are.
    pub count: usize,
    /// Their size, in bytes.
    pub bytes: u64,
    /// Why the last that this process tried could not be made.
    pub failure: Option<BackupFailure>,
}

/// Whether the service works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Everything does.
    Healthy,
    /// Memories can be stored and read, but something is missing, as meaning in a search.
    Degraded,
    /// The store cannot be read.
    Unavailable,
}

impl Status {
    /// Its name: `healthy`, `degraded`, `unavailable`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Unavailable => "unavailable",
        }
    }
}

/// The model in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelHealth {
    /// Which it is.
    pub identity: ModelIdentity,
    /// Whether it can embed at once.
    pub readiness: Readiness,
}

impl Reader {
    /// Says whether the service works. Never fails: a store that cannot be opened is an answer.
    pub async fn health(&self) -> Health {
        let embedder = &self.space.parts.embedder;
        let model = ModelHealth { identity: embedder.model().clone(), readiness: embedder.readiness() };
        let mut reasons = Vec::new();
        if model.readiness == Readiness::Failed {
            let why = embedder.failure().map(|why| format!(" ({why})")).unwrap_or_default();
            reasons.push(format!(
                "the embedding model could not be loaded or reached{why}: only words are searched"
            ));
        }
        let store = match self.space.store().await {
            Ok(store) => store,
            Err(error) => return unavailable(error.to_string(), model),
        };
        let (statistics, vectors) = tokio::join!(store.statistics(), store.vector_space());
        let (statistics, vectors) = match (statistics, vectors) {
            (Ok(statistics), Ok(vectors)) => (statistics, vectors),
            (Err(error), _) | (_, Err(error)) => return unavailable(error.to_string(), model),
        };
        if statistics.pending > 0 {
            let searched = self.previous_are_searched(store.as_ref()).await;
            reasons.push(waiting(statistics.pending, &vectors, searched));
        }
        if statistics.unindexed > 0 {
            reasons.push(format!(
                "the words of {} memories are being indexed, the newest first: until then meaning alone finds them",
                statistics.unindexed
            ));
        }
        let known = self.space.upkeep.known();
        let backups = match &self.space.parts.settings.backups {
            Some(schedule) => Some(self.backups(store.as_ref(), schedule, known.failure).await),
            None => None,
        };
        if backups.as_ref().is_some_and(|backups| backups.failure.is_some()) {
            reasons.push("the last backup could not be made".to_owned());
        }
        reasons.extend(known.checked.as_ref().and_then(damage));
        if let Some(languages) = embedder.languages() {
            // What cannot be counted now is no reason for anything.
            let counts = store.languages().await.unwrap_or_default();
            reasons.extend(unread(&counts, languages, &model.identity.name));
        }
        let status = if reasons.is_empty() { Status::Healthy } else { Status::Degraded };
        Health { status, reasons, statistics: Some(statistics), model, backups, checked: known.checked }
    }

    /// Whether memories that wait for their vector may be found by one of a model in use before.
    async fn previous_are_searched(&self, store: &dyn MemoryStore) -> bool {
        let previous = &self.space.parts.previous;
        if previous.is_empty() {
            return false;
        }
        let spaces = store.vector_spaces().await.unwrap_or_default();
        spaces.iter().any(|space| {
            space.memories > 0
                && previous.iter().any(|embedder| space.model.as_ref() == Some(embedder.model()))
        })
    }

    async fn backups(
        &self,
        store: &dyn MemoryStore,
        schedule: &BackupSchedule,
        failure: Option<BackupFailure>,
    ) -> BackupHealth {
        let now = self.space.parts.clock.now();
        let (backups, failure) = match store.backups(&schedule.directory).await {
            Ok(backups) => (backups, failure),
            Err(error) => (Vec::new(), Some(BackupFailure { at: now, reason: error.to_string() })),
        };
        let last = backups.first().map(|newest| newest.made_at);
        BackupHealth {
            interval: schedule.interval,
            last,
            age_s: last.map(|last| now.as_seconds() - last.as_seconds()),
            count: backups.len(),
            bytes: backups.iter().map(|backup| backup.bytes).sum(),
            failure,
        }
    }
}

/// A sentence about memories that wait for their vector.
fn waiting(pending: u64, vectors: &VectorSpace, previous_are_searched: bool) -> String {
    match vectors {
        _ if previous_are_searched => format!(
            "{pending} memories wait for their vector: until then they are found by words, and by the vectors of the model in use before where they have one"
        ),
        VectorSpace::Foreign => format!(
            "{pending} memories have vectors of another model only: until they are embedded again, they are found by words"
        ),
        _ => format!("{pending} memories wait for their vector: until then they are found by words"),
    }
}

/// A sentence about what the last look for damage found.
fn damage(checked: &Checked) -> Option<String> {
    let worst = checked.findings.iter().map(|finding| finding.severity).max()?;
    let what = match worst {
        Severity::Damage => "damage: run `memory doctor`",
        _ => "something to repair: run `memory doctor --fix`",
    };
    Some(format!("the last look at the database found {what}"))
}

/// Says that many memories are in languages that the model was not trained on.
#[expect(clippy::cast_precision_loss, reason = "counts of memories")]
fn unread(counts: &[LanguageCount], known: &[&str], model: &str) -> Option<String> {
    let told = counts.iter().filter(|count| count.code != "und");
    let total: u64 = told.clone().map(|count| count.memories).sum();
    let percent = |memories: u64| (100.0 * memories as f64 / total.max(1) as f64).round();
    let unread: Vec<&LanguageCount> = told.filter(|count| !known.contains(&count.code)).collect();
    let share: u64 = unread.iter().map(|count| count.memories).sum();
    if total == 0 || (share as f64) < TOLD_SHARE * total as f64 {
        return None;
    }
    let named: Vec<String> = unread
        .iter()
        .take(NAMED)
        .map(|count| format!("{} {} %", count.name, percent(count.memories)))
        .collect();
    Some(format!(
        "{} % of the memories are in languages that the model {model} was not trained on ({}): words find them, meaning hardly does; a multilingual model can be configured",
        percent(share),
        named.join(", ")
    ))
}

fn unavailable(reason: String, model: ModelHealth) -> Health {
    let (status, reasons) = (Status::Unavailable, vec![reason]);
    Health { status, reasons, statistics: None, model, backups: None, checked: None }
}
