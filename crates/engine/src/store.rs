//! Storing a memory.

use std::sync::Arc;
use std::time::Duration;

use model::{
    Content, ContentHash, EmbeddingState, Memory, MemoryType, Metadata, NewMemory, Partition, Tags, Vector,
};
use ports::{Inserted, MemoryStore, Readiness};
use tokio::time::Instant;

use crate::capability::Writer;
use crate::open_space::OpenSpace;
use crate::{EngineError, embedding};

/// How many near-duplicates a receipt names.
const NEAR_DUPLICATES: usize = 3;
/// How long storing waits for a model that is still being loaded, when a background worker will embed the memory later.
const WAIT_WHILE_LOADING: Duration = Duration::from_millis(250);

/// What to store.
#[derive(Debug, Clone)]
pub struct StoreRequest {
    /// The text.
    pub content: Content,
    /// Its tags.
    pub tags: Tags,
    /// Its kind.
    pub memory_type: Option<MemoryType>,
    /// Its free fields.
    pub metadata: Metadata,
    /// The partition it goes to.
    pub partition: Partition,
}

/// What became of it: a receipt for a durable write, or the name of the memory that was there already.
#[derive(Debug, Clone, PartialEq)]
pub struct StoreReceipt {
    /// The memory's key.
    pub hash: ContentHash,
    /// Whether it was written.
    pub outcome: Outcome,
    /// Whether it can be found by meaning. It can be found by its words at once.
    pub embedding: EmbeddingState,
    /// Other memories that mean nearly the same, nearest first. They are kept; nothing was merged.
    pub near_duplicates: Vec<NearDuplicate>,
    /// What the caller should know.
    pub warnings: Vec<String>,
}

/// Whether a memory was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was, and it is durable.
    Created,
    /// A memory with the same text was there already, in this partition; nothing was written.
    Duplicate {
        /// Where it lies.
        partition: Partition,
    },
}

/// A memory that means nearly the same as another.
#[derive(Debug, Clone, PartialEq)]
pub struct NearDuplicate {
    /// Its key.
    pub hash: ContentHash,
    /// The cosine between the two, -1 to 1.
    pub similarity: f64,
}

impl Writer {
    /// Stores a memory. When it returns, the memory is durable or was there already. A memory that cannot be embedded
    /// now is stored all the same, found by its words, and embedded later.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn store(&self, request: StoreRequest) -> Result<StoreReceipt, EngineError> {
        let space = self.space();
        let store = space.store().await?.as_ref();
        let hash = ContentHash::of(&request.content);
        if let Some(existing) = store.get(&hash).await? {
            return Ok(duplicate(&existing));
        }
        let mut warnings = Vec::new();
        let deadline = Instant::now() + embed_wait(space);
        let text = request.content.as_str();
        let vector = match space.in_time(deadline, space.vector(text)).await {
            Ok(vector) => Some(vector),
            Err(error) => {
                warnings
                    .push(format!("stored, but not found by meaning yet: {error}; it will be tried again"));
                None
            }
        };
        let near_duplicates = match &vector {
            Some(vector) => near_duplicates(space, store, vector, &request.partition, deadline).await,
            None => Ok(Vec::new()),
        };
        let near_duplicates = near_duplicates.unwrap_or_else(|error| {
            warnings.push(format!("near-duplicates were not looked for: {error}"));
            Vec::new()
        });
        let new = NewMemory {
            hash,
            content: request.content,
            tags: request.tags,
            memory_type: request.memory_type,
            metadata: request.metadata,
            created_at: space.parts.clock.now(),
            occurred_at: None,
            origin: None,
            partition: request.partition,
            vector,
        };
        insert(space, store, new, near_duplicates, warnings).await
    }
}

/// How long to wait for the model. A memory that a background worker will embed does not have to wait for a model that
/// is still being loaded: the caller's assistant waits for the receipt.
fn embed_wait(space: &OpenSpace) -> Duration {
    let loading = matches!(space.parts.embedder.readiness(), Readiness::Idle | Readiness::Loading);
    let wait = space.parts.settings.embed_wait;
    if loading && space.parts.settings.embed_in_background { wait.min(WAIT_WHILE_LOADING) } else { wait }
}

async fn near_duplicates(
    space: &Arc<OpenSpace>,
    store: &dyn MemoryStore,
    vector: &Vector,
    partition: &Partition,
    deadline: Instant,
) -> Result<Vec<NearDuplicate>, EngineError> {
    let threshold = space.parts.settings.near_duplicate_cosine;
    if threshold > 1.0 {
        return Ok(Vec::new());
    }
    space.in_time(deadline, embedding::settle(space)).await?;
    let filter = model::Filter {
        partitions: model::PartitionScope::One(partition.clone()),
        ..model::Filter::default()
    };
    let mut nearest = store.search_vectors(vector, &filter, NEAR_DUPLICATES).await?;
    nearest.retain(|candidate| candidate.score >= threshold);
    let ids: Vec<_> = nearest.iter().map(|candidate| candidate.id).collect();
    let memories = store.get_many(&ids).await?;
    Ok(nearest
        .iter()
        .filter_map(|near| {
            let memory = memories.iter().find(|memory| memory.id == near.id)?;
            Some(NearDuplicate { hash: memory.hash.clone(), similarity: near.score })
        })
        .collect())
}

async fn insert(
    space: &OpenSpace,
    store: &dyn MemoryStore,
    new: NewMemory,
    near_duplicates: Vec<NearDuplicate>,
    mut warnings: Vec<String>,
) -> Result<StoreReceipt, EngineError> {
    let (hash, outcome) = (new.hash.clone(), Outcome::Created);
    let embedding = if new.vector.is_some() { EmbeddingState::Done } else { EmbeddingState::Pending };
    let restored_from = loop {
        match store.insert(new.clone()).await? {
            Inserted::Created { restored_from, .. } => break restored_from,
            // Somebody else stored the text since it was looked for. If it was deleted again, there is room for ours.
            Inserted::Duplicate { .. } => {
                if let Some(existing) = store.get(&hash).await? {
                    return Ok(duplicate(&existing));
                }
            }
        }
    };
    if let Some(deleted_at) = restored_from {
        warnings.push(format!("a memory with this text was deleted on {deleted_at}; it is stored anew"));
    }
    if embedding == EmbeddingState::Pending {
        embedding::notify(space);
    }
    Ok(StoreReceipt { hash, outcome, embedding, near_duplicates, warnings })
}

/// The receipt for a text that is there already.
fn duplicate(existing: &Memory) -> StoreReceipt {
    let superseded = existing.superseded_by.as_ref();
    let warning = |by: &ContentHash| format!("the memory was superseded by {by}: searches leave it out");
    StoreReceipt {
        hash: existing.hash.clone(),
        outcome: Outcome::Duplicate { partition: existing.partition.clone() },
        embedding: existing.embedding,
        near_duplicates: Vec::new(),
        warnings: superseded.map(warning).into_iter().collect(),
    }
}
