//! Memories that mean nearly the same.

use engine::{CleanupReceipt, DryRun, DuplicatePair};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much of a memory's text a pair shows, in characters.
const PREVIEW_CHARS: usize = 120;

/// Memories that mean nearly the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cleanup {
    /// Whether nothing was deleted
    pub dry_run: bool,
    /// Nearest first
    pub pairs: Vec<Pair>,
    /// Pairs left out by max_response_chars
    pub omitted: usize,
    /// Memories deleted
    pub deleted_count: usize,
    /// Number by which the deletion can be taken back
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<i64>,
    /// What to know
    pub notices: Vec<String>,
}

/// Two memories that mean nearly the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Pair {
    /// Key of the older one, which stays
    pub kept: String,
    /// How its text begins
    pub kept_text: String,
    /// Key of the newer one
    pub removed: String,
    /// How its text begins
    pub removed_text: String,
    /// Cosine, -1 to 1
    pub similarity: f64,
}

impl From<DuplicatePair> for Pair {
    fn from(pair: DuplicatePair) -> Self {
        let preview = |text: &str| text.chars().take(PREVIEW_CHARS).collect();
        Self {
            kept: pair.kept.hash.to_string(),
            kept_text: preview(&pair.kept.content),
            removed: pair.removed.hash.to_string(),
            removed_text: preview(&pair.removed.content),
            similarity: pair.similarity,
        }
    }
}

impl From<CleanupReceipt> for Cleanup {
    fn from(receipt: CleanupReceipt) -> Self {
        let dry_run = receipt.dry_run == DryRun::Yes;
        Self {
            dry_run,
            deleted_count: if dry_run { 0 } else { receipt.hashes.len() },
            pairs: receipt.found.pairs.into_iter().map(Pair::from).collect(),
            omitted: 0,
            undo: receipt.undo.map(|id| id.0),
            notices: receipt.found.notices,
        }
    }
}
