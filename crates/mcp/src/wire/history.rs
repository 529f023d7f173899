//! The versions of a memory.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The versions of a memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct History {
    /// Oldest first
    pub versions: Vec<Version>,
    /// Versions left out by max_response_chars, the newest
    pub omitted: usize,
}

/// One version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Version {
    /// Key
    pub content_hash: String,
    /// Number in the chain, from 1
    pub version: u32,
    /// Text; none when it was deleted
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Key of the version before
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Key of the version after
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<String>,
    /// Why it was replaced
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// UTC
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at_iso: Option<String>,
    /// UTC
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at_iso: Option<String>,
}

impl From<ports::Version> for Version {
    fn from(version: ports::Version) -> Self {
        Self {
            content_hash: version.hash.to_string(),
            version: version.version,
            content: version.content,
            parent: version.parent.map(|hash| hash.to_string()),
            superseded_by: version.superseded_by.map(|hash| hash.to_string()),
            reason: version.reason,
            created_at_iso: version.created_at.map(|time| time.to_string()),
            deleted_at_iso: version.deleted_at.map(|time| time.to_string()),
        }
    }
}
