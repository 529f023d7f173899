//! What was said before and after the hits.

use std::collections::{BTreeSet, HashMap};

use model::{Memory, MemoryId};
use ports::{Context, ContextQuery, MemoryStore, Neighbour};

use super::{Hit, SearchRequest};
use crate::EngineError;

/// Adds to each hit what is around it in its conversation, as far as it meets the filter.
pub(super) async fn add(
    store: &dyn MemoryStore,
    request: &SearchRequest,
    hits: &mut [Hit],
) -> Result<(), EngineError> {
    if request.neighbours == 0 || hits.is_empty() {
        return Ok(());
    }
    let ids = hits.iter().map(|hit| hit.memory.id).collect();
    let query = ContextQuery { ids, filter: request.filter.clone(), distance: request.neighbours as usize };
    let contexts: HashMap<MemoryId, Context> =
        store.context(&query).await?.into_iter().map(|context| (context.id, context)).collect();
    let around = |hit: &Hit| contexts.get(&hit.memory.id).map_or(&[][..], |context| &context.neighbours);
    let wanted: BTreeSet<MemoryId> = hits.iter().flat_map(around).map(|near| near.id).collect();
    let wanted: Vec<MemoryId> = wanted.into_iter().collect();
    let memories: HashMap<MemoryId, Memory> =
        store.get_many(&wanted).await?.into_iter().map(|memory| (memory.id, memory)).collect();
    for hit in hits {
        let mut near: Vec<Neighbour> = around(hit).to_vec();
        near.sort_by_key(|near| near.offset);
        let of = |near: &Neighbour| memories.get(&near.id).cloned();
        hit.before = near.iter().filter(|near| near.offset < 0).filter_map(of).collect();
        hit.after = near.iter().filter(|near| near.offset > 0).filter_map(of).collect();
    }
    Ok(())
}
