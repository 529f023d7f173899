//! One score out of three.

/// How much each part counts, as in release 12 of the original.
const RELEVANCE: f64 = 0.6;
const PROXIMITY: f64 = 0.25;
const CENTRALITY: f64 = 0.15;
/// The number of edges from which more make no difference.
const MANY_EDGES: f64 = 20.0;

/// What counts for the place of a memory among others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Composite {
    /// How well it fits, 0 to 1.
    pub relevance: f64,
    /// How near it is to the one that fits best, 0 (not linked with it, or that one itself) to one half (an edge away).
    pub proximity: f64,
    /// How many edges it has, 0 to 1.
    pub centrality: f64,
}

impl Composite {
    /// Of a relevance, a distance to the first (none when there is no way, or it is the first itself) and a number of edges.
    #[must_use]
    pub fn new(relevance: f64, distance: Option<u32>, edges: usize) -> Self {
        let proximity = distance.filter(|distance| *distance > 0).map_or(0.0, |n| 1.0 / (1.0 + f64::from(n)));
        let edges = u32::try_from(edges).map_or(MANY_EDGES, f64::from);
        Self { relevance, proximity, centrality: (edges / MANY_EDGES).min(1.0) }
    }

    /// The score, 0 to 1.
    #[must_use]
    pub fn score(&self) -> f64 {
        RELEVANCE * self.relevance + PROXIMITY * self.proximity + CENTRALITY * self.centrality
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearness_and_edges_count_up_to_their_bounds() {
        let of = |distance, edges| {
            let composite = Composite::new(0.5, distance, edges);
            (composite.proximity, composite.centrality)
        };
        assert_eq!(of(Some(0), 0), (0.0, 0.0));
        assert_eq!(of(None, 10), (0.0, 0.5));
        assert_eq!(of(Some(1), 20), (0.5, 1.0));
        assert_eq!(of(Some(3), usize::MAX), (0.25, 1.0));
    }

    #[test]
    fn the_parts_are_weighed() {
        let score = |relevance, distance, edges| Composite::new(relevance, distance, edges).score();
        assert!((score(1.0, None, 0) - 0.6).abs() < 1e-12);
        assert!((score(0.0, Some(1), 0) - 0.125).abs() < 1e-12);
        assert!((score(0.0, None, 20) - 0.15).abs() < 1e-12);
        assert!((score(0.5, Some(1), 10) - 0.5).abs() < 1e-12);
    }
}
