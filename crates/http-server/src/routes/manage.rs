//! `/api/manage`: changes of many memories at once.
//!
//! What many are is looked up first. A caller who says how many it expects (`confirm_count`) is refused when there are others, and
//! exactly those that were counted are changed.

pub(crate) mod bulk_delete;
pub(crate) mod cleanup_duplicates;
pub(crate) mod rename_tag;
pub(crate) mod system;
pub(crate) mod tag_stats;
pub(crate) mod untagged;

use axum::http::StatusCode;
use engine::{DeleteRequest, DryRun, Writer};
use model::{ContentHash, Filter, PartitionScope};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Failure;

/// What became of many memories.
#[derive(Serialize, ToSchema)]
pub(crate) struct BulkOutcome {
    /// Whether something was changed.
    success: bool,
    /// The same for people.
    message: String,
    /// Memories that were changed.
    affected_count: usize,
    /// What was done: `bulk_delete`, `cleanup_duplicates`, `delete_untagged`, `rename_tag` or another operation.
    operation: &'static str,
    /// By which a deletion can be taken back (tool `memory_delete`).
    #[serde(skip_serializing_if = "Option::is_none")]
    undo: Option<i64>,
}

/// Refuses to change another number of memories than the caller expects.
fn confirmed(found: usize, expected: Option<u64>) -> Result<(), Failure> {
    match expected {
        Some(expected) if expected != found as u64 => Err(Failure::new(
            StatusCode::BAD_REQUEST,
            format!("Confirmation count mismatch: {found} memories are meant, {expected} were confirmed"),
        )),
        _ => Ok(()),
    }
}

/// Which memories meet a filter, replaced ones too.
async fn meant(writer: &Writer, filter: &Filter) -> Result<Vec<ContentHash>, Failure> {
    let request = DeleteRequest { hash: None, filter: filter.clone(), dry_run: DryRun::Yes };
    Ok(writer.delete(request).await?.hashes)
}

/// Deletes these memories.
async fn delete(writer: &Writer, hashes: Vec<ContentHash>) -> Result<(usize, Option<i64>), Failure> {
    if hashes.is_empty() {
        return Ok((0, None));
    }
    let filter = Filter { hashes: Some(hashes), ..Filter::everything() };
    let receipt = writer.delete(DeleteRequest { hash: None, filter, dry_run: DryRun::No }).await?;
    Ok((receipt.hashes.len(), receipt.undo.map(|undo| undo.0)))
}

/// The named store that is meant.
fn scope(store: Option<&str>, place: &str) -> Result<PartitionScope, Failure> {
    let scope = store.map_or(Ok(PartitionScope::default()), PartitionScope::parse);
    scope.map_err(|error| {
        Failure::problem("value_error", vec![place.into(), "store".into()], error.to_string())
    })
}
