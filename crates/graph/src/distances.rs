//! Breadth first, one step at a time.

use std::collections::HashMap;
use std::hash::Hash;

/// How many edges lie between one node and those that were reached from it.
#[derive(Debug, Clone)]
pub struct Distances<N> {
    steps: u32,
    reached: HashMap<N, u32>,
}

impl<N: Copy + Eq + Hash> Distances<N> {
    /// Nothing but the node itself is reached.
    #[must_use]
    pub fn from(start: N) -> Self {
        Self { steps: 0, reached: HashMap::from([(start, 0)]) }
    }

    /// Takes a step: reaches the ends of edges that begin at what the last step reached. Gives the nodes that are new, in
    /// the order of the edges.
    pub fn step(&mut self, edges: impl IntoIterator<Item = (N, N)>) -> Vec<N> {
        let last = self.steps;
        self.steps += 1;
        let mut new = Vec::new();
        for (from, to) in edges {
            if self.reached.get(&from) == Some(&last) && !self.reached.contains_key(&to) {
                self.reached.insert(to, self.steps);
                new.push(to);
            }
        }
        new
    }

    /// How many edges away a node is; none when it was not reached.
    #[must_use]
    pub fn of(&self, node: N) -> Option<u32> {
        self.reached.get(&node).copied()
    }

    /// How many nodes were reached, the first one too.
    #[must_use]
    pub fn reached(&self) -> usize {
        self.reached.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_node_has_the_distance_of_its_shortest_way() {
        let edges = [(1, 2), (2, 1), (1, 3), (3, 4), (2, 4), (4, 5), (5, 1)];
        let mut distances = Distances::from(1);
        assert_eq!(distances.step(edges), [2, 3]);
        assert_eq!(distances.step(edges), [4]);
        assert_eq!(distances.of(5), None);
        assert_eq!(distances.step(edges), [5]);
        assert_eq!(distances.step(edges), [0; 0]);
        assert_eq!(
            [1, 2, 3, 4, 5, 6].map(|node| distances.of(node)),
            [Some(0), Some(1), Some(1), Some(2), Some(3), None]
        );
        assert_eq!(distances.reached(), 5);
    }
}
