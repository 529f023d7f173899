//! x86-64 with AVX-512 and its count of bits: a word of eight vectors in one instruction.

use std::arch::x86_64::*;

use super::{LANES, PLANES, words_of};

/// Whether this processor has what [`scan`] uses.
pub(crate) fn is_available() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512vpopcntdq")
}

/// As [`super::Scan`] says. Only to be called where [`is_available`].
pub(crate) fn scan(codes: &[u64], planes: &[u64], sums: &mut [i32]) {
    let words = words_of(codes, planes, sums);
    // SAFETY: `super::available` hands this function out only after the processor was found to have the features.
    unsafe { scan_blocks(words, codes, planes, sums) }
}

#[target_feature(enable = "avx512f,avx512vl,avx512vpopcntdq")]
fn scan_blocks(words: usize, codes: &[u64], planes: &[u64], sums: &mut [i32]) {
    for (block, sums) in codes.chunks_exact(words * LANES).zip(sums.chunks_exact_mut(LANES)) {
        let mut counts = [_mm512_setzero_si512(); PLANES];
        for (codes, planes) in block.chunks_exact(LANES).zip(planes.chunks_exact(PLANES)) {
            // SAFETY: the chunk has eight words, 64 bytes; the load needs no alignment.
            let codes = unsafe { _mm512_loadu_si512(codes.as_ptr().cast()) };
            for (count, plane) in counts.iter_mut().zip(planes) {
                let common = _mm512_and_si512(codes, _mm512_set1_epi64(plane.cast_signed()));
                *count = _mm512_add_epi64(*count, _mm512_popcnt_epi64(common));
            }
        }
        let [one, two, four, sign] = counts;
        let low = _mm512_add_epi64(one, _mm512_slli_epi64::<1>(two));
        let high = _mm512_sub_epi64(_mm512_slli_epi64::<2>(four), _mm512_slli_epi64::<3>(sign));
        let sum = _mm512_cvtepi64_epi32(_mm512_add_epi64(low, high));
        // SAFETY: the chunk has eight sums, 32 bytes; the store needs no alignment.
        unsafe { _mm256_storeu_si256(sums.as_mut_ptr().cast(), sum) };
    }
}
