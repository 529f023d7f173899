//! All vectors of one model in memory.

use std::collections::HashMap;

use super::codes::{self, Codes, Query};
use super::home::Home;
use super::stored::Fingerprint;

/// Up to how many vectors are kept exactly too (four bytes a number: 50 MB at 384). With more, the exact ones of the
/// candidates are read from the database.
pub(crate) const EXACT_LIMIT: usize = 32_768;

/// All vectors of one model in memory: each as codes, and exactly up to [`EXACT_LIMIT`].
pub(crate) struct Index {
    /// Which table it mirrors.
    pub(crate) home: Home,
    /// The version of the database's schema when it was read.
    pub(crate) schema_version: i64,
    /// How often vectors had been replaced when it was read.
    pub(crate) epoch: i64,
    /// Counts the changes.
    pub(crate) version: u64,
    dimension: usize,
    ids: Vec<i64>,
    codes: Vec<i8>,
    scales: Vec<f32>,
    exact: Option<Vec<f32>>,
    /// Where each memory's vector is; none when it has no direction.
    slots: HashMap<i64, Option<usize>>,
    sum: i64,
}

impl Index {
    /// No vectors yet.
    pub(crate) fn new(home: Home, dimension: usize, schema_version: i64, epoch: i64) -> Self {
        Self {
            home,
            schema_version,
            epoch,
            version: 0,
            dimension,
            ids: Vec::new(),
            codes: Vec::new(),
            scales: Vec::new(),
            exact: Some(Vec::new()),
            slots: HashMap::new(),
            sum: 0,
        }
    }

    /// Makes room for so many vectors.
    pub(crate) fn reserve(&mut self, count: usize) {
        self.ids.reserve(count);
        self.scales.reserve(count);
        self.slots.reserve(count);
        self.codes.reserve(count * self.dimension);
        if let Some(exact) = self.exact.as_mut().filter(|_| count <= EXACT_LIMIT) {
            exact.reserve(count * self.dimension);
        }
    }

    /// How many numbers a vector has.
    pub(crate) fn dimension(&self) -> usize {
        self.dimension
    }

    /// How many vectors can be found.
    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    /// What the table must look like if the index is true.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        Fingerprint { count: i64::try_from(self.slots.len()).unwrap_or(i64::MAX), sum: self.sum }
    }

    /// Whether a memory's vector is in the index, with or without direction.
    pub(crate) fn has(&self, id: i64) -> bool {
        self.slots.contains_key(&id)
    }

    /// The memories whose vectors are in the index.
    pub(crate) fn known(&self) -> impl Iterator<Item = i64> {
        self.slots.keys().copied()
    }

    /// Where the vector of a memory is, if it has a direction.
    pub(crate) fn slot(&self, id: i64) -> Option<usize> {
        self.slots.get(&id).copied().flatten()
    }

    /// Whose vector is at a place.
    pub(crate) fn id(&self, slot: usize) -> i64 {
        self.ids[slot]
    }

    /// Adds a vector, or replaces the memory's. One without direction is known, and never found.
    pub(crate) fn put(&mut self, id: i64, numbers: &[f32]) {
        self.remove(id);
        self.version += 1;
        self.sum += Fingerprint::part(id);
        let codes = Some(numbers).filter(|numbers| numbers.len() == self.dimension).and_then(Codes::of);
        let Some(codes) = codes else {
            self.slots.insert(id, None);
            return;
        };
        self.slots.insert(id, Some(self.ids.len()));
        self.ids.push(id);
        self.codes.extend(codes.codes);
        self.scales.push(codes.scale);
        match &mut self.exact {
            Some(exact) if self.ids.len() <= EXACT_LIMIT => exact.extend_from_slice(numbers),
            _ => self.exact = None,
        }
    }

    /// Removes a memory's vector.
    pub(crate) fn remove(&mut self, id: i64) {
        let Some(slot) = self.slots.remove(&id) else { return };
        self.version += 1;
        self.sum -= Fingerprint::part(id);
        let Some(slot) = slot else { return };
        self.ids.swap_remove(slot);
        self.scales.swap_remove(slot);
        swap_remove_row(&mut self.codes, self.dimension, slot);
        if let Some(exact) = &mut self.exact {
            swap_remove_row(exact, self.dimension, slot);
        }
        if let Some(moved) = self.ids.get(slot) {
            self.slots.insert(*moved, Some(slot));
        }
    }

    /// About how near each vector is to a query, by place.
    pub(crate) fn near(&self, query: &Query) -> Vec<f32> {
        let rows = self.codes.chunks_exact(self.dimension).zip(&self.scales);
        rows.map(|(row, scale)| query.nearness(row, *scale)).collect()
    }

    /// About how near one vector is to a query.
    pub(crate) fn near_one(&self, query: &Query, slot: usize) -> f32 {
        query.nearness(row(&self.codes, self.dimension, slot), self.scales[slot])
    }

    /// The exact cosine, when the index keeps the vectors exactly.
    pub(crate) fn cosine(&self, query: &[f32], slot: usize) -> Option<f64> {
        let exact = self.exact.as_ref()?;
        codes::cosine(query, row(exact, self.dimension, slot))
    }
}

fn row<T>(rows: &[T], width: usize, slot: usize) -> &[T] {
    &rows[slot * width..(slot + 1) * width]
}

/// Removes a row; the last one takes its place.
fn swap_remove_row<T: Copy>(rows: &mut Vec<T>, width: usize, slot: usize) {
    let last = rows.len() - width;
    rows.copy_within(last.., slot * width);
    rows.truncate(last);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index() -> Index {
        Index::new(Home::Vec0, 2, 0, 0)
    }

    #[test]
    fn removing_a_vector_keeps_the_others_in_reach() {
        let mut index = index();
        for (id, numbers) in [(1, [1.0, 0.0]), (2, [0.0, 1.0]), (3, [-1.0, 0.0])] {
            index.put(id, &numbers);
        }
        index.remove(1);
        assert_eq!((index.len(), index.slot(1)), (2, None));
        for (id, query) in [(2, [0.0, 1.0]), (3, [-1.0, 0.0])] {
            let slot = index.slot(id).unwrap();
            assert_eq!(index.id(slot), id);
            assert_eq!(index.cosine(&query, slot), Some(1.0));
        }
    }

    #[test]
    fn the_fingerprint_follows_every_change() {
        let mut index = index();
        index.put(5, &[1.0, 0.0]);
        index.put(9, &[0.0, 0.0]);
        let both = Fingerprint { count: 2, sum: Fingerprint::part(5) + Fingerprint::part(9) };
        assert_eq!(index.fingerprint(), both);
        index.put(5, &[0.0, 1.0]);
        assert_eq!(index.fingerprint(), both);
        index.remove(5);
        index.remove(9);
        assert_eq!(index.fingerprint(), Fingerprint::default());
    }

    #[test]
    fn a_vector_without_direction_or_of_another_dimension_is_known_and_not_found() {
        let mut index = index();
        index.put(1, &[0.0, 0.0]);
        index.put(2, &[1.0]);
        index.put(3, &[f32::NAN, 1.0]);
        assert!(index.has(1) && index.has(2) && index.has(3));
        assert_eq!(index.len(), 0);
    }
}
