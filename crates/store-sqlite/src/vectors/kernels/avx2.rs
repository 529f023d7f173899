//! x86-64 with AVX2: bits are counted by looking up half bytes.

use std::arch::x86_64::*;

use super::{LANES, PLANES, words_of};

/// Words whose counts fit a byte before they are added up: each word adds at most 8 to a byte.
const WORDS_AT_ONCE: usize = 31;

/// Whether this processor has what [`scan`] uses.
pub(crate) fn is_available() -> bool {
    is_x86_feature_detected!("avx2")
}

/// As [`super::Scan`] says. Only to be called where [`is_available`].
pub(crate) fn scan(codes: &[u64], planes: &[u64], sums: &mut [i32]) {
    let words = words_of(codes, planes, sums);
    // SAFETY: `super::available` hands this function out only after the processor was found to have the feature.
    unsafe { scan_blocks(words, codes, planes, sums) }
}

#[target_feature(enable = "avx2")]
fn scan_blocks(words: usize, codes: &[u64], planes: &[u64], sums: &mut [i32]) {
    for (block, sums) in codes.chunks_exact(words * LANES).zip(sums.chunks_exact_mut(LANES)) {
        for (half, sums) in sums.chunks_exact_mut(LANES / 2).enumerate() {
            let mut totals = [_mm256_setzero_si256(); PLANES];
            let runs = block.chunks(WORDS_AT_ONCE * LANES).zip(planes.chunks(WORDS_AT_ONCE * PLANES));
            for (codes, planes) in runs {
                let counts = count_run(half, codes, planes);
                for (total, count) in totals.iter_mut().zip(counts) {
                    *total = _mm256_add_epi64(*total, _mm256_sad_epu8(count, _mm256_setzero_si256()));
                }
            }
            let [one, two, four, sign] = totals;
            let low = _mm256_add_epi64(one, _mm256_slli_epi64::<1>(two));
            let high = _mm256_sub_epi64(_mm256_slli_epi64::<2>(four), _mm256_slli_epi64::<3>(sign));
            // The sums are small: the lower half of each 64 bits is all of it.
            let picked = _mm256_permutevar8x32_epi32(
                _mm256_add_epi64(low, high),
                _mm256_setr_epi32(0, 2, 4, 6, 0, 0, 0, 0),
            );
            // SAFETY: the chunk has four sums, 16 bytes; the store needs no alignment.
            unsafe { _mm_storeu_si128(sums.as_mut_ptr().cast(), _mm256_castsi256_si128(picked)) };
        }
    }
}

/// For each plane, the common bits in each byte of four of the eight vectors, over a run of words.
#[target_feature(enable = "avx2")]
fn count_run(half: usize, codes: &[u64], planes: &[u64]) -> [__m256i; PLANES] {
    let mut counts = [_mm256_setzero_si256(); PLANES];
    for (codes, planes) in codes.chunks_exact(LANES).zip(planes.chunks_exact(PLANES)) {
        let four = &codes[half * LANES / 2..][..LANES / 2];
        // SAFETY: the slice has four words, 32 bytes; the load needs no alignment.
        let codes = unsafe { _mm256_loadu_si256(four.as_ptr().cast()) };
        for (count, plane) in counts.iter_mut().zip(planes) {
            let common = _mm256_and_si256(codes, _mm256_set1_epi64x(plane.cast_signed()));
            *count = _mm256_add_epi8(*count, bits_of_bytes(common));
        }
    }
    counts
}

#[target_feature(enable = "avx2")]
fn bits_of_bytes(v: __m256i) -> __m256i {
    let bits_of = _mm256_setr_epi8(
        0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
    );
    let half = _mm256_set1_epi8(0x0F);
    let low = _mm256_shuffle_epi8(bits_of, _mm256_and_si256(v, half));
    let high = _mm256_shuffle_epi8(bits_of, _mm256_and_si256(_mm256_srli_epi16::<4>(v), half));
    _mm256_add_epi8(low, high)
}
