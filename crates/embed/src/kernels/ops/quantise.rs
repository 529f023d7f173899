//! Numbers to 8-bit codes.

use super::CodesMut;
use crate::kernels::simd::Simd;

/// Quantises rows of `factors.len()` numbers, each number multiplied by its column's factor first. The range of a row
/// holds its smallest and largest number and 0, so that 0 is exact.
#[inline(always)]
pub(crate) unsafe fn quantise<S: Simd>(rows: &[f32], factors: &[f32], out: &mut CodesMut<'_>) {
    let columns = factors.len();
    assert!(columns.is_multiple_of(16));
    let codes = out.codes.chunks_exact_mut(columns);
    let ranges = out.scales.iter_mut().zip(out.zeros.iter_mut());
    for ((row, codes), (scale, zero)) in rows.chunks_exact(columns).zip(codes).zip(ranges) {
        // SAFETY: the row, the factors and the codes have `columns` elements, a multiple of the lanes.
        unsafe {
            let (mut low, mut high) = (S::splat(0.0), S::splat(0.0));
            for at in (0..columns).step_by(S::LANES) {
                let x = S::mul(S::load(row.as_ptr().add(at)), S::load(factors.as_ptr().add(at)));
                (low, high) = (S::min(low, x), S::max(high, x));
            }
            let (low, high) = S::extremes(low, high);
            let step = if high > low { (high - low) / 255.0 } else { 1.0 };
            (*scale, *zero) = (step, (-low / step).round_ties_even() as i32);
            let steps = S::splat(1.0 / step);
            for at in (0..columns).step_by(S::LANES) {
                let x = S::mul(S::load(row.as_ptr().add(at)), S::load(factors.as_ptr().add(at)));
                S::store_codes(codes.as_mut_ptr().add(at), S::mul(x, steps), *zero);
            }
        }
    }
}
