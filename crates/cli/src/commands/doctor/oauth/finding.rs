//! What a step found, and what cures it.

use serde_json::{Value, json};

/// A step that was taken, or was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    /// What it is, in a few words.
    pub(super) title: &'static str,
    /// What came of it.
    pub(super) outcome: Outcome,
}

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is as the client needs it.
    Passed(String),
    /// The client would give up here.
    Failed {
        /// What is wrong.
        found: String,
        /// What to do.
        cure: String,
    },
    /// It was not taken.
    Skipped(String),
}

/// Why a client would give up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    /// What is wrong.
    pub(super) found: String,
    /// What to do.
    pub(super) cure: String,
}

impl Finding {
    pub(super) fn new(found: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { found: found.into(), cure: cure.into() }
    }
}

impl Step {
    pub(super) fn of<T>(title: &'static str, result: &Result<(T, String), Finding>) -> Self {
        let outcome = match result {
            Ok((_, told)) => Outcome::Passed(told.clone()),
            Err(Finding { found, cure }) => Outcome::Failed { found: found.clone(), cure: cure.clone() },
        };
        Self { title, outcome }
    }

    pub(super) fn skipped(title: &'static str, why: impl Into<String>) -> Self {
        Self { title, outcome: Outcome::Skipped(why.into()) }
    }

    pub(super) fn for_programs(&self) -> Value {
        match &self.outcome {
            Outcome::Passed(told) => json!({ "step": self.title, "outcome": "passed", "told": told }),
            Outcome::Failed { found, cure } => {
                json!({ "step": self.title, "outcome": "failed", "found": found, "cure": cure })
            }
            Outcome::Skipped(why) => json!({ "step": self.title, "outcome": "skipped", "why": why }),
        }
    }
}
