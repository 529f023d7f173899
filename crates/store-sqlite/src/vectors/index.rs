//! All vectors of one model in memory, one bit a number.
//!
//! For each vector 62 bytes at 384 numbers: code (48), factor (4), memory (8), part (2). They lie in the order of the
//! memories, so that a search in halves finds one; what comes out of order is kept apart until there is enough of it to
//! sort everything again. What is removed is marked.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::codes::{Code, Query};
use super::derived::Spaces;
use super::fine::Fine;
use super::home::Home;
use super::kernels::LANES;
use super::rotation::Rotation;

/// Up to how many vectors are also kept in sixteen bits a number. With more, those of the candidates are read from the
/// database.
pub(crate) const FINE_LIMIT: usize = 4096;
/// From how many vectors on a scan is worth a thread more.
const VECTORS_PER_THREAD: usize = 131_072;
/// How many vectors may lie out of order, or be removed, beside a share of all.
const DISORDER: usize = 4096;
/// That share: one in so many.
const DISORDER_SHARE: usize = 16;

/// All vectors of one model in memory.
pub(crate) struct Index {
    /// Which table it mirrors.
    pub(crate) home: Home,
    /// Under which numbers codes and copies of its vectors stand.
    pub(crate) spaces: Spaces,
    /// Whether the log tells every change of the table.
    pub(crate) is_watched: bool,
    /// The version of the database's schema when it was read.
    pub(crate) schema_version: i64,
    /// The last change of the log that it has.
    pub(crate) seq: i64,
    rotation: Rotation,
    dimension: usize,
    ids: Vec<i64>,
    parts: Vec<u16>,
    /// No number for a vector that was removed.
    factors: Vec<f32>,
    /// In blocks, word by word ([`super::kernels`]).
    codes: Vec<u64>,
    fine: Option<Vec<i16>>,
    /// Up to where the memories are in order.
    ordered: usize,
    /// Where the others are.
    stray: HashMap<i64, Vec<usize>>,
    strays: usize,
    removed: usize,
    /// Room for estimates, kept from scan to scan.
    scratch: Mutex<Vec<Vec<f32>>>,
}

/// One vector of a memory, coded.
pub(crate) struct Entry {
    pub(crate) id: i64,
    pub(crate) part: u16,
    pub(crate) code: Code,
    /// Wanted as long as there are few.
    pub(crate) fine: Option<Fine>,
}

impl Index {
    /// No vectors yet.
    pub(crate) fn new(home: Home, spaces: Spaces, dimension: usize, schema_version: i64, seq: i64) -> Self {
        Self {
            home,
            spaces,
            is_watched: true,
            schema_version,
            seq,
            rotation: Rotation::of(dimension),
            dimension,
            ids: Vec::new(),
            parts: Vec::new(),
            factors: Vec::new(),
            codes: Vec::new(),
            fine: Some(Vec::new()),
            ordered: 0,
            stray: HashMap::new(),
            strays: 0,
            removed: 0,
            scratch: Mutex::default(),
        }
    }

    /// Makes room for so many vectors more, and a few that come later.
    pub(crate) fn reserve(&mut self, count: usize) {
        let count = count + count / DISORDER_SHARE + LANES;
        self.ids.reserve_exact(count);
        self.parts.reserve_exact(count);
        self.factors.reserve_exact(count.next_multiple_of(LANES));
        self.codes.reserve_exact(count.next_multiple_of(LANES) * self.words());
    }

    /// How many numbers a vector has.
    pub(crate) fn dimension(&self) -> usize {
        self.dimension
    }

    /// The rotation that its codes were made with.
    pub(crate) fn rotation(&self) -> &Rotation {
        &self.rotation
    }

    /// How many vectors can be found.
    pub(crate) fn len(&self) -> usize {
        self.ids.len() - self.removed
    }

    /// Whose vector is at a place, and which of the memory's it is.
    pub(crate) fn at(&self, slot: usize) -> (i64, u16) {
        (self.ids[slot], self.parts[slot])
    }

    /// The vector at a place in sixteen bits a number, when such are kept.
    pub(crate) fn fine(&self, slot: usize) -> Option<&[i16]> {
        self.fine.as_ref().map(|fine| &fine[slot * self.dimension..(slot + 1) * self.dimension])
    }

    /// Whether vectors are kept in sixteen bits a number.
    pub(crate) fn is_fine(&self) -> bool {
        self.fine.is_some()
    }

    /// Where the vectors of a memory are.
    pub(crate) fn slots(&self, id: i64) -> impl Iterator<Item = usize> {
        let first = self.ids[..self.ordered].partition_point(|found| *found < id);
        let ordered = (first..self.ordered).take_while(move |slot| self.ids[*slot] == id);
        let stray = self.stray.get(&id).into_iter().flatten().copied();
        ordered.chain(stray).filter(|slot| !self.factors[*slot].is_nan())
    }

    /// Every place with a vector.
    pub(crate) fn all(&self) -> impl Iterator<Item = usize> {
        (0..self.ids.len()).filter(|slot| !self.factors[*slot].is_nan())
    }

