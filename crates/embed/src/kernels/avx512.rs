//! x86-64 with AVX-512 and VNNI: 64 products in one instruction.

#![expect(
    clippy::undocumented_unsafe_blocks,
    reason = "one argument holds for all: the contract of Simd gives the instructions and pointers good for every lane, and no load or store here needs alignment"
)]

use std::arch::x86_64::*;

use super::simd::{GROUP, PANEL, Simd, TILE_ROWS, Tile};

/// Sixteen lanes.
#[derive(Clone, Copy)]
pub(crate) struct Avx512;

/// Whether this processor has what [`SET`] uses.
pub(crate) fn detected() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512vnni")
}

/// Rounds to the nearest, ties to even, whatever the thread's rounding mode is.
const NEAREST: i32 = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;

impl Simd for Avx512 {
    type V = __m512;
    const LANES: usize = 16;

    #[inline(always)]
    unsafe fn splat(x: f32) -> __m512 {
        unsafe { _mm512_set1_ps(x) }
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> __m512 {
        unsafe { _mm512_loadu_ps(from) }
    }
    #[inline(always)]
    unsafe fn store(to: *mut f32, v: __m512) {
        unsafe { _mm512_storeu_ps(to, v) }
    }
    #[inline(always)]
    unsafe fn add(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_add_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn sub(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_sub_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn mul(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_mul_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn min(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_min_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn max(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_max_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn fma(a: __m512, b: __m512, c: __m512) -> __m512 {
        unsafe { _mm512_fmadd_ps(a, b, c) }
    }
    #[inline(always)]
    unsafe fn round(v: __m512) -> __m512 {
        unsafe { _mm512_roundscale_ps::<{ NEAREST }>(v) }
    }
    #[inline(always)]
    unsafe fn exp2_whole(v: __m512) -> __m512 {
        unsafe {
            let exponent = _mm512_add_epi32(_mm512_cvtps_epi32(v), _mm512_set1_epi32(127));
            _mm512_castsi512_ps(_mm512_slli_epi32::<23>(exponent))
        }
    }
    #[inline(always)]
    unsafe fn load_i8(from: *const i8) -> __m512 {
        unsafe { _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(from.cast()))) }
    }
    #[inline(always)]
    unsafe fn offset_sums(sums: *const i32, weights: *const i32, zero: i32) -> __m512 {
        unsafe {
            let offset = _mm512_mullo_epi32(_mm512_loadu_si512(weights.cast()), _mm512_set1_epi32(zero));
            _mm512_cvtepi32_ps(_mm512_sub_epi32(_mm512_loadu_si512(sums.cast()), offset))
        }
    }
    #[inline(always)]
    unsafe fn store_codes(to: *mut u8, v: __m512, zero: i32) {
        unsafe {
            let codes = _mm512_add_epi32(_mm512_cvtps_epi32(v), _mm512_set1_epi32(zero));
            let codes = _mm512_max_epi32(codes, _mm512_setzero_si512());
            _mm_storeu_si128(to.cast(), _mm512_cvtusepi32_epi8(codes));
        }
    }
}

impl Tile for Avx512 {
    const ATTEND_ROWS: usize = 12;

    #[inline(always)]
    unsafe fn tile<const R: usize>(
        codes: *const u8,
        groups: usize,
        panel: *const i8,
        out: &mut [[i32; PANEL]; TILE_ROWS],
    ) {
        unsafe {
            let mut sums = [[_mm512_setzero_si512(); 4]; R];
            for group in 0..groups {
                let run = panel.add(group * PANEL * GROUP);
                let weights: [__m512i; 4] = [
                    _mm512_loadu_si512(run.cast()),
                    _mm512_loadu_si512(run.add(64).cast()),
                    _mm512_loadu_si512(run.add(128).cast()),
                    _mm512_loadu_si512(run.add(192).cast()),
                ];
                for (row, sums) in sums.iter_mut().enumerate() {
                    let inputs = codes.add((row * groups + group) * GROUP).cast::<i32>().read_unaligned();
                    let inputs = _mm512_set1_epi32(inputs);
                    for (sum, weights) in sums.iter_mut().zip(weights) {
                        *sum = _mm512_dpbusd_epi32(*sum, inputs, weights);
                    }
                }
            }
            for (sums, out) in sums.iter().zip(out.iter_mut()) {
                for (part, sum) in sums.iter().enumerate() {
                    _mm512_storeu_si512(out.as_mut_ptr().add(part * 16).cast(), *sum);
                }
            }
        }
    }
}

super::set::kernel_set!(Avx512, "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni");
