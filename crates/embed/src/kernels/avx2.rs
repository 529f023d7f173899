//! x86-64 with AVX2 and FMA. Without a dot product of bytes that does not saturate, the products are of 16 bits: exact,
//! and 1.4 times as fast as `f32` on the processors that end here.

#![expect(
    clippy::undocumented_unsafe_blocks,
    reason = "one argument holds for all: the contract of Simd gives the instructions and pointers good for every lane, and no load or store here needs alignment"
)]

use std::arch::x86_64::*;
use std::mem::MaybeUninit;

use super::simd::{GROUP, PANEL, Simd, TILE_ROWS, Tile};

/// Eight lanes; `VNNI` tells whether there is a dot product of bytes (see [`super::avx_vnni`]).
#[derive(Clone, Copy)]
pub(crate) struct Avx2<const VNNI: bool>;

/// Whether this processor has what [`SET`] uses.
pub(crate) fn detected() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
}

/// Rounds to the nearest, ties to even, whatever the thread's rounding mode is.
const NEAREST: i32 = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;

impl<const VNNI: bool> Simd for Avx2<VNNI> {
    type V = __m256;
    const LANES: usize = 8;

    #[inline(always)]
    unsafe fn splat(x: f32) -> __m256 {
        unsafe { _mm256_set1_ps(x) }
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> __m256 {
        unsafe { _mm256_loadu_ps(from) }
    }
    #[inline(always)]
    unsafe fn store(to: *mut f32, v: __m256) {
        unsafe { _mm256_storeu_ps(to, v) }
    }
    #[inline(always)]
    unsafe fn add(a: __m256, b: __m256) -> __m256 {
        unsafe { _mm256_add_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn sub(a: __m256, b: __m256) -> __m256 {
        unsafe { _mm256_sub_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn mul(a: __m256, b: __m256) -> __m256 {
        unsafe { _mm256_mul_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn min(a: __m256, b: __m256) -> __m256 {
        unsafe { _mm256_min_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn max(a: __m256, b: __m256) -> __m256 {
        unsafe { _mm256_max_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn fma(a: __m256, b: __m256, c: __m256) -> __m256 {
        unsafe { _mm256_fmadd_ps(a, b, c) }
    }
    #[inline(always)]
    unsafe fn round(v: __m256) -> __m256 {
        unsafe { _mm256_round_ps::<{ NEAREST }>(v) }
    }
    #[inline(always)]
    unsafe fn exp2_whole(v: __m256) -> __m256 {
        unsafe {
            let exponent = _mm256_add_epi32(_mm256_cvtps_epi32(v), _mm256_set1_epi32(127));
            _mm256_castsi256_ps(_mm256_slli_epi32::<23>(exponent))
        }
    }
    #[inline(always)]
    unsafe fn load_i8(from: *const i8) -> __m256 {
        unsafe { _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(from.cast()))) }
    }
    #[inline(always)]
    unsafe fn offset_sums(sums: *const i32, weights: *const i32, zero: i32) -> __m256 {
        unsafe {
            let offset = _mm256_mullo_epi32(_mm256_loadu_si256(weights.cast()), _mm256_set1_epi32(zero));
            _mm256_cvtepi32_ps(_mm256_sub_epi32(_mm256_loadu_si256(sums.cast()), offset))
        }
    }
    #[inline(always)]
    unsafe fn store_codes(to: *mut u8, v: __m256, zero: i32) {
        unsafe {
            let codes = _mm256_add_epi32(_mm256_cvtps_epi32(v), _mm256_set1_epi32(zero));
            let words = _mm_packs_epi32(_mm256_castsi256_si128(codes), _mm256_extracti128_si256::<1>(codes));
            _mm_storel_epi64(to.cast(), _mm_packus_epi16(words, words));
        }
    }
}

/// Columns that one pass over a panel computes: two registers of pairs of sums.
const COLUMNS: usize = 8;
/// Most inputs of a layer.
const MOST_INPUTS: usize = crate::shape::INNER;

impl Tile for Avx2<false> {
    const ATTEND_ROWS: usize = 4;

    #[inline(always)]
    unsafe fn tile<const R: usize>(
        codes: *const u8,
        groups: usize,
        panel: *const i8,
        out: &mut [[i32; PANEL]; TILE_ROWS],
    ) {
        assert!(groups * GROUP <= MOST_INPUTS);
        // The codes as 16-bit numbers, once for the whole panel; what lies beyond the inputs is never read.
        let mut inputs = [[const { MaybeUninit::<i16>::uninit() }; MOST_INPUTS]; R];
        for (row, inputs) in inputs.iter_mut().enumerate() {
            for (k, input) in inputs[..groups * GROUP].iter_mut().enumerate() {
                input.write(unsafe { i16::from(codes.add(row * groups * GROUP + k).read()) });
            }
        }
        for first in (0..PANEL).step_by(COLUMNS) {
            unsafe {
                let mut sums = [[_mm256_setzero_si256(); 2]; R];
                for group in 0..groups {
                    let run = panel.add((group * PANEL + first) * GROUP);
                    let weights = [
                        _mm256_cvtepi8_epi16(_mm_loadu_si128(run.cast())),
                        _mm256_cvtepi8_epi16(_mm_loadu_si128(run.add(16).cast())),
                    ];
                    for (sums, inputs) in sums.iter_mut().zip(&inputs) {
                        let four = inputs.as_ptr().add(group * GROUP).cast::<i64>().read_unaligned();
                        let four = _mm256_set1_epi64x(four);
                        for (sum, weights) in sums.iter_mut().zip(weights) {
                            *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(four, weights));
                        }
                    }
                }
                for (sums, out) in sums.iter().zip(out.iter_mut()) {
                    // Each column has two half sums side by side; the addition leaves columns 0 1 4 5 2 3 6 7.
                    let joined = _mm256_hadd_epi32(sums[0], sums[1]);
                    let ordered = _mm256_permute4x64_epi64::<0b11_01_10_00>(joined);
                    _mm256_storeu_si256(out.as_mut_ptr().add(first).cast(), ordered);
                }
            }
        }
    }
}

super::set::kernel_set!(Avx2<false>, "avx2,fma");
