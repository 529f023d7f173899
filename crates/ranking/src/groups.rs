//! One memory for each conversation.

use std::collections::HashMap;
use std::hash::Hash;

use crate::weights::Weights;

/// How many memories of a conversation count.
const COUNTED: usize = 6;

/// The best memory of a conversation, and how many more of it were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group<K> {
    /// The best memory.
    pub best: K,
    /// How many more of the conversation were found.
    pub more: usize,
}

/// The conversations of a list that is in order, best first. A conversation with several memories that fit comes before
/// one with a single one that fits as well. A memory without a conversation is one by itself.
#[must_use]
pub fn by_conversation<K: Copy + Eq + Hash + Ord>(
    list: &[(K, f64)],
    conversation: impl Fn(&K) -> Option<usize>,
    weights: &Weights,
) -> Vec<Group<K>> {
    #[derive(PartialEq, Eq, Hash)]
    enum Of<K> {
        Conversation(usize),
        Alone(K),
    }
    let mut groups: Vec<(Group<K>, f64, f64)> = Vec::new();
    let mut places: HashMap<Of<K>, usize> = HashMap::new();
    for (key, score) in list {
        let of = conversation(key).map_or(Of::Alone(*key), Of::Conversation);
        let place = *places.entry(of).or_insert_with(|| {
            groups.push((Group { best: *key, more: 0 }, 0.0, 1.0));
            groups.len() - 1
        });
        let (group, sum, weight) = &mut groups[place];
        if group.best != *key {
            group.more += 1;
        }
        if group.more < COUNTED {
            *sum += *weight * score;
            *weight *= weights.further;
        }
    }
    // Equal groups stay in the order of their best memories.
    groups.sort_by(|a, b| b.1.total_cmp(&a.1));
    groups.into_iter().map(|(group, _, _)| group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_is_given_once_by_its_best_memory() {
        let list = [(1, 0.9), (2, 0.8), (3, 0.7), (4, 0.1)];
        let groups = by_conversation(&list, |key| (key % 2 == 1).then_some(0), &Weights::default());
        assert_eq!(
            groups,
            [Group { best: 1, more: 1 }, Group { best: 2, more: 0 }, Group { best: 4, more: 0 }]
        );
    }

    #[test]
    fn several_memories_that_fit_count_more_than_one() {
        let list = [(1, 0.5), (2, 0.49), (3, 0.48)];
        let groups = by_conversation(&list, |key| Some(usize::from(*key > 1)), &Weights::default());
        assert_eq!(groups[0], Group { best: 2, more: 1 });
    }
}
