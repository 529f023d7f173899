//! Taking in memories that another store or program kept.

use model::{ContentHash, NewMemory, Origin, OriginKind, Timestamp};
use ports::{Change, Inserted, Patch};

use crate::capability::{Reader, Writer};
use crate::{EngineError, embedding};

/// A memory as it was kept elsewhere.
#[derive(Debug, Clone)]
pub struct ImportRequest {
    /// The memory with the times it had. Where it came from is said anew: from an import, of the conversation and the
    /// agent that it names. A vector is left behind: only the model in use makes vectors.
    pub memory: NewMemory,
    /// When it was changed last.
    pub updated_at: Option<Timestamp>,
    /// The memory that took its place.
    pub superseded_by: Option<ContentHash>,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportOutcome {
    /// It was written and is durable.
    Created,
    /// It was written and is durable; a deleted memory of the same key gave way to it.
    Restored,
    /// A live memory has the same key; nothing was written.
    Duplicate,
}

impl Writer {
    /// Takes in one memory. It is found by its words at once, and by meaning when it has been embedded
    /// ([`Admin::embed_pending`](crate::Admin::embed_pending) or the background of a server). Nothing is split, and
    /// near-duplicates are not looked for: what was two memories stays two.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn import(&self, request: ImportRequest) -> Result<ImportOutcome, EngineError> {
        let ImportRequest { mut memory, updated_at, superseded_by } = request;
        let said = memory.origin.take();
        let (conversation, agent) = said.map_or((None, None), |origin| (origin.conversation, origin.agent));
        memory.origin = Some(Origin { conversation, agent, ..Origin::of(OriginKind::Import) });
        memory.vector = None;
        let (hash, created_at) = (memory.hash.clone(), memory.created_at);
        let store = self.space().store().await?;
        let outcome = match store.insert(memory).await? {
            Inserted::Duplicate { .. } => return Ok(ImportOutcome::Duplicate),
            Inserted::Created { restored_from: None, .. } => ImportOutcome::Created,
            Inserted::Created { restored_from: Some(_), .. } => ImportOutcome::Restored,
        };
        let updated_at = updated_at.filter(|time| *time != created_at);
        if updated_at.is_some() || superseded_by.is_some() {
            let superseded_by = superseded_by.map_or(Patch::Keep, Patch::Set);
            store.update(&hash, Change { superseded_by, updated_at, ..Change::default() }).await?;
        }
        embedding::notify(self.space());
        Ok(outcome)
    }
}

impl Reader {
    /// Whether a live memory has this key.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn holds(&self, hash: &ContentHash) -> Result<bool, EngineError> {
        Ok(self.space.store().await?.get(hash).await?.is_some())
    }
}
