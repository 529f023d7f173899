//! The order of an entity's memories by what they are worth, how near they are to the best and how well linked.

use std::collections::HashMap;

use graph::{Composite, Distances};
use model::{Filter, MemoryId};
use ports::MemoryStore;

use super::EntityMemory;
use crate::EngineError;

/// How many edges away a memory is looked for.
const FAR: u32 = 4;
/// From how many memories on nothing further away is looked for.
const MANY: usize = 5000;

/// Scores memories, the most relevant of which comes first, and puts them in order.
pub(super) async fn composite(
    store: &dyn MemoryStore,
    filter: &Filter,
    memories: &mut [EntityMemory],
) -> Result<(), EngineError> {
    let Some(first) = memories.first().map(|own| own.memory.id) else { return Ok(()) };
    let ids: Vec<MemoryId> = memories.iter().map(|own| own.memory.id).collect();
    let mut edges: HashMap<MemoryId, usize> = HashMap::new();
    for (own, _) in store.neighbours(&ids, filter).await? {
        *edges.entry(own).or_default() += 1;
    }
    let mut distances = Distances::from(first);
    let mut last = vec![first];
    for _ in 0..FAR {
        last = distances.step(store.neighbours(&last, filter).await?);
        if last.is_empty() || distances.reached() > MANY {
            break;
        }
    }
    for own in memories.iter_mut() {
        let id = own.memory.id;
        let count = edges.get(&id).copied().unwrap_or_default();
        own.composite = Some(Composite::new(own.relevance, distances.of(id), count));
    }
    let score = |own: &EntityMemory| own.composite.map_or(own.relevance, |composite| composite.score());
    memories.sort_by(|a, b| score(b).total_cmp(&score(a)));
    Ok(())
}
