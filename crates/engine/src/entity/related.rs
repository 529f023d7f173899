//! Entities that share memories with an entity, or with such ones.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};

use model::{Filter, MemoryId};
use ports::{LinkEnds, MemoryStore, fold_case};

use crate::EngineError;

/// How many links of one step are looked at.
const LINKS: usize = 5000;
/// How many related entities there are at most.
const MAX_RELATED: usize = 200;

/// An entity that is related to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelatedEntity {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How many steps away it is, from 1.
    pub hops: u32,
    /// How many memories lead to it: they are linked to it and to an entity that is one step nearer.
    pub shared: u64,
}

/// The entities within so many steps of one.
pub(super) async fn within(
    store: &dyn MemoryStore,
    filter: &Filter,
    name: &str,
    hops: u32,
    notices: &mut Vec<String>,
) -> Result<Vec<RelatedEntity>, EngineError> {
    let mut reached = HashSet::from([fold_case(name)]);
    let mut last = vec![name.to_owned()];
    let mut related: Vec<RelatedEntity> = Vec::new();
    let mut is_whole = true;
    for hop in 1..=hops {
        let links = store.entity_links(&LinkEnds::Entities(last), filter, LINKS).await?;
        is_whole &= links.len() < LINKS;
        let memories: BTreeSet<MemoryId> = links.into_iter().map(|link| link.memory).collect();
        let ends = LinkEnds::Memories(memories.into_iter().collect());
        let links = store.entity_links(&ends, filter, LINKS).await?;
        is_whole &= links.len() < LINKS;
        let mut new: HashMap<String, (String, HashSet<MemoryId>)> = HashMap::new();
        for link in links {
            let folded = fold_case(&link.entity);
            if !reached.contains(&folded) {
                new.entry(folded).or_insert_with(|| (link.entity, HashSet::new())).1.insert(link.memory);
            }
        }
        reached.extend(new.keys().cloned());
        let mut step: Vec<RelatedEntity> = new
            .into_values()
            .map(|(name, memories)| {
                let (id, shared) = (graph::entity_id(&name), memories.len() as u64);
                RelatedEntity { id, name, hops: hop, shared }
            })
            .collect();
        step.sort_by(|a, b| (Reverse(a.shared), &a.name).cmp(&(Reverse(b.shared), &b.name)));
        last = step.iter().map(|entity| entity.name.clone()).collect();
        related.extend(step);
        if last.is_empty() {
            break;
        }
    }
    if !is_whole || related.len() > MAX_RELATED {
        notices.push("there are more related entities than are named".to_owned());
    }
    related.truncate(MAX_RELATED);
    Ok(related)
}
