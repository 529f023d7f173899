//! Texts that were deleted before.

use model::{ContentHash, Timestamp};
use ports::MemoryStore;

use crate::EngineError;

/// What to do with a text of which the original recorded that it was deleted, so that other hosts learn of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RestoreDeleted {
    /// Refuse it.
    #[default]
    No,
    /// Store it anew.
    Yes,
}

/// Refuses a text of which the original recorded that it was deleted.
pub(super) async fn check_deleted(
    store: &dyn MemoryStore,
    restore_deleted: RestoreDeleted,
    hash: &ContentHash,
) -> Result<(), EngineError> {
    if restore_deleted == RestoreDeleted::Yes {
        return Ok(());
    }
    match store.recorded_deletion(hash).await? {
        // Another host may have brought it back since.
        Some(deleted_at) if store.get(hash).await?.is_none() => {
            Err(EngineError::DeletedBefore { hash: hash.clone(), deleted_at })
        }
        _ => Ok(()),
    }
}

/// The warning that a deleted text is there again.
pub(crate) fn stored_anew(deleted_at: Timestamp) -> String {
    format!("a memory with this text was deleted on {deleted_at}; it is stored anew")
}
