//! Storing a memory.

mod parts;
mod restore;

use std::sync::Arc;

use model::{
    Content, ContentHash, EmbeddingState, Memory, MemoryType, Metadata, NewMemory, Origin, Partition, Tags,
    Timestamp, Vector,
};
use ports::{Inserted, MemoryStore};
use tokio::time::Instant;

use crate::capability::{Adder, Writer};
use crate::new_vectors::{self, NewVectors};
use crate::open_space::OpenSpace;
use crate::{EngineError, embedding, ontology, watch};

pub use parts::{Part, PartOutcome};
pub(crate) use parts::{Parts, store_parts};
pub use restore::RestoreDeleted;
use restore::check_deleted;
pub(crate) use restore::stored_anew;

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
    /// When what it tells of happened, if that was not now.
    pub occurred_at: Option<Timestamp>,
    /// Where it comes from, as the door knows it.
    pub origin: Option<Origin>,
    /// Whether to store it although the original recorded that it was deleted.
    pub restore_deleted: RestoreDeleted,
}

impl StoreRequest {
    /// A text without anything else, for the default partition.
    #[must_use]
    pub fn new(content: Content) -> Self {
        Self {
            content,
            tags: Tags::none(),
            memory_type: None,
            metadata: Metadata::default(),
            partition: Partition::default(),
            occurred_at: None,
            origin: None,
            restore_deleted: RestoreDeleted::No,
        }
    }
}

/// What became of it: a receipt for a durable write, or the name of the memory that was there already.
#[derive(Debug, Clone, PartialEq)]
pub struct StoreReceipt {
    /// The key of the text. When it was stored in parts, no memory has it: each part names it as its `original_hash`.
    pub hash: ContentHash,
    /// Whether it was written.
    pub outcome: Outcome,
    /// Whether it, or every part of it, can be found by meaning. It can be found by its words at once.
    pub embedding: EmbeddingState,
    /// Other memories that mean nearly the same, nearest first. They are kept; nothing was merged.
    pub near_duplicates: Vec<NearDuplicate>,
    /// What the caller should know.
    pub warnings: Vec<String>,
    /// The memory as it is kept, or that was there already; none when the text was stored in parts.
    pub memory: Option<Memory>,
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
    /// It was longer than a memory may be, and became several.
    Split {
        /// What became of each, in order. At least one was written or was there already.
        parts: Vec<Part>,
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

impl Adder {
    /// Stores a memory. When it returns, the memory is durable or was there already. A memory that cannot be embedded
    /// now is stored all the same, found by its words, and embedded later. A text that is longer than
    /// [`Settings::splitting`](crate::Settings::splitting) allows becomes several memories.
    ///
    /// # Errors
    /// [`EngineError::DeletedBefore`], [`EngineError::Store`].
    pub async fn store(&self, request: StoreRequest) -> Result<StoreReceipt, EngineError> {
        let space = self.space();
        let store = space.store().await?.as_ref();
        let hash = ContentHash::of(&request.content);
        if let Some(existing) = store.get(&hash).await? {
            return Ok(duplicate(existing));
        }
        check_deleted(store, request.restore_deleted, &hash).await?;
        let settings = &space.parts.settings;
        let mut warnings: Vec<String> =
            ontology::warning(settings, request.memory_type.as_ref()).into_iter().collect();
        ontology::note_namespaces(settings, &request.tags);
        if let Some(pieces) = parts::of_long_text(settings, &request, &hash)? {
            let (parts, embedding) = store_parts(self, pieces, &mut warnings).await?;
            let outcome = Outcome::Split { parts };
            return Ok(StoreReceipt {
                hash,
                outcome,
                embedding,
                near_duplicates: Vec::new(),
                warnings,
                memory: None,
            });
        }
        let deadline = Instant::now() + new_vectors::wait(space);
        let mut vectors = new_vectors::make(space, &[request.content.as_str()], &mut warnings, |_| {}).await;
        let vectors = vectors.pop().unwrap_or_default();
        let near_duplicates = match &vectors.whole {
            Some(vector) => near_duplicates(space, store, vector, &request.partition, deadline).await,
            None => Ok(Vec::new()),
        };
        let near_duplicates = near_duplicates.unwrap_or_else(|error| {
            warnings.push(format!("near-duplicates were not looked for: {error}"));
            Vec::new()
        });
        let new = new_memory(request, hash.clone(), vectors, space.parts.clock.now());
        match insert(space, store, new, &mut warnings).await? {
            Written::Duplicate(existing) => Ok(duplicate(existing)),
            Written::Created(memory) => Ok(StoreReceipt {
                hash,
                outcome: Outcome::Created,
                embedding: memory.embedding,
                near_duplicates,
                warnings,
                memory: Some(memory),
            }),
        }
    }
}

impl Writer {
    /// As [`Adder::store`].
    ///
    /// # Errors
    /// As [`Adder::store`].
    pub async fn store(&self, request: StoreRequest) -> Result<StoreReceipt, EngineError> {
        self.adder().store(request).await
    }
}

fn new_memory(request: StoreRequest, hash: ContentHash, vectors: NewVectors, now: Timestamp) -> NewMemory {
    NewMemory {
        hash,
        content: request.content,
        tags: request.tags,
        memory_type: request.memory_type,
        metadata: request.metadata,
        created_at: now,
        occurred_at: request.occurred_at,
        origin: request.origin,
        partition: request.partition,
        vector: vectors.whole,
        chunks: vectors.chunks,
    }
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

/// What became of a memory that was to be written.
enum Written {
    /// It is kept, like this.
    Created(Memory),
    /// This one has its text already.
    Duplicate(Memory),
}

/// Writes a memory, and wakes whoever embeds it later.
async fn insert(
    space: &OpenSpace,
    store: &dyn MemoryStore,
    new: NewMemory,
    warnings: &mut Vec<String>,
) -> Result<Written, EngineError> {
    let (id, restored_from) = loop {
        match store.insert(new.clone()).await? {
            Inserted::Created { id, restored_from } => break (id, restored_from),
            // Somebody else stored the text since it was looked for. If it was deleted again, there is room for ours.
            Inserted::Duplicate { .. } => {
                if let Some(existing) = store.get(&new.hash).await? {
                    return Ok(Written::Duplicate(existing));
                }
            }
        }
    };
    watch::tell(space);
    warnings.extend(restored_from.map(stored_anew));
    if embedding::waits(&new) {
        embedding::notify(space);
    }
    Ok(Written::Created(new.stored(id)))
}

/// The receipt for a text that is there already.
fn duplicate(existing: Memory) -> StoreReceipt {
    let superseded = existing.superseded_by.as_ref();
    let warning = |by: &ContentHash| format!("the memory was superseded by {by}: searches leave it out");
    StoreReceipt {
        hash: existing.hash.clone(),
        outcome: Outcome::Duplicate { partition: existing.partition.clone() },
        embedding: existing.embedding,
        near_duplicates: Vec::new(),
        warnings: superseded.map(warning).into_iter().collect(),
        memory: Some(existing),
    }
}
