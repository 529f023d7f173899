//! The keys of all memories, for programs that compare two stores.

use model::{ContentHash, MemoryId};
use ports::Tombstones;

use crate::capability::Reader;
use crate::{EngineError, list};

/// The most keys of one call.
pub const MAX_HASHES: u32 = 5000;

impl Reader {
    /// Keys of memories in every partition, replaced ones too, in the order of their numbers, after the number `after`; 1 to
    /// [`MAX_HASHES`].
    ///
    /// # Errors
    /// [`EngineError::OutOfRange`], [`EngineError::Store`].
    pub async fn hashes(
        &self,
        after: Option<MemoryId>,
        tombstones: Tombstones,
        limit: u32,
    ) -> Result<Vec<(MemoryId, ContentHash)>, EngineError> {
        list::check_range("limit", limit.into(), MAX_HASHES.into())?;
        Ok(self.space.store().await?.keys(after, tombstones, limit as usize).await?)
    }
}