    /// Adds a vector. The memory must not have one of this part.
    pub(crate) fn put(&mut self, entry: Entry) {
        let slot = self.ids.len();
        let last = self.ids.last().map(|id| (*id, self.parts[slot - 1]));
        if slot == self.ordered && last.is_none_or(|last| last < (entry.id, entry.part)) {
            self.ordered += 1;
        } else {
            self.stray.entry(entry.id).or_default().push(slot);
            self.strays += 1;
        }
        if slot.is_multiple_of(LANES) {
            self.codes.resize(self.codes.len() + LANES * self.words(), 0);
            self.factors.resize(self.factors.len() + LANES, f32::NAN);
        }
        self.ids.push(entry.id);
        self.parts.push(entry.part);
        self.factors[slot] = entry.code.factor;
        self.write_code(slot, &entry.code.words);
        match (&mut self.fine, entry.fine) {
            (Some(all), Some(fine)) if slot < FINE_LIMIT => all.extend_from_slice(fine.codes()),
            _ => self.fine = None,
        }
        self.sort_when_needed();
    }

    /// Removes the vectors of a memory.
    pub(crate) fn remove(&mut self, id: i64) {
        let slots: Vec<usize> = self.slots(id).collect();
        for slot in &slots {
            self.factors[*slot] = f32::NAN;
        }
        self.removed += slots.len();
        self.stray.remove(&id);
        self.sort_when_needed();
    }

    fn words(&self) -> usize {
        self.rotation.width() / 64
    }

    fn write_code(&mut self, slot: usize, words: &[u64]) {
        let block = slot / LANES * LANES * self.words();
        for (at, word) in words.iter().enumerate() {
            self.codes[block + at * LANES + slot % LANES] = *word;
        }
    }

    fn block(&self, slot: usize) -> &[u64] {
        let length = LANES * self.words();
        &self.codes[slot / LANES * length..][..length]
    }

    fn code(&self, slot: usize) -> Code {
        let words = self.block(slot).iter().skip(slot % LANES).step_by(LANES).copied().collect();
        Code { words, factor: self.factors[slot] }
    }

    fn sort_when_needed(&mut self) {
        let most = DISORDER + self.ids.len() / DISORDER_SHARE;
        if self.strays + self.removed > most {
            self.sort();
        }
    }

    /// Puts all vectors in order, without those that were removed.
    pub(crate) fn sort(&mut self) {
        if self.strays + self.removed == 0 {
            return;
        }
        let mut slots: Vec<usize> = self.all().collect();
        slots.sort_unstable_by_key(|slot| self.at(*slot));
        let mut sorted =
            Self::new(self.home.clone(), self.spaces, self.dimension, self.schema_version, self.seq);
        sorted.is_watched = self.is_watched;
        sorted.reserve(slots.len());
        if self.fine.is_none() {
            sorted.fine = None;
        }
        for slot in slots {
            let (id, part) = self.at(slot);
            sorted.ids.push(id);
            sorted.parts.push(part);
            sorted.factors.push(self.factors[slot]);
            let new = sorted.ids.len() - 1;
            if new.is_multiple_of(LANES) {
                sorted.codes.resize(sorted.codes.len() + LANES * sorted.words(), 0);
            }
            sorted.write_code(new, &self.code(slot).words);
            if let (Some(all), Some(fine)) = (&mut sorted.fine, self.fine(slot)) {
                all.extend_from_slice(fine);
            }
        }
        sorted.factors.resize(sorted.ids.len().next_multiple_of(LANES), f32::NAN);
        sorted.ordered = sorted.ids.len();
        *self = sorted;
    }

    /// About how near each vector is to a query, by place; no number where none is.
    pub(crate) fn estimates<T>(&self, query: &Query, read: impl FnOnce(&[f32]) -> T) -> T {
        let spare = self.scratch.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut estimates = spare.unwrap_or_default();
        estimates.resize(self.factors.len(), 0.0);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = cores.min(self.factors.len() / VECTORS_PER_THREAD + 1);
        let share = self.factors.len().div_ceil(threads).next_multiple_of(LANES).max(LANES);
        std::thread::scope(|scope| {
            let parts = self
                .codes
                .chunks(share * self.words())
                .zip(self.factors.chunks(share))
                .zip(estimates.chunks_mut(share));
            for (number, ((codes, factors), estimates)) in parts.enumerate() {
                if number + 1 == threads {
                    query.estimate(codes, factors, estimates);
                } else {
                    scope.spawn(move || query.estimate(codes, factors, estimates));
                }
            }
        });
        let answer = read(&estimates[..self.ids.len()]);
        self.scratch.lock().unwrap_or_else(PoisonError::into_inner).push(estimates);
        answer
    }

    /// [`Self::estimates`], on this thread alone.
    pub(crate) fn estimates_into(&self, query: &Query, estimates: &mut Vec<f32>) {
        estimates.resize(self.factors.len(), 0.0);
        query.estimate(&self.codes, &self.factors, estimates);
    }

    /// About how near one vector is to a query.
    pub(crate) fn estimate(&self, query: &Query, slot: usize) -> f32 {
        query.estimate_one(self.block(slot), slot % LANES, self.factors[slot])
    }

    /// How far off the estimate of a vector is that has this cosine: one standard deviation.
    pub(crate) fn deviation(&self, query: &Query, cosine: f32, slot: usize) -> f32 {
        query.deviation(cosine, self.factors[slot])
    }
}

#[cfg(test)]
mod tests;
