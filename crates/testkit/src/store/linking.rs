//! Entities and edges between memories.

use std::collections::BTreeSet;

use model::{ContentHash, EdgeRecord, Filter, MemoryId, Timestamp};
use ports::store::entities::EntityTally;
use ports::{EntityCounts, EntityLink, LinkEnds, fold_case};

use super::Rows;
use super::rows::selected;

/// Whether an edge leads from a memory to an entity.
pub(super) fn is_of_entity(edge: &EdgeRecord) -> bool {
    edge.relationship_type.as_deref() == Some("has_entity")
}

/// An edge between two memories, as the original draws it.
pub(super) fn edge(from: &ContentHash, to: &ContentHash) -> EdgeRecord {
    EdgeRecord {
        source: from.clone(),
        target: to.clone(),
        relationship_type: None,
        similarity: Some(0.5),
        connection_types: r#"["semantic"]"#.to_owned(),
        metadata: None,
        created_at: Some(Timestamp::from_microseconds(1_000_000)),
        is_deleted: false,
    }
}

/// An edge from a memory to an entity, as the original draws it.
pub(super) fn entity_edge(memory: &ContentHash, name: &str) -> EdgeRecord {
    EdgeRecord {
        relationship_type: Some("has_entity".to_owned()),
        similarity: Some(1.0),
        connection_types: r#"["entity"]"#.to_owned(),
        ..edge(memory, &ContentHash::stored(name))
    }
}

impl Rows {
    fn links(&self, filter: &Filter) -> impl Iterator<Item = EntityLink> {
        let selected = selected(self, filter);
        self.edges.iter().filter(|edge| is_of_entity(edge)).filter_map(move |edge| {
            let row = selected.iter().find(|row| row.memory.hash == edge.source)?;
            Some(EntityLink { memory: row.memory.id, entity: edge.target.as_str().to_owned() })
        })
    }

    pub(super) fn entity_counts(&self, filter: &Filter, prefix: &str, limit: usize) -> EntityCounts {
        let mut tally = EntityTally::default();
        self.links(filter).for_each(|link| tally.add(link));
        tally.counts(prefix, limit)
    }

    pub(super) fn entity_links(&self, of: &LinkEnds, filter: &Filter, limit: usize) -> Vec<EntityLink> {
        let is_meant = |link: &EntityLink| match of {
            LinkEnds::Entities(names) => names.iter().any(|name| fold_case(name) == fold_case(&link.entity)),
            LinkEnds::Memories(ids) => ids.contains(&link.memory),
        };
        let mut links: Vec<EntityLink> = self.links(filter).filter(is_meant).collect();
        links.sort_by(|a, b| b.memory.cmp(&a.memory).then_with(|| a.entity.cmp(&b.entity)));
        links.dedup();
        links.truncate(limit);
        links
    }

    pub(super) fn neighbours(&self, ids: &[MemoryId], filter: &Filter) -> Vec<(MemoryId, MemoryId)> {
        let row = |hash: &ContentHash| self.live.values().find(|row| row.memory.hash == *hash);
        let id = |hash: &ContentHash| row(hash).map(|row| row.memory.id);
        let meant: Vec<MemoryId> = selected(self, filter).iter().map(|row| row.memory.id).collect();
        let both_ways = self.edges.iter().filter_map(|edge| Some((id(&edge.source)?, id(&edge.target)?)));
        let pairs: BTreeSet<(MemoryId, MemoryId)> = both_ways
            .flat_map(|(from, to)| [(from, to), (to, from)])
            .filter(|(own, other)| own != other && ids.contains(own) && meant.contains(other))
            .collect();
        pairs.into_iter().collect()
    }
}
