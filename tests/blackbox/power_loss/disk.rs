//! A disk that loses what was not synchronised.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::trace::Event;

/// The size of what a disk writes whole, in bytes.
const SECTOR: usize = 512;

/// The files of a home, as far as they have reached the disk, and what is on its way.
#[derive(Debug, Default, Clone)]
pub(super) struct Disk {
    files: BTreeMap<PathBuf, File>,
    /// How many changes there were: each has a number.
    changes: usize,
    /// For each synchronisation that has begun: which changes it covers.
    syncs: BTreeMap<usize, usize>,
}

#[derive(Debug, Default, Clone)]
struct File {
    durable: Vec<u8>,
    pending: Vec<(usize, Change)>,
    /// The number of the change that removed it.
    removed: Option<usize>,
}

#[derive(Debug, Clone)]
enum Change {
    Write { offset: usize, data: Vec<u8> },
    Truncate { length: usize },
}

impl Disk {
    /// Whether a file has been made.
    pub(super) fn has(&self, path: &Path) -> bool {
        self.files.contains_key(path)
    }

    /// Lets an event happen.
    pub(super) fn apply(&mut self, event: &Event) {
        self.changes += 1;
        let number = self.changes;
        match event {
            Event::Created { path, truncated } => {
                let file = self.files.entry(path.clone()).or_default();
                if file.removed.is_some() {
                    *file = File::default();
                }
                if *truncated {
                    file.pending.push((number, Change::Truncate { length: 0 }));
                }
            }
            Event::Write { path, offset, data } => {
                let change = Change::Write { offset: *offset, data: data.clone() };
                self.files.entry(path.clone()).or_default().pending.push((number, change));
            }
            Event::Truncate { path, length } => {
                let change = Change::Truncate { length: *length };
                self.files.entry(path.clone()).or_default().pending.push((number, change));
            }
            Event::SyncBegins { sync } => {
                self.syncs.insert(*sync, number);
            }
            Event::SyncEnds { sync, path } => {
                let covered = self.syncs.remove(sync).unwrap_or(0);
                // A journalling file system keeps the order: with a file's bytes go all changes of names before it.
                self.files.retain(|_, file| file.removed.is_none_or(|number| number > covered));
                if let Some(file) = self.files.get_mut(path) {
                    file.settle(covered);
                }
            }
            Event::Removed { path } => {
                if let Some(file) = self.files.get_mut(path) {
                    file.removed = Some(number);
                }
            }
            Event::Renamed { from, to } => {
                if let Some(file) = self.files.remove(from) {
                    self.files.insert(to.clone(), file);
                }
            }
            Event::Sent(_) => {}
        }
    }

    /// Writes what may be left after a power failure now into a directory.
    pub(super) fn write_image(&self, directory: &Path, chance: &mut Chance) {
        for (path, file) in &self.files {
            // The index of the log lives in shared memory; SQLite makes it anew.
            if path.to_string_lossy().ends_with("-shm") || file.removed.is_some() && chance.below(2) == 0 {
                continue;
            }
            let target = directory.join(path);
            std::fs::create_dir_all(target.parent().unwrap()).unwrap();
            std::fs::write(target, file.after_power_loss(chance)).unwrap();
        }
    }
}

impl File {
    /// Makes the changes up to a number durable.
    fn settle(&mut self, covered: usize) {
        let pending = std::mem::take(&mut self.pending);
        for (number, change) in pending {
            if number <= covered {
                change.apply(&mut self.durable);
            } else {
                self.pending.push((number, change));
            }
        }
    }

    fn after_power_loss(&self, chance: &mut Chance) -> Vec<u8> {
        let mut bytes = self.durable.clone();
        for (_, change) in &self.pending {
            match chance.below(3) {
                0 => {}
                1 => change.apply(&mut bytes),
                _ => change.torn(chance).apply(&mut bytes),
            }
        }
        bytes
    }
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write { offset, data } => {
                let end = offset + data.len();
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                bytes[*offset..end].copy_from_slice(data);
            }
            Self::Truncate { length } => bytes.resize(*length, 0),
        }
    }

    /// The first sectors of it.
    fn torn(&self, chance: &mut Chance) -> Self {
        match self {
            Self::Write { offset, data } => {
                let kept = chance.below(data.len().div_ceil(SECTOR) + 1) * SECTOR;
                Self::Write { offset: *offset, data: data[..kept.min(data.len())].to_vec() }
            }
            Self::Truncate { length } => Self::Truncate { length: *length },
        }
    }
}

/// Chance that can be repeated (SplitMix64, Steele, Lea and Flood 2014).
#[derive(Debug)]
pub(super) struct Chance(u64);

impl Chance {
    /// The same numbers for the same seed.
    pub(super) fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// A number from 0 to one less than `limit`.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).unwrap()
    }
}
