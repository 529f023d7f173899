//! Entities (people, projects, files) and the memories they are linked to.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

use model::MemoryId;

use super::fold_case;

/// How many memories are linked to an entity. Names are told apart without regard to case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityCount {
    /// Its name, in the spelling that most links have.
    pub name: String,
    /// How many memories are linked to it.
    pub memories: u64,
}

/// Entities, and how many there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntityCounts {
    /// Those with most memories first, then in the order of the alphabet.
    pub entities: Vec<EntityCount>,
    /// How many there are.
    pub total: u64,
}

/// A memory that is linked to an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityLink {
    /// The memory.
    pub memory: MemoryId,
    /// The entity's name, as the link has it.
    pub entity: String,
}

/// Which links are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkEnds {
    /// Those of entities with one of these names, without regard to case.
    Entities(Vec<String>),
    /// Those of memories with one of these numbers.
    Memories(Vec<MemoryId>),
}

/// Counts memories by entity.
#[derive(Debug, Clone, Default)]
pub struct EntityTally(BTreeMap<String, Counted>);

#[derive(Debug, Clone, Default)]
struct Counted {
    spellings: BTreeMap<String, u64>,
    memories: HashSet<MemoryId>,
}

impl EntityTally {
    /// Counts a link.
    pub fn add(&mut self, link: EntityLink) {
        let counted = self.0.entry(fold_case(&link.entity)).or_default();
        *counted.spellings.entry(link.entity).or_default() += 1;
        counted.memories.insert(link.memory);
    }

    /// The entities with most memories of those whose names begin with a prefix (without regard to case), at most
    /// `limit`.
    #[must_use]
    pub fn counts(self, prefix: &str, limit: usize) -> EntityCounts {
        let prefix = fold_case(prefix);
        let named = self.0.into_iter().filter(|(folded, _)| folded.starts_with(&prefix));
        let mut entities: Vec<EntityCount> = named
            .filter_map(|(_, Counted { spellings, memories })| {
                let (name, _) = spellings.into_iter().min_by_key(|(_, links)| Reverse(*links))?;
                Some(EntityCount { name, memories: memories.len() as u64 })
            })
            .collect();
        let total = entities.len() as u64;
        entities.sort_by_key(|entity| Reverse(entity.memories));
        entities.truncate(limit);
        EntityCounts { entities, total }
    }
}
