//! x86-64 with AVX2 and the 8-bit dot product of AVX-VNNI: processors of recent years without AVX-512.

#![expect(
    clippy::undocumented_unsafe_blocks,
    reason = "one argument holds for all: the contract of Simd gives the instructions and pointers good for every lane, and no load or store here needs alignment"
)]

use std::arch::x86_64::*;

use super::avx2::{self, Avx2};
use super::simd::{GROUP, PANEL, TILE_ROWS, Tile};

/// Whether this processor has what [`SET`] uses.
pub(crate) fn detected() -> bool {
    avx2::detected() && is_x86_feature_detected!("avxvnni")
}

/// Columns that one pass over a panel computes: two registers.
const COLUMNS: usize = 16;

impl Tile for Avx2<true> {
    const ATTEND_ROWS: usize = 4;

    #[inline(always)]
    unsafe fn tile<const R: usize>(
        codes: *const u8,
        groups: usize,
        panel: *const i8,
        out: &mut [[i32; PANEL]; TILE_ROWS],
    ) {
        for first in (0..PANEL).step_by(COLUMNS) {
            unsafe {
                let mut sums = [[_mm256_setzero_si256(); 2]; R];
                for group in 0..groups {
                    let run = panel.add((group * PANEL + first) * GROUP);
                    let weights = [_mm256_loadu_si256(run.cast()), _mm256_loadu_si256(run.add(32).cast())];
                    for (row, sums) in sums.iter_mut().enumerate() {
                        let four = codes.add((row * groups + group) * GROUP).cast::<i32>().read_unaligned();
                        let four = _mm256_set1_epi32(four);
                        for (sum, weights) in sums.iter_mut().zip(weights) {
                            *sum = _mm256_dpbusd_avx_epi32(*sum, four, weights);
                        }
                    }
                }
                for (sums, out) in sums.iter().zip(out.iter_mut()) {
                    let out = out.as_mut_ptr().add(first);
                    _mm256_storeu_si256(out.cast(), sums[0]);
                    _mm256_storeu_si256(out.add(8).cast(), sums[1]);
                }
            }
        }
    }
}

super::set::kernel_set!(Avx2<true>, "avx2,fma,avxvnni");
