//! Where memories stand in their conversations.

use std::collections::BTreeSet;

use model::{EdgeRecord, Memory, MemoryId};
use ports::store::context::{self, Place};
use ports::{Context, ContextQuery};

use super::filtering::matches;
use super::{Row, Rows, linking};

impl Rows {
    pub(super) fn context(&self, query: &ContextQuery) -> Vec<Context> {
        let meets = |id: &MemoryId| self.live.get(id).is_some_and(|row| matches(self, row, &query.filter));
        let asked: BTreeSet<MemoryId> = query.ids.iter().copied().filter(|id| meets(id)).collect();
        let around = asked.iter().flat_map(|id| self.around(*id, query.distance));
        let near: Vec<MemoryId> = around.map(|neighbour| neighbour.id).filter(|id| meets(id)).collect();
        let given: BTreeSet<MemoryId> = asked.into_iter().chain(near).collect();
        let of = |id: &MemoryId| {
            let row = self.live.get(id)?;
            let mut neighbours = self.around(*id, query.distance);
            neighbours.retain(|neighbour| given.contains(&neighbour.id));
            Some(Context {
                id: *id,
                conversation: key(&row.memory),
                time: row.memory.time(),
                names: self.names(row),
                neighbours,
            })
        };
        given.iter().filter_map(of).collect()
    }

    fn around(&self, id: MemoryId, distance: usize) -> Vec<context::Neighbour> {
        let Some(own) = self.live.get(&id).and_then(|row| key(&row.memory)) else { return Vec::new() };
        let same = self.live.values().filter(|row| key(&row.memory).as_ref() == Some(&own));
        let mut places: Vec<Place> = same.map(|row| Place::of(&row.memory)).collect();
        places.sort_by(Place::order);
        let ids: Vec<MemoryId> = places.iter().map(|place| place.id).collect();
        let at = ids.iter().position(|other| *other == id);
        at.map(|at| context::neighbours(&ids, at, distance)).unwrap_or_default()
    }

    fn names(&self, row: &Row) -> Vec<String> {
        let Memory { hash, metadata, content, .. } = &row.memory;
        let of_it = |edge: &&EdgeRecord| linking::is_of_entity(edge) && edge.source == *hash;
        let linked = self.edges.iter().filter(of_it).map(|edge| edge.target.as_str().to_owned());
        context::speaker(metadata, content).into_iter().chain(linked).collect()
    }
}

fn key(memory: &Memory) -> Option<String> {
    context::conversation(memory.origin.as_ref(), &memory.metadata, &memory.tags)
}
