//! The best of many.

use std::collections::HashMap;

use model::MemoryId;
use ports::Candidate;

/// How many of the nearest are wanted for sure.
const FIRST: usize = 16;

/// Cosines that decide who is looked at more closely.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cut {
    /// That of the last of the first few, or a little less.
    pub(crate) first: f32,
    /// That of the last memory that is wanted, or a little less.
    pub(crate) last: f32,
}

/// The nearest memories so far, each by the nearest of its vectors.
pub(crate) struct Best {
    limit: usize,
    cosines: HashMap<i64, f64>,
}

impl Best {
    /// None yet, `limit` wanted.
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, cosines: HashMap::new() }
    }

    /// One more vector of a memory.
    pub(crate) fn add(&mut self, id: i64, cosine: f64) {
        self.cosines.entry(id).and_modify(|best| *best = best.max(cosine)).or_insert(cosine);
    }

    /// What others have to reach; none as long as there are too few.
    pub(crate) fn cut(&self) -> Option<Cut> {
        if self.cosines.len() < self.limit || self.limit == 0 {
            return None;
        }
        let mut cosines: Vec<f64> = self.cosines.values().copied().collect();
        let (best, last, _) = cosines.select_nth_unstable_by(self.limit - 1, |a, b| b.total_cmp(a));
        let last = *last;
        let first = if best.len() < FIRST {
            last
        } else {
            *best.select_nth_unstable_by(FIRST - 1, |a, b| b.total_cmp(a)).1
        };
        #[expect(clippy::cast_possible_truncation, reason = "rounded down")]
        Some(Cut { first: (first as f32).next_down(), last: (last as f32).next_down() })
    }

    /// The nearest, nearest first; of equally near ones the first stored comes first.
    pub(crate) fn sorted(self) -> Vec<Candidate> {
        let mut found: Vec<Candidate> =
            self.cosines.into_iter().map(|(id, score)| Candidate { id: MemoryId(id), score }).collect();
        found.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.id.cmp(&b.id)));
        found.truncate(self.limit);
        found
    }
}

/// Where the highest values are, at most `width` of them, in no order. What is no number is left out; of values as high as
/// the last some may be.
pub(crate) fn highest(values: &[f32], width: usize) -> Vec<usize> {
    if width == 0 {
        return Vec::new();
    }
    let by_value = |a: &(f32, usize), b: &(f32, usize)| b.0.total_cmp(&a.0);
    let room = width.saturating_mul(2).min(values.len());
    let mut kept: Vec<(f32, usize)> = Vec::with_capacity(room);
    let mut floor = f32::NEG_INFINITY;
    for (at, value) in values.iter().enumerate() {
        if *value > floor {
            kept.push((*value, at));
            if kept.len() == width.saturating_mul(2) {
                kept.select_nth_unstable_by(width - 1, by_value);
                kept.truncate(width);
                floor = kept[width - 1].0;
            }
        }
    }
    if width < kept.len() {
        kept.select_nth_unstable_by(width, by_value);
        kept.truncate(width);
    }
    kept.into_iter().map(|(_, at)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_memory_is_as_near_as_the_nearest_of_its_vectors() {
        let mut best = Best::new(2);
        assert_eq!(best.cut(), None);
        for (id, cosine) in [(7, 0.1), (3, 0.5), (7, 0.9), (7, 0.2), (1, 0.5)] {
            best.add(id, cosine);
        }
        let cut = best.cut().unwrap();
        assert!(cut.last <= 0.5 && cut.last > 0.499 && cut.first == cut.last, "{cut:?}");
        let found: Vec<(i64, f64)> = best.sorted().iter().map(|found| (found.id.0, found.score)).collect();
        assert_eq!(found, [(7, 0.9), (1, 0.5)]);
    }

    #[test]
    fn the_first_few_have_a_cut_of_their_own() {
        let mut best = Best::new(40);
        (0..100_i32).for_each(|n| best.add(n.into(), f64::from(n) / 100.0));
        let cut = best.cut().unwrap();
        assert!((cut.first - 0.84).abs() < 1e-6 && (cut.last - 0.60).abs() < 1e-6, "{cut:?}");
    }

    #[test]
    fn the_highest_are_found_among_many() {
        let values: Vec<f32> =
            (0..1000_u32).map(|n| f32::from(u16::try_from((n * 7919) % 1000).unwrap())).collect();
        for width in [1, 2, 10, 499, 500, 501, 999, 1000, 5000] {
            let mut found: Vec<f32> = highest(&values, width).into_iter().map(|at| values[at]).collect();
            found.sort_unstable_by(|a, b| b.total_cmp(a));
            let mut expected = values.clone();
            expected.sort_unstable_by(|a, b| b.total_cmp(a));
            expected.truncate(width);
            assert_eq!(found, expected, "{width}");
        }
        assert_eq!(highest(&[f32::NAN, 1.0, f32::NAN], 2), [1]);
        assert!(highest(&values, 0).is_empty());
    }
}
