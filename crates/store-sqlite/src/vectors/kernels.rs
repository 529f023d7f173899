//! The inner loop of the scan, once for each kind of processor, chosen at run time.
//!
//! Codes lie in blocks of [`LANES`] vectors, word by word: the first words of all of them, then the second words, and so on.
//! A query is [`PLANES`] bits a number, as two's complement, bit by bit: for each word its four planes. The loop counts, for
//! each vector and plane, the bits that both have, and adds the counts by the weights of the planes. [`scalar`] is the twin
//! that the others are held against.

#![expect(unsafe_code, reason = "intrinsics of the processor; every block says why it is sound")]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
mod scalar;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

/// How many vectors a block has.
pub(crate) const LANES: usize = 8;
/// How many bits of each number of a query are counted; the last is the sign.
pub(crate) const PLANES: usize = 4;
/// The weights of the planes.
pub(crate) const WEIGHTS: [i32; PLANES] = [1, 2, 4, -8];

/// Codes in whole blocks, the planes of a query, sums out: one for each vector. Every length fits the others: with `w`
/// words a vector and `b` blocks, `w * b * LANES` words of codes, `w * PLANES` of planes and `b * LANES` sums.
pub(crate) type Scan = fn(codes: &[u64], planes: &[u64], sums: &mut [i32]);

/// The loops that this processor can run, by name, the fastest first.
fn available() -> Vec<(&'static str, Scan)> {
    let mut found: Vec<(&'static str, Scan)> = Vec::new();
    #[cfg(target_arch = "x86_64")]
    {
        if avx512::is_available() {
            found.push(("avx512-vpopcntdq", avx512::scan));
        }
        if avx2::is_available() {
            found.push(("avx2", avx2::scan));
        }
    }
    #[cfg(target_arch = "aarch64")]
    found.push(("neon", neon::scan));
    found.push(("scalar", scalar::scan));
    found
}

/// The fastest loop.
pub(crate) fn fastest() -> Scan {
    static FASTEST: OnceLock<Scan> = OnceLock::new();
    *FASTEST.get_or_init(|| available().first().map_or(scalar::scan as Scan, |(_, scan)| *scan))
}

/// Checks that lengths fit, once for all loops: they read without looking.
fn words_of(codes: &[u64], planes: &[u64], sums: &[i32]) -> usize {
    let words = planes.len() / PLANES;
    assert!(words > 0, "codes of one word at least");
    assert!(sums.len().is_multiple_of(LANES), "sums of whole blocks");
    assert_eq!(codes.len(), words * sums.len(), "codes of as many vectors as there are sums");
    assert_eq!(planes.len(), words * PLANES, "four planes for each word");
    words
}
