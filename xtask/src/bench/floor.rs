//! What the machine needs for the same job at the very least.

use std::fs::{self, File, OpenOptions};
use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::client::Client;

/// What a durable write puts on the disk at the least: a page.
const PAGE: [u8; 4096] = [0x5A; 4096];

/// Starting a process that does nothing, and having one line back from it.
pub(crate) fn spawn_and_echo() -> Result<Duration, String> {
    let start = Instant::now();
    let mut cat = Client::start(&mut Command::new("/bin/cat"))?;
    cat.send("{}")?;
    cat.receive()?;
    let elapsed = start.elapsed();
    cat.finish()?;
    Ok(elapsed)
}

/// Reading a file that the page cache holds.
pub(crate) fn read_file(path: &Path) -> Result<Duration, String> {
    let start = Instant::now();
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    black_box(bytes);
    Ok(start.elapsed())
}

/// A file to which pages are appended durably.
pub(crate) struct DurableFile(File);

impl DurableFile {
    /// Creates it.
    pub(crate) fn create(path: &Path) -> Result<Self, String> {
        let file = OpenOptions::new().create(true).append(true).open(path);
        file.map(Self).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Appends a page and waits until the disk has it.
    pub(crate) fn append(&mut self) -> Result<Duration, String> {
        let start = Instant::now();
        self.0.write_all(&PAGE).and_then(|()| self.0.sync_data()).map_err(|error| error.to_string())?;
        Ok(start.elapsed())
    }
}

/// As many bytes as some vectors have.
pub(crate) struct VectorBytes(Vec<u64>);

impl VectorBytes {
    /// How many bytes of a vector of 384 numbers a scan reads: a code of one bit a number, and its factor.
    pub(crate) const EACH: u64 = 384 / 8 + 4;

    /// The bytes of so many vectors.
    pub(crate) fn of(vectors: usize) -> Self {
        Self((0..vectors as u64 * Self::EACH / 8).collect())
    }

    /// How many they are.
    pub(crate) fn len(&self) -> u64 {
        self.0.len() as u64 * 8
    }

    /// Reads every byte once.
    pub(crate) fn read(&self) -> Duration {
        let start = Instant::now();
        // Eight sums, so that the loop waits for memory and not for itself.
        let mut sums = [0u64; 8];
        for chunk in black_box(&self.0).chunks_exact(8) {
            for (sum, value) in sums.iter_mut().zip(chunk) {
                *sum = sum.wrapping_add(*value);
            }
        }
        black_box(sums);
        start.elapsed()
    }
}
