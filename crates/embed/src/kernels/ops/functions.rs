//! GELU and the exponential, as polynomials.

use crate::kernels::simd::Simd;

/// Where the normal distribution is taken as complete: beyond it GELU is 0 or the identity within 1e-6.
const GELU_EDGE: f32 = 5.25;
/// `(Phi(x) - 1/2) / x` as a polynomial in `2 (x / GELU_EDGE)^2 - 1`, lowest power first; fitted by least squares over
/// Chebyshev points. The error of the whole GELU is below 2e-6.
const GELU: [f32; 13] = [
    0.134_659_29,
    -0.067_126_505,
    0.049_650_68,
    -0.039_777_68,
    0.031_963_06,
    -0.024_874_454,
    0.018_863_527,
    -0.013_561_922,
    0.007_807_791_6,
    -0.003_734_219,
    0.003_212_054_6,
    -0.002_772_678_3,
    0.000_929_157_56,
];

/// `x Phi(x)`, the exact GELU, without a division or an exponential.
#[inline(always)]
pub(crate) unsafe fn gelu<S: Simd>(x: S::V) -> S::V {
    // SAFETY: arithmetic in registers.
    unsafe {
        let held = S::min(S::max(x, S::splat(-GELU_EDGE)), S::splat(GELU_EDGE));
        let u = S::fma(S::mul(held, held), S::splat(2.0 / (GELU_EDGE * GELU_EDGE)), S::splat(-1.0));
        let mut p = S::splat(GELU[GELU.len() - 1]);
        for c in GELU[..GELU.len() - 1].iter().rev() {
            p = S::fma(p, u, S::splat(*c));
        }
        S::mul(x, S::fma(held, p, S::splat(0.5)))
    }
}

/// `2^f` for `f` in -1/2..=1/2, lowest power first; the relative error is below 1e-7.
const EXP2: [f32; 6] = [1.000_000_1, 0.693_146_95, 0.240_221_22, 0.055_507_427, 0.009_675_469, 0.001_326_698];
/// The lowest exponent that is computed; the result is nothing beside 1.
const EXP_FLOOR: f32 = -87.0;

/// `e^x` for `x` of at most 0.
#[inline(always)]
pub(crate) unsafe fn exp<S: Simd>(x: S::V) -> S::V {
    // SAFETY: arithmetic in registers.
    unsafe {
        let t = S::mul(S::max(x, S::splat(EXP_FLOOR)), S::splat(std::f32::consts::LOG2_E));
        let whole = S::round(t);
        let f = S::sub(t, whole);
        let mut p = S::splat(EXP2[EXP2.len() - 1]);
        for c in EXP2[..EXP2.len() - 1].iter().rev() {
            p = S::fma(p, f, S::splat(*c));
        }
        S::mul(p, S::exp2_whole(whole))
    }
}
