//! Deleting memories.

use model::{ContentHash, Filter, HashPrefix};
use ports::{Deletion, DeletionId, MemoryStore, Page};

use crate::capability::Writer;
use crate::{EngineError, get, list, watch};

/// How many keys are read at once when a dry run collects them.
const DRY_RUN_PAGE: u32 = 1000;

/// What to delete.
#[derive(Debug, Clone)]
pub struct DeleteRequest {
    /// One memory, by its key or the beginning of it. The other conditions must hold for it too.
    pub hash: Option<HashPrefix>,
    /// Only memories that meet it.
    pub filter: Filter,
    /// Whether to delete or only to say what would be.
    pub dry_run: DryRun,
}

/// Whether to delete or only to say what would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DryRun {
    /// Only say it.
    Yes,
    /// Delete.
    No,
}

/// What was deleted, or would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteReceipt {
    /// Whether nothing was deleted.
    pub dry_run: DryRun,
    /// The keys, newest memory first in a dry run.
    pub hashes: Vec<ContentHash>,
    /// By which the deletion can be taken back ([`Writer::undelete`]); none when nothing was deleted.
    pub undo: Option<DeletionId>,
}

impl Writer {
    /// Deletes memories, all that are meant or none. They can no longer be found; their tombstones stay for
    /// synchronisation. Memories that another took the place of are meant too.
    ///
    /// # Errors
    /// [`EngineError::NoFilter`] without a condition, [`EngineError::NotFound`] and [`EngineError::Ambiguous`] for a key,
    /// [`EngineError::EmptyRange`], [`EngineError::Store`]. A filter that no memory meets is no error.
    pub async fn delete(&self, request: DeleteRequest) -> Result<DeleteReceipt, EngineError> {
        let DeleteRequest { hash, mut filter, dry_run } = request;
        if hash.is_none() && !filter.is_selective() {
            return Err(EngineError::NoFilter);
        }
        list::check_times(&filter)?;
        let space = self.space();
        let store = space.store().await?;
        filter.include_superseded = true;
        if let Some(prefix) = &hash {
            filter.hashes = Some(vec![get::resolve(store.as_ref(), prefix).await?]);
        }
        let Deletion { id: undo, hashes } = match dry_run {
            DryRun::Yes => Deletion { id: None, hashes: would_delete(store.as_ref(), &filter).await? },
            DryRun::No => store.delete(&filter, space.parts.clock.now()).await?,
        };
        watch::tell(space);
        match hash {
            Some(hash) if hashes.is_empty() => Err(EngineError::NotFound { hash }),
            _ => Ok(DeleteReceipt { dry_run, hashes, undo }),
        }
    }
}

async fn would_delete(store: &dyn MemoryStore, filter: &Filter) -> Result<Vec<ContentHash>, EngineError> {
    let mut hashes = Vec::new();
    loop {
        let offset = hashes.len() as u64;
        let listing = store.list(filter, Page { offset, limit: DRY_RUN_PAGE }).await?;
        hashes.extend(listing.memories.into_iter().map(|memory| memory.hash));
        if hashes.len() as u64 >= listing.total || hashes.len() as u64 == offset {
            return Ok(hashes);
        }
    }
}
