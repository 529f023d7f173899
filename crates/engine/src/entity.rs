//! One entity: its memories, and the entities that it shares memories with.

mod related;
mod resolve;
mod scores;

use model::{Filter, Memory, PartitionScope};
use ports::{EntityCounts, Page};

use crate::capability::Reader;
use crate::{EngineError, list, quality};

pub use related::RelatedEntity;

/// The most memories of an entity that one answer has.
pub const MAX_ENTITY_MEMORIES: u32 = 200;
/// The most steps from an entity to those that are related to it.
pub const MAX_ENTITY_HOPS: u32 = 4;
/// The most entities of one list.
pub const MAX_ENTITIES: u32 = 1000;
/// How many memories of an entity are looked at to find the most relevant: the newest.
const LOOKED_AT: u32 = 1000;

/// Which entity, and what of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityRequest {
    /// Its id or its name, in any case.
    pub entity: String,
    /// Only memories of these partitions.
    pub partitions: PartitionScope,
    /// How many memories at most, 1 to [`MAX_ENTITY_MEMORIES`].
    pub limit: u32,
    /// Which related entities.
    pub related: Related,
    /// What puts memories in order.
    pub scoring: Scoring,
}

impl EntityRequest {
    /// An entity with its most relevant memories of the default partition and its nearest relatives.
    #[must_use]
    pub fn new(entity: impl Into<String>) -> Self {
        Self {
            entity: entity.into(),
            partitions: PartitionScope::default(),
            limit: 50,
            related: Related::Within { hops: 1 },
            scoring: Scoring::Relevance,
        }
    }
}

/// Which related entities an answer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Related {
    /// None.
    None,
    /// Those that can be reached in so many steps; a step leads over a memory that is linked to both.
    Within {
        /// Steps, 1 to [`MAX_ENTITY_HOPS`].
        hops: u32,
    },
}

/// What puts the memories of an entity in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scoring {
    /// Their quality.
    Relevance,
    /// Their quality, their nearness to the best of them, and how many memories they have an edge with.
    Composite,
}

/// What is known of an entity.
#[derive(Debug, Clone, PartialEq)]
pub struct EntityDetail {
    /// Its id. Other entities can have the same.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its memories, the best first; of equal ones the newest.
    pub memories: Vec<EntityMemory>,
    /// How many memories it has.
    pub total: u64,
    /// Related entities: the nearest first, then those that share most memories.
    pub related: Vec<RelatedEntity>,
    /// What the caller should know.
    pub notices: Vec<String>,
}

/// A memory of an entity.
#[derive(Debug, Clone, PartialEq)]
pub struct EntityMemory {
    /// The memory.
    pub memory: Memory,
    /// Its quality, 0 to 1.
    pub relevance: f64,
    /// What it was put in order by; none when that is its relevance alone.
    pub composite: Option<graph::Composite>,
}

impl Reader {
    /// An entity with its memories and the entities related to it.
    ///
    /// # Errors
    /// [`EngineError::UnknownEntity`], [`EngineError::OutOfRange`], [`EngineError::Store`].
    pub async fn entity(&self, request: &EntityRequest) -> Result<EntityDetail, EngineError> {
        list::check_range("limit", request.limit.into(), MAX_ENTITY_MEMORIES.into())?;
        if let Related::Within { hops } = request.related {
            list::check_range("max_hops", hops.into(), MAX_ENTITY_HOPS.into())?;
        }
        let store = self.space.store().await?.as_ref();
        let everything = Filter { partitions: request.partitions.clone(), ..Filter::default() };
        let known = store.entities(&everything, "", usize::MAX).await?;
        let resolved = resolve::resolve(&request.entity, &known)?;
        let mut notices: Vec<String> = resolved.notice().into_iter().collect();
        let name = resolved.name.to_owned();
        let own = Filter { entity: Some(name.clone()), ..everything.clone() };
        let listing = store.list(&own, Page { offset: 0, limit: LOOKED_AT }).await?;
        if listing.total > u64::from(LOOKED_AT) {
            let total = listing.total;
            notices.push(format!("the best were chosen among the newest {LOOKED_AT} of {total} memories"));
        }
        let mut memories: Vec<EntityMemory> = listing.memories.into_iter().map(unscored).collect();
        memories.sort_by(|a, b| b.relevance.total_cmp(&a.relevance));
        if request.scoring == Scoring::Composite {
            scores::composite(store, &everything, &mut memories).await?;
        }
        memories.truncate(request.limit as usize);
        let related = match request.related {
            Related::None => Vec::new(),
            Related::Within { hops } => {
                related::within(store, &everything, &name, hops, &mut notices).await?
            }
        };
        let id = graph::entity_id(&name);
        Ok(EntityDetail { id, name, memories, total: listing.total, related, notices })
    }

    /// The entities with most memories of those whose names begin with a prefix (any, when it is empty).
    ///
    /// # Errors
    /// [`EngineError::OutOfRange`] for a limit outside 1 to [`MAX_ENTITIES`], [`EngineError::EmptyRange`],
    /// [`EngineError::Store`].
    pub async fn entities(
        &self,
        filter: &Filter,
        prefix: &str,
        limit: u32,
    ) -> Result<EntityCounts, EngineError> {
        list::check_range("limit", limit.into(), MAX_ENTITIES.into())?;
        list::check_times(filter)?;
        Ok(self.space.store().await?.entities(filter, prefix, limit as usize).await?)
    }
}

fn unscored(memory: Memory) -> EntityMemory {
    EntityMemory { relevance: quality::of(&memory.metadata), memory, composite: None }
}
