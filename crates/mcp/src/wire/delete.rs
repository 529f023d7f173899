//! What was deleted, or would be.

use engine::DryRun;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Window;

/// The most keys that one answer lists.
const LISTED_HASHES: usize = 1000;

/// What was deleted, or would be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeleteReceipt {
    /// Whether nothing was deleted
    pub dry_run: bool,
    /// Memories that are meant
    pub matched_count: usize,
    /// Memories deleted; 0 in a dry run
    pub deleted_count: usize,
    /// Their keys, at most 1000
    pub hashes: Vec<String>,
    /// Time that was asked for
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_window: Option<Window>,
    /// Number by which the deletion can be taken back
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<i64>,
    /// Keys of memories that are back, when a deletion was taken back
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub restored: Vec<String>,
    /// Those that are not
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_restored: Vec<NotRestored>,
}

/// A memory that was not brought back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotRestored {
    /// Key
    pub content_hash: String,
    /// live: it was stored anew meanwhile; gone: nothing is left of it
    pub reason: String,
}

impl DeleteReceipt {
    pub(crate) fn new(receipt: engine::DeleteReceipt, time_window: Option<Window>) -> Self {
        let matched_count = receipt.hashes.len();
        let dry_run = receipt.dry_run == DryRun::Yes;
        let deleted_count = if dry_run { 0 } else { matched_count };
        let hashes = receipt.hashes.iter().take(LISTED_HASHES).map(ToString::to_string).collect();
        let undo = receipt.undo.map(|id| id.0);
        let (restored, not_restored) = (Vec::new(), Vec::new());
        Self { dry_run, matched_count, deleted_count, hashes, time_window, undo, restored, not_restored }
    }

    /// What became of a deletion that was taken back.
    pub(crate) fn undone(undeleted: ports::Undeleted) -> Self {
        let not_restored = |(hash, why): (model::ContentHash, ports::NotRestored)| NotRestored {
            content_hash: hash.to_string(),
            reason: match why {
                ports::NotRestored::Live => "live".to_owned(),
                ports::NotRestored::Gone => "gone".to_owned(),
            },
        };
        Self {
            dry_run: false,
            matched_count: undeleted.restored.len() + undeleted.not_restored.len(),
            deleted_count: 0,
            hashes: Vec::new(),
            time_window: None,
            undo: None,
            restored: undeleted.restored.iter().map(ToString::to_string).collect(),
            not_restored: undeleted.not_restored.into_iter().map(not_restored).collect(),
        }
    }
}
