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
}

impl DeleteReceipt {
    pub(crate) fn new(receipt: engine::DeleteReceipt, time_window: Option<Window>) -> Self {
        let matched_count = receipt.hashes.len();
        let dry_run = receipt.dry_run == DryRun::Yes;
        let deleted_count = if dry_run { 0 } else { matched_count };
        let hashes = receipt.hashes.iter().take(LISTED_HASHES).map(ToString::to_string).collect();
        Self { dry_run, matched_count, deleted_count, hashes, time_window }
    }
}
