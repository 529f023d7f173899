//! Examining and repairing a store.

use ports::{Check, IntegrityReport, MemoryStore, Repaired, StoreError};

use crate::capability::Admin;
use crate::{EngineError, Health, embedding};

/// What an examination found.
#[derive(Debug, Clone, PartialEq)]
pub struct Examination {
    /// Whether the service works.
    pub health: Health,
    /// What was looked at and found; none when the store cannot be read.
    pub integrity: Option<IntegrityReport>,
}

/// How far embedding has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmbedProgress {
    /// Memories that have their vector now.
    pub embedded: u64,
    /// Memories whose text gave no usable vector.
    pub failed: u64,
    /// How many waited at the beginning.
    pub total: u64,
}

/// Drops the vectors of models that are not in use any more. Those that another program uses stay.
async fn drop_earlier_vectors(store: &dyn MemoryStore) -> Result<Vec<Repaired>, EngineError> {
    let mut repaired = Vec::new();
    for space in store.vector_spaces().await? {
        let Some(model) = space.model.filter(|model| model != store.model()) else { continue };
        match store.drop_vectors(&model).await {
            Ok(0) | Err(StoreError::Unsupported { .. }) => {}
            Ok(dropped) => {
                let message = format!("dropped {dropped} vectors of the model {} used before", model.name);
                repaired.push(Repaired { subject: "vectors", message });
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(repaired)
}

impl Admin {
    /// Looks for damage in everything. Changes nothing.
    ///
    /// # Errors
    /// [`EngineError::Store`] when looking itself failed.
    pub async fn examine(&self) -> Result<Examination, EngineError> {
        let health = self.writer().reader().health().await;
        let integrity = match self.space().opened() {
            Some(store) => Some(store.check(Check::Deep).await?),
            None => None,
        };
        Ok(Examination { health, integrity })
    }

    /// Repairs what can be derived from the memories: word indexes, vectors, file modes. When every memory has its vector
    /// of the model in use, those of models before are dropped.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn repair(&self) -> Result<Vec<Repaired>, EngineError> {
        let store = self.space().store().await?.as_ref();
        let mut repaired = store.repair().await?;
        if store.unembedded(None, 1).await?.is_empty() {
            repaired.extend(drop_earlier_vectors(store).await?);
        }
        Ok(repaired)
    }

    /// Embeds every memory that waits for its vector, and tells how far it is after each batch.
    ///
    /// # Errors
    /// [`EngineError::Embed`] when the model is not available, [`EngineError::Store`]. What was embedded before stays.
    pub async fn embed_pending(
        &self,
        progress: &mut (dyn FnMut(EmbedProgress) + Send),
    ) -> Result<EmbedProgress, EngineError> {
        let space = self.space();
        embedding::settle(space).await?;
        let total = space.store().await?.statistics().await?.pending;
        let told = |pass: embedding::Pass| EmbedProgress {
            embedded: pass.embedded as u64,
            failed: pass.failed as u64,
            total,
        };
        let pass = embedding::embed_pending(space, &mut |pass| progress(told(pass))).await?;
        Ok(told(pass))
    }
}
