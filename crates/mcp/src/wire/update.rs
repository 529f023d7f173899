//! What was changed.

use engine::{UpdateReceipt, VersionReceipt};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::memory::embedding_name;

/// What was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Updated {
    /// Key; of the new version, when there is one
    pub content_hash: String,
    /// updated in place, or versioned
    pub outcome: String,
    /// Fields that were written in place
    pub updated_fields: Vec<String>,
    /// Number in its chain of versions
    pub version: u32,
    /// Key of the version whose place it took
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// done or pending: found by meaning
    pub vector: String,
    /// What to know
    pub warnings: Vec<String>,
}

impl From<UpdateReceipt> for Updated {
    fn from(receipt: UpdateReceipt) -> Self {
        let UpdateReceipt { memory, updated, warnings, .. } = receipt;
        Self {
            content_hash: memory.hash.to_string(),
            outcome: "updated".to_owned(),
            updated_fields: updated.into_iter().map(str::to_owned).collect(),
            version: memory.version,
            parent: memory.parent.map(|hash| hash.to_string()),
            vector: embedding_name(memory.embedding).to_owned(),
            warnings,
        }
    }
}

impl From<VersionReceipt> for Updated {
    fn from(receipt: VersionReceipt) -> Self {
        Self {
            content_hash: receipt.hash.to_string(),
            outcome: "versioned".to_owned(),
            updated_fields: Vec::new(),
            version: receipt.version,
            parent: Some(receipt.parent.to_string()),
            vector: embedding_name(receipt.embedding).to_owned(),
            warnings: receipt.warnings,
        }
    }
}
