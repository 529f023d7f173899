//! Taking in memories that another store or program kept.
//!
//! Who imports decides what a record may say about where it came from. A [`Writer`] cannot choose: whatever it takes in
//! comes from an import. Only the owner's handle ([`Admin`]) brings back an export of their own memories as they were.

use std::sync::Arc;

use model::{EdgeRecord, MemoryRecord, ModelIdentity, Origin, OriginKind, Record, Timestamp};
use ports::{Loaded, OnDeleted, Standing};

use crate::capability::{Admin, Reader, Writer};
use crate::open_space::OpenSpace;
use crate::{EngineError, embedding, watch};

/// The most records that should be given at once: they are written in one unit of work, and others wait meanwhile.
pub const MAX_IMPORT_RECORDS: usize = 256;

/// Records as they were kept elsewhere, memories before the edges between them.
#[derive(Debug, Clone)]
pub struct ImportRequest {
    /// The records. Each stands for a row and is not checked: a door checks what other programs wrote.
    pub records: Vec<Record>,
    /// What is done with live ones whose memory was deleted here.
    pub on_deleted: OnDeleted,
}

impl Reader {
    /// The model in use. Opens nothing.
    #[must_use]
    pub fn model(&self) -> &ModelIdentity {
        self.space.parts.embedder.model()
    }
}

impl Writer {
    /// Takes in records, all of them or none, and says what became of each; what is here stays as it is. Memories keep
    /// their times, versions and deletions. That they were imported is said anew, of the conversation and the agent that
    /// they name; numbers of deletions, uses and vectors are left behind, since only this store counts and makes its own.
    /// Memories are found by their words at once, and by meaning when they have been embedded
    /// ([`Admin::embed_pending`](crate::Admin::embed_pending) or the background of a server). Nothing is split, and
    /// near-duplicates are not looked for: what was two memories stays two.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn import(&self, request: ImportRequest) -> Result<Vec<Loaded>, EngineError> {
        let now = self.space().parts.clock.now();
        let records = request.records.into_iter().map(|record| imported(record, now)).collect();
        load(self.space(), ImportRequest { records, ..request }).await
    }

    /// How what records name stands here: by this and [`Loaded::of`] an import can be told before it is made.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn standings(&self, records: &[Record]) -> Result<Vec<Standing>, EngineError> {
        Ok(self.space().store().await?.standings(records).await?)
    }
}

impl Admin {
    /// Takes in records of an export of this program as they were, origin, uses, deletions and vectors included; what is
    /// here stays as it is. `vectors_of` names the model of the vectors: those of another model than the one in use are
    /// left behind, and their memories embedded anew.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn import_own(
        &self,
        request: ImportRequest,
        vectors_of: Option<&ModelIdentity>,
    ) -> Result<Vec<Loaded>, EngineError> {
        let is_ours = vectors_of == Some(self.space().store().await?.model());
        let without_vector = |record| match record {
            Record::Memory(mut memory) if !is_ours => {
                memory.vector = None;
                Record::Memory(memory)
            }
            record => record,
        };
        let records = request.records.into_iter().map(without_vector).collect();
        load(self.space(), ImportRequest { records, ..request }).await
    }
}

async fn load(space: &Arc<OpenSpace>, request: ImportRequest) -> Result<Vec<Loaded>, EngineError> {
    let loaded = space.store().await?.load(request.records, request.on_deleted).await?;
    if loaded.iter().any(|loaded| loaded.is_written()) {
        watch::tell(space);
        embedding::notify(space);
    }
    Ok(loaded)
}

/// A record of somebody else.
fn imported(record: Record, now: Timestamp) -> Record {
    match record {
        Record::Memory(memory) => {
            let said = memory.origin.clone();
            let (conversation, agent) = said.map_or((None, None), |said| (said.conversation, said.agent));
            let origin = Some(Origin { conversation, agent, ..Origin::of(OriginKind::Import) });
            Record::Memory(Box::new(MemoryRecord {
                origin,
                usage: None,
                deletion: None,
                vector: None,
                ..*memory
            }))
        }
        Record::Edge(edge) => Record::Edge(EdgeRecord { created_at: edge.created_at.or(Some(now)), ..edge }),
    }
}
