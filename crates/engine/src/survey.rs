//! What the memories are like.

use model::Filter;
use ports::{Survey, TagCounts, TypeCount};

use crate::capability::Reader;
use crate::{EngineError, list};

/// The most tags that one call names.
pub const MAX_TAG_COUNTS: u32 = 1000;

impl Reader {
    /// The most frequent tags that begin with a prefix (any, when it is empty), with how many memories have each.
    ///
    /// # Errors
    /// [`EngineError::OutOfRange`] for a limit outside 1 to [`MAX_TAG_COUNTS`], [`EngineError::EmptyRange`],
    /// [`EngineError::Store`].
    pub async fn tags(&self, filter: &Filter, prefix: &str, limit: u32) -> Result<TagCounts, EngineError> {
        list::check_range("limit", limit.into(), MAX_TAG_COUNTS.into())?;
        list::check_times(filter)?;
        Ok(self.space.store().await?.tag_counts(filter, prefix, limit as usize).await?)
    }

    /// The kinds of memories, the most frequent first, with how many there are of each.
    ///
    /// # Errors
    /// [`EngineError::EmptyRange`], [`EngineError::Store`].
    pub async fn types(&self, filter: &Filter) -> Result<Vec<TypeCount>, EngineError> {
        list::check_times(filter)?;
        Ok(self.space.store().await?.type_counts(filter).await?)
    }

    /// Statistics about memories: by kind, partition, tag, age and week.
    ///
    /// # Errors
    /// [`EngineError::EmptyRange`], [`EngineError::Store`].
    pub async fn survey(&self, filter: &Filter) -> Result<Survey, EngineError> {
        list::check_times(filter)?;
        let now = self.space.parts.clock.now();
        Ok(self.space.store().await?.survey(filter, now).await?)
    }
}
