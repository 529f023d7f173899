//! The memory store: one space's memories, with their words and vectors.

mod backup;
mod change;
pub mod context;
mod deletion;
mod dump;
pub mod entities;
mod error;
mod events;
mod integrity;
pub mod lineage;
mod memory_store;
mod query;
pub mod spaces;
pub mod survey;
pub mod usage;

use std::sync::Arc;

use async_trait::async_trait;
use model::Space;

pub use backup::{BackupClaim, BackupFile, StoredBackup, backup_name, backup_time};
pub use change::{Change, Patch, Superseded, Version};
pub use context::{Context, ContextQuery, Neighbour};
pub use deletion::{Deletion, DeletionId, LogState, NotRestored, Purge, Purged, Undelete, Undeleted};
pub use dump::{DumpRequest, DumpSink, Loaded, OnDeleted, Standing};
pub use entities::{EntityCount, EntityCounts, EntityLink, LinkEnds};
pub use error::StoreError;
pub use events::{EVENT_PREVIEW_CHARS, EventKind, EventPage, EventPoint, Glimpse, MemoryEvent};
pub use integrity::{Check, Finding, IntegrityReport, Repaired, Severity};
pub use memory_store::MemoryStore;
pub use query::{
    Candidate, Inserted, LanguageCount, Listing, Page, Statistics, Tombstones, Unembedded, VectorSample,
    VectorSpace, WordCandidate, WordQuery, fold_case,
};
pub use spaces::{NearPair, Told, VectorsOf};
pub use survey::{Ages, Survey, TagCount, TagCounts, TypeCount, WeekCount};
pub use usage::Usage;

/// Opens the store of a space. Slow, and done at most once for each space at a time.
#[async_trait]
pub trait OpenStore: Send + Sync {
    /// Opens it, creating or upgrading what is needed.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was changed then, or a verified backup was made before it was.
    async fn open(&self, space: &Space) -> Result<Arc<dyn MemoryStore>, StoreError>;
}
