//! Whether the service works.

use model::ModelIdentity;
use ports::{LanguageCount, Readiness, Statistics, VectorSpace};

use crate::capability::Reader;

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
            reasons.push(
                "the embedding model could not be loaded or reached: only words are searched".to_owned(),
            );
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
            let pending = statistics.pending;
            reasons.push(match vectors {
                _ if !self.space.parts.previous.is_empty() => format!(
                    "{pending} memories wait for their vector: until then they are found by words, and by the vectors of the model in use before where they have one"
                ),
                VectorSpace::Foreign => format!(
                    "{pending} memories have vectors of another model only: until they are embedded again, they are found by words"
                ),
                _ => format!("{pending} memories wait for their vector: until then they are found by words"),
            });
        }
        if let Some(known) = embedder.languages() {
            // What cannot be counted now is no reason for anything.
            let counts = store.languages().await.unwrap_or_default();
            reasons.extend(unread(&counts, known, &model.identity.name));
        }
        let status = if reasons.is_empty() { Status::Healthy } else { Status::Degraded };
        Health { status, reasons, statistics: Some(statistics), model }
    }
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
    Health { status: Status::Unavailable, reasons: vec![reason], statistics: None, model }
}
