//! Whether the service works.

use model::ModelIdentity;
use ports::{Readiness, Statistics, VectorSpace};

use crate::capability::Reader;

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
        let status = if reasons.is_empty() { Status::Healthy } else { Status::Degraded };
        Health { status, reasons, statistics: Some(statistics), model }
    }
}

fn unavailable(reason: String, model: ModelHealth) -> Health {
    Health { status: Status::Unavailable, reasons: vec![reason], statistics: None, model }
}
