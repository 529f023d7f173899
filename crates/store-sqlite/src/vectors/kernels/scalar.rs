//! Any processor.

use super::{LANES, PLANES, WEIGHTS, words_of};

/// As [`super::Scan`] says.
pub(crate) fn scan(codes: &[u64], planes: &[u64], sums: &mut [i32]) {
    let words = words_of(codes, planes, sums);
    for (block, sums) in codes.chunks_exact(words * LANES).zip(sums.chunks_exact_mut(LANES)) {
        sums.fill(0);
        for (codes, planes) in block.chunks_exact(LANES).zip(planes.chunks_exact(PLANES)) {
            for (sum, code) in sums.iter_mut().zip(codes) {
                for (plane, weight) in planes.iter().zip(WEIGHTS) {
                    *sum += weight * (code & plane).count_ones().cast_signed();
                }
            }
        }
    }
}
