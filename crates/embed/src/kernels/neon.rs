//! AArch64 with the dot product of bytes.

#![expect(
    clippy::undocumented_unsafe_blocks,
    reason = "one argument holds for all: the contract of Simd gives the instructions and pointers good for every lane, and no load or store here needs alignment"
)]

use std::arch::aarch64::*;
use std::arch::{asm, is_aarch64_feature_detected};

use super::simd::{GROUP, PANEL, Simd, TILE_ROWS, Tile};

/// Four lanes.
#[derive(Clone, Copy)]
pub(crate) struct NeonDot;

/// Whether this processor has what [`SET`] uses.
pub(crate) fn detected() -> bool {
    is_aarch64_feature_detected!("neon") && is_aarch64_feature_detected!("dotprod")
}

impl Simd for NeonDot {
    type V = float32x4_t;
    const LANES: usize = 4;

    #[inline(always)]
    unsafe fn splat(x: f32) -> float32x4_t {
        unsafe { vdupq_n_f32(x) }
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> float32x4_t {
        unsafe { vld1q_f32(from) }
    }
    #[inline(always)]
    unsafe fn store(to: *mut f32, v: float32x4_t) {
        unsafe { vst1q_f32(to, v) }
    }
    #[inline(always)]
    unsafe fn add(a: float32x4_t, b: float32x4_t) -> float32x4_t {
        unsafe { vaddq_f32(a, b) }
    }
    #[inline(always)]
    unsafe fn sub(a: float32x4_t, b: float32x4_t) -> float32x4_t {
        unsafe { vsubq_f32(a, b) }
    }
    #[inline(always)]
    unsafe fn mul(a: float32x4_t, b: float32x4_t) -> float32x4_t {
        unsafe { vmulq_f32(a, b) }
    }
    #[inline(always)]
    unsafe fn min(a: float32x4_t, b: float32x4_t) -> float32x4_t {
        unsafe { vminq_f32(a, b) }
    }
    #[inline(always)]
    unsafe fn max(a: float32x4_t, b: float32x4_t) -> float32x4_t {
        unsafe { vmaxq_f32(a, b) }
    }
    #[inline(always)]
    unsafe fn fma(a: float32x4_t, b: float32x4_t, c: float32x4_t) -> float32x4_t {
        unsafe { vfmaq_f32(c, a, b) }
    }
    #[inline(always)]
    unsafe fn round(v: float32x4_t) -> float32x4_t {
        unsafe { vrndnq_f32(v) }
    }
    #[inline(always)]
    unsafe fn exp2_whole(v: float32x4_t) -> float32x4_t {
        unsafe {
            let exponent = vaddq_s32(vcvtnq_s32_f32(v), vdupq_n_s32(127));
            vreinterpretq_f32_s32(vshlq_n_s32::<23>(exponent))
        }
    }
    #[inline(always)]
    unsafe fn load_i8(from: *const i8) -> float32x4_t {
        unsafe {
            let bytes = from.cast::<[i8; 4]>().read();
            vcvtq_f32_s32(vld1q_s32(bytes.map(i32::from).as_ptr()))
        }
    }
    #[inline(always)]
    unsafe fn offset_sums(sums: *const i32, weights: *const i32, zero: i32) -> float32x4_t {
        unsafe { vcvtq_f32_s32(vmlsq_s32(vld1q_s32(sums), vld1q_s32(weights), vdupq_n_s32(zero))) }
    }
    #[inline(always)]
    unsafe fn store_codes(to: *mut u8, v: float32x4_t, zero: i32) {
        unsafe {
            let codes = vqmovun_s32(vaddq_s32(vcvtnq_s32_f32(v), vdupq_n_s32(zero)));
            let bytes = vqmovn_u16(vcombine_u16(codes, codes));
            to.cast::<u32>().write_unaligned(vget_lane_u32::<0>(vreinterpret_u32_u8(bytes)));
        }
    }
}

/// Columns that one pass over a panel computes: four registers.
const COLUMNS: usize = 16;
/// The codes are 0..=255 and `sdot` takes -128..=127.
const SHIFT: i32 = 128;

/// `sums[i] + the products of the four bytes i of each operand`. The intrinsic is not stable yet.
#[inline(always)]
unsafe fn dot(sums: int32x4_t, a: int8x16_t, b: int8x16_t) -> int32x4_t {
    let mut out = sums;
    // SAFETY: the processor has the dot product; registers only.
    unsafe {
        asm!(
            ".arch_extension dotprod",
            "sdot {out:v}.4s, {a:v}.16b, {b:v}.16b",
            out = inout(vreg) out,
            a = in(vreg) a,
            b = in(vreg) b,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    out
}

impl Tile for NeonDot {
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
                let (mut sums, mut totals) = ([[vdupq_n_s32(0); 4]; R], [vdupq_n_s32(0); 4]);
                for group in 0..groups {
                    let run = panel.add((group * PANEL + first) * GROUP);
                    let weights =
                        [vld1q_s8(run), vld1q_s8(run.add(16)), vld1q_s8(run.add(32)), vld1q_s8(run.add(48))];
                    for (total, weights) in totals.iter_mut().zip(weights) {
                        *total = dot(*total, vdupq_n_s8(1), weights);
                    }
                    for (row, sums) in sums.iter_mut().enumerate() {
                        let four = codes.add((row * groups + group) * GROUP).cast::<u32>().read_unaligned();
                        let four = vreinterpretq_s8_u32(vdupq_n_u32(four ^ 0x8080_8080));
                        for (sum, weights) in sums.iter_mut().zip(weights) {
                            *sum = dot(*sum, four, weights);
                        }
                    }
                }
                for (sums, out) in sums.iter().zip(out.iter_mut()) {
                    for (part, (sum, total)) in sums.iter().zip(totals).enumerate() {
                        let whole = vmlaq_s32(*sum, total, vdupq_n_s32(SHIFT));
                        vst1q_s32(out.as_mut_ptr().add(first + part * 4), whole);
                    }
                }
            }
        }
    }
}

super::set::kernel_set!(NeonDot, "neon,dotprod");
