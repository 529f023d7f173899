//! Randomness.

use std::io;

/// Where random numbers come from.
pub trait Rng: Send + Sync {
    /// Fills a slice with random bytes that nobody can guess.
    ///
    /// # Errors
    /// When there is no randomness to be had; the slice may be partly filled then.
    fn fill(&self, bytes: &mut [u8]) -> io::Result<()>;
}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRng;

impl Rng for SystemRng {
    fn fill(&self, bytes: &mut [u8]) -> io::Result<()> {
        Ok(getrandom::fill(bytes)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_fills_differ() {
        let (mut one, mut other) = ([0; 16], [0; 16]);
        SystemRng.fill(&mut one).unwrap();
        SystemRng.fill(&mut other).unwrap();
        assert_ne!(one, other);
    }
}
