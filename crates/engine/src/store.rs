//! Storing a memory.

use model::{Content, ContentHash, EmbeddingState, MemoryType, Metadata, NewMemory, Partition, Tags, Vector};
use ports::{Inserted, MemoryStore};

use crate::capability::Writer;
use crate::{EngineError, embedding};

/// How many near-duplicates a receipt names.
const NEAR_DUPLICATES: usize = 3;

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
        let store = space.store().await?;
        let hash = ContentHash::of(&request.content);
        if let Some(existing) = store.get(&hash).await? {
            return Ok(duplicate(hash, existing.partition, existing.embedding));
        }
        let mut warnings = Vec::new();
        let vector = match space.embed_one(request.content.as_str()).await {
            Ok(vector) => Some(vector),
            Err(error) => {
                warnings
                    .push(format!("stored, but not found by meaning yet: {error}; it will be tried again"));
                None
            }
        };
        let near_duplicates = match &vector {
            Some(vector) => self.near_duplicates(store.as_ref(), vector, &request.partition).await?,
            None => Vec::new(),
        };
        let embedding = if vector.is_some() { EmbeddingState::Done } else { EmbeddingState::Pending };
        let inserted = store
            .insert(NewMemory {
                hash: hash.clone(),
                content: request.content,
                tags: request.tags,
                memory_type: request.memory_type,
                metadata: request.metadata,
                created_at: space.parts.clock.now(),
                partition: request.partition,
                vector,
            })
            .await?;
        match inserted {
            Inserted::Duplicate { partition } => Ok(duplicate(hash, partition, embedding)),
            Inserted::Created { restored_from, .. } => {
                if let Some(deleted_at) = restored_from {
                    warnings.push(format!(
                        "a memory with this text was deleted on {deleted_at}; it is stored anew"
                    ));
                }
                if embedding == EmbeddingState::Pending {
                    embedding::notify(space);
                }
                Ok(StoreReceipt { hash, outcome: Outcome::Created, embedding, near_duplicates, warnings })
            }
        }
    }

    async fn near_duplicates(
        &self,
        store: &dyn MemoryStore,
        vector: &Vector,
        partition: &Partition,
    ) -> Result<Vec<NearDuplicate>, EngineError> {
        let filter = model::Filter {
            partitions: model::PartitionScope::One(partition.clone()),
            ..model::Filter::default()
        };
        let threshold = self.space().parts.settings.near_duplicate_cosine;
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
}

fn duplicate(hash: ContentHash, partition: Partition, embedding: EmbeddingState) -> StoreReceipt {
    let (near_duplicates, warnings) = (Vec::new(), Vec::new());
    StoreReceipt { hash, outcome: Outcome::Duplicate { partition }, embedding, near_duplicates, warnings }
}
