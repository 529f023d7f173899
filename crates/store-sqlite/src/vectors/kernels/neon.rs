//! AArch64: bits are counted byte by byte.

use std::arch::aarch64::*;

use super::{LANES, PLANES, words_of};

/// Words whose counts fit a byte before they are added up: each word adds at most 8 to a byte.
const WORDS_AT_ONCE: usize = 31;

/// As [`super::Scan`] says.
pub(crate) fn scan(codes: &[u64], planes: &[u64], sums: &mut [i32]) {
    let words = words_of(codes, planes, sums);
    // SAFETY: every AArch64 processor that Rust's standard targets run on has NEON.
    unsafe { scan_blocks(words, codes, planes, sums) }
}

#[target_feature(enable = "neon")]
fn scan_blocks(words: usize, codes: &[u64], planes: &[u64], sums: &mut [i32]) {
    for (block, sums) in codes.chunks_exact(words * LANES).zip(sums.chunks_exact_mut(LANES)) {
        for (pair, sums) in sums.chunks_exact_mut(2).enumerate() {
            let mut totals = [vdupq_n_u64(0); PLANES];
            let runs = block.chunks(WORDS_AT_ONCE * LANES).zip(planes.chunks(WORDS_AT_ONCE * PLANES));
            for (codes, planes) in runs {
                for (total, count) in totals.iter_mut().zip(count_run(pair, codes, planes)) {
                    *total = vpadalq_u32(*total, vpaddlq_u16(vpaddlq_u8(count)));
                }
            }
            let lane = |plane: usize| {
                [vgetq_lane_u64::<0>(totals[plane]), vgetq_lane_u64::<1>(totals[plane])]
                    .map(|count| i32::try_from(count).unwrap_or(i32::MAX))
            };
            let planes = [lane(0), lane(1), lane(2), lane(3)];
            for (at, sum) in sums.iter_mut().enumerate() {
                *sum = planes.iter().zip(super::WEIGHTS).map(|(counts, weight)| counts[at] * weight).sum();
            }
        }
    }
}

/// For each plane, the common bits in each byte of two of the eight vectors, over a run of words.
#[target_feature(enable = "neon")]
fn count_run(pair: usize, codes: &[u64], planes: &[u64]) -> [uint8x16_t; PLANES] {
    let mut counts = [vdupq_n_u8(0); PLANES];
    for (codes, planes) in codes.chunks_exact(LANES).zip(planes.chunks_exact(PLANES)) {
        let two = &codes[pair * 2..][..2];
        // SAFETY: the slice has two words, 16 bytes.
        let codes = unsafe { vld1q_u64(two.as_ptr()) };
        for (count, plane) in counts.iter_mut().zip(planes) {
            let common = vandq_u64(codes, vdupq_n_u64(*plane));
            *count = vaddq_u8(*count, vcntq_u8(vreinterpretq_u8_u64(common)));
        }
    }
    counts
}
