//! The stretch of time that a call was about.

use model::Filter;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The stretch of time that a call was about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Window {
    /// First instant, UTC
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// First instant after it, UTC
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
}

impl Window {
    /// The stretch of a filter that has one.
    pub(crate) fn of(filter: &Filter) -> Option<Self> {
        let (from, before) = (filter.created_from, filter.created_before);
        let written = |time: model::Timestamp| time.to_string();
        (from.is_some() || before.is_some())
            .then(|| Self { from: from.map(written), before: before.map(written) })
    }
}

impl std::fmt::Display for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.from, &self.before) {
            (Some(from), Some(before)) => write!(f, "from {from}, before {before}"),
            (Some(from), None) => write!(f, "from {from}"),
            (None, Some(before)) => write!(f, "before {before}"),
            (None, None) => write!(f, "any time"),
        }
    }
}
