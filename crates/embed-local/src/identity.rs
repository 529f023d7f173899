//! Which vector space a directory is: a digest over the files that decide vectors.
//!
//! Small files are taken whole. Of weights the header (every name, shape and place) is taken whole, and of each tensor the
//! first, the middle and the last kilobyte: whatever trains, converts or quantises a tensor changes nearly all of its
//! numbers, and reading gigabytes at each start would cost seconds. What it cannot see is somebody who changes single numbers
//! inside of a tensor by hand.

use std::fmt::Write;
use std::io::{Read, Seek, SeekFrom};

use sha2::{Digest, Sha256};

use crate::DirectoryError;
use crate::weights::Weights;

/// Raised when the same files give other vectors.
const SCHEME: &[u8] = b"embed-local 1";
/// How much of a tensor is taken at each of three places, in bytes.
const SAMPLE_BYTES: u64 = 1024;

/// A digest that is being made.
pub(crate) struct Identity(Sha256);

impl Identity {
    pub(crate) fn new() -> Self {
        let mut identity = Self(Sha256::new());
        identity.add("scheme", SCHEME);
        identity
    }

    /// A part: named, so that no file can stand for another, and with its length, so that no part runs into the next.
    pub(crate) fn add(&mut self, name: &str, bytes: &[u8]) {
        for part in [name.as_bytes(), bytes] {
            self.0.update((part.len() as u64).to_le_bytes());
            self.0.update(part);
        }
    }

    /// Weights: headers and samples.
    ///
    /// # Errors
    /// [`DirectoryError::Unreadable`].
    pub(crate) fn add_weights(&mut self, name: &str, weights: &Weights) -> Result<(), DirectoryError> {
        for shard in &weights.shards {
            self.add(name, &shard.header);
            let mut file = shard.open()?;
            let mut sample = vec![0_u8; 3 * SAMPLE_BYTES as usize];
            for (begin, end) in &shard.ranges {
                let size = end - begin;
                let places = match size {
                    0 => vec![],
                    size if size <= 3 * SAMPLE_BYTES => vec![(*begin, size)],
                    size => vec![
                        (*begin, SAMPLE_BYTES),
                        (begin + size / 2, SAMPLE_BYTES),
                        (end - SAMPLE_BYTES, SAMPLE_BYTES),
                    ],
                };
                for (place, length) in places {
                    let piece = &mut sample[..usize::try_from(length).unwrap_or(0)];
                    let read = file.seek(SeekFrom::Start(place)).and_then(|_| file.read_exact(piece));
                    read.map_err(|source| shard.unreadable(source))?;
                    self.0.update(piece);
                }
            }
        }
        Ok(())
    }

    /// The revision of the model: the first 64 bits.
    pub(crate) fn revision(self) -> String {
        let digest = self.0.finalize();
        digest.iter().take(8).fold("sha256-".to_owned(), |mut text, byte| {
            // Writing to a text does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}
