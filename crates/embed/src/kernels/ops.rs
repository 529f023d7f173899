//! The loops themselves, written once. Row counts are free; column counts are multiples of 16.
//!
//! Every function here is inlined into one that is compiled for the instructions of its kernel.

use std::ops::Range;

use super::simd::{GROUP, PANEL, Simd, TILE_ROWS, Tile};
use crate::shape::{DIMENSION, HEAD, HEADS, NORM_EPSILON, QKV};
use crate::weights::Linear;

/// Rows of 8-bit codes: `value = (code - zero) * scale`.
pub(crate) struct Codes<'a> {
    /// Rows of as many codes as the layer has inputs.
    pub(crate) codes: &'a [u8],
    /// What a step of each row is worth.
    pub(crate) scales: &'a [f32],
    /// The code of 0 in each row.
    pub(crate) zeros: &'a [i32],
}

/// As [`Codes`], to be written.
pub(crate) struct CodesMut<'a> {
    pub(crate) codes: &'a mut [u8],
    pub(crate) scales: &'a mut [f32],
    pub(crate) zeros: &'a mut [i32],
}

/// A layer normalisation.
#[derive(Clone, Copy)]
pub(crate) struct Norm<'a> {
    pub(crate) gamma: &'a [f32],
    pub(crate) beta: &'a [f32],
}

/// What turns tokens into rows.
pub(crate) struct EmbeddingTables<'a> {
    /// One row of 8-bit numbers for each word.
    pub(crate) words: &'a [i8],
    /// What a step of each word's row is worth.
    pub(crate) scales: &'a [f32],
    /// One row for each position, the token type's row included.
    pub(crate) positions: &'a [f32],
    pub(crate) norm: Norm<'a>,
}

/// Normalised embeddings of consecutive tokens of one sequence, the first of them at a position.
#[inline(always)]
pub(crate) unsafe fn embed<S: Simd>(
    tokens: &[u16],
    first: usize,
    tables: &EmbeddingTables<'_>,
    out: &mut [f32],
) {
    let rows = out.chunks_exact_mut(DIMENSION);
    for ((token, row), position) in tokens.iter().zip(rows).zip(first..) {
        let word = &tables.words[usize::from(*token) * DIMENSION..][..DIMENSION];
        let place = &tables.positions[position * DIMENSION..][..DIMENSION];
        // SAFETY: the three rows have `DIMENSION` elements, a multiple of the lanes.
        unsafe {
            let scale = S::splat(tables.scales[usize::from(*token)]);
            for at in (0..DIMENSION).step_by(S::LANES) {
                let sum = S::fma(S::load_i8(word.as_ptr().add(at)), scale, S::load(place.as_ptr().add(at)));
                S::store(row.as_mut_ptr().add(at), sum);
            }
            normalise::<S>(row, &tables.norm);
        }
    }
}

/// `rows = norm(rows + added)`.
#[inline(always)]
pub(crate) unsafe fn add_norm<S: Simd>(rows: &mut [f32], added: &[f32], norm: &Norm<'_>) {
    for (row, added) in rows.chunks_exact_mut(DIMENSION).zip(added.chunks_exact(DIMENSION)) {
        // SAFETY: both rows have `DIMENSION` elements, a multiple of the lanes.
        unsafe {
            for at in (0..DIMENSION).step_by(S::LANES) {
                let sum = S::add(S::load(row.as_ptr().add(at)), S::load(added.as_ptr().add(at)));
                S::store(row.as_mut_ptr().add(at), sum);
            }
            normalise::<S>(row, norm);
        }
    }
}

/// Mean 0 and variance 1 over the row, then scaled and shifted.
#[inline(always)]
unsafe fn normalise<S: Simd>(row: &mut [f32], norm: &Norm<'_>) {
    let (row, gamma, beta) = (&mut row[..DIMENSION], &norm.gamma[..DIMENSION], &norm.beta[..DIMENSION]);
    // SAFETY: the three slices have `DIMENSION` elements, a multiple of the lanes.
    unsafe {
        let mut sum = S::splat(0.0);
        for at in (0..DIMENSION).step_by(S::LANES) {
            sum = S::add(sum, S::load(row.as_ptr().add(at)));
        }
        let mean = S::splat(S::sum(sum) / DIMENSION as f32);
        let mut squares = S::splat(0.0);
        for at in (0..DIMENSION).step_by(S::LANES) {
            let off = S::sub(S::load(row.as_ptr().add(at)), mean);
            squares = S::fma(off, off, squares);
        }
        let variance = S::sum(squares) / DIMENSION as f32;
        let factor = S::splat(1.0 / (variance + NORM_EPSILON).sqrt());
        for at in (0..DIMENSION).step_by(S::LANES) {
            let off = S::mul(S::sub(S::load(row.as_ptr().add(at)), mean), factor);
            let scaled = S::fma(off, S::load(gamma.as_ptr().add(at)), S::load(beta.as_ptr().add(at)));
            S::store(row.as_mut_ptr().add(at), scaled);
        }
    }
}

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

/// A linear layer over all rows of `codes`, panel by panel so that a panel's weights stay in the nearest cache.
#[inline(always)]
pub(crate) unsafe fn linear<K: Tile, const GELU: bool>(
    codes: &Codes<'_>,
    layer: &Linear<'_>,
    out: &mut [f32],
) {
    let (inputs, outputs, rows) = (layer.inputs, layer.outputs, codes.scales.len());
    assert!(inputs.is_multiple_of(GROUP) && outputs.is_multiple_of(PANEL));
    assert!(codes.codes.len() >= rows * inputs && codes.zeros.len() >= rows && out.len() >= rows * outputs);
    assert!(layer.weights.len() == inputs * outputs && layer.scales.len() == outputs);
    assert!(layer.sums.len() == outputs && layer.bias.len() == outputs);
    let mut sums = [[0_i32; PANEL]; TILE_ROWS];
    for panel in 0..outputs / PANEL {
        let weights = layer.weights[panel * PANEL * inputs..][..PANEL * inputs].as_ptr();
        for first in (0..rows).step_by(TILE_ROWS) {
            let tile = TILE_ROWS.min(rows - first);
            // SAFETY: `tile` rows of codes and one panel of weights lie behind the pointers, and `tile` rows of `outputs`
            // numbers behind `out`, as asserted above.
            unsafe {
                tile_of::<K>(
                    codes.codes.as_ptr().add(first * inputs),
                    inputs / GROUP,
                    weights,
                    tile,
                    &mut sums,
                );
                for (row, sums) in (first..first + tile).zip(&sums) {
                    let scale = K::splat(codes.scales[row]);
                    for at in (0..PANEL).step_by(K::LANES) {
                        let column = panel * PANEL + at;
                        let weight_sums = layer.sums.as_ptr().add(column);
                        let sum = K::offset_sums(sums.as_ptr().add(at), weight_sums, codes.zeros[row]);
                        let step = K::mul(scale, K::load(layer.scales.as_ptr().add(column)));
                        let mut x = K::fma(sum, step, K::load(layer.bias.as_ptr().add(column)));
                        if GELU {
                            x = gelu::<K>(x);
                        }
                        K::store(out.as_mut_ptr().add(row * outputs + column), x);
                    }
                }
            }
        }
    }
}

/// A tile whose number of rows is known at run time only.
#[inline(always)]
unsafe fn tile_of<K: Tile>(
    codes: *const u8,
    groups: usize,
    panel: *const i8,
    rows: usize,
    out: &mut [[i32; PANEL]; TILE_ROWS],
) {
    // SAFETY: the caller's pointers are good for `rows` rows and one panel.
    unsafe {
        match rows {
            1 => K::tile::<1>(codes, groups, panel, out),
            2 => K::tile::<2>(codes, groups, panel, out),
            3 => K::tile::<3>(codes, groups, panel, out),
            4 => K::tile::<4>(codes, groups, panel, out),
            5 => K::tile::<5>(codes, groups, panel, out),
            _ => K::tile::<TILE_ROWS>(codes, groups, panel, out),
        }
    }
}

/// [`tile_of`] for tests.
#[cfg(test)]
#[inline(always)]
pub(crate) unsafe fn one_tile<K: Tile>(codes: &[u8], panel: &[i8], rows: usize, out: &mut [i32]) {
    let groups = panel.len() / (PANEL * GROUP);
    assert!(rows <= TILE_ROWS && codes.len() == rows * groups * GROUP);
    let mut sums = [[0; PANEL]; TILE_ROWS];
    // SAFETY: asserted above.
    unsafe { tile_of::<K>(codes.as_ptr(), groups, panel.as_ptr(), rows, &mut sums) };
    out.copy_from_slice(sums[..rows].as_flattened());
}

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

/// Keys that one pass of the scores computes.
const KEYS: usize = 32;

/// Attention of the rows `rows` of one sequence whose queries, keys and values are `qkv`; the queries are scaled already.
/// `out` has a row of all heads for each of `rows`.
#[inline(always)]
pub(crate) unsafe fn attend<K: Tile>(
    qkv: &[f32],
    rows: Range<usize>,
    scratch: &mut Vec<f32>,
    out: &mut [f32],
) {
    let tokens = qkv.len() / QKV;
    assert!(rows.end <= tokens && out.len() >= rows.len() * DIMENSION);
    let padded = tokens.next_multiple_of(KEYS);
    scratch.clear();
    scratch.resize(padded * (HEAD + K::ATTEND_ROWS), 0.0);
    let (keys, scores) = scratch.split_at_mut(padded * HEAD);
    for head in 0..HEADS {
        for (token, row) in qkv.chunks_exact(QKV).enumerate() {
            let key = &row[DIMENSION + head * HEAD..][..HEAD];
            for (part, number) in key.iter().enumerate() {
                keys[part * padded + token] = *number;
            }
        }
        let mut first = rows.start;
        while first < rows.end {
            let out = &mut out[(first - rows.start) * DIMENSION + head * HEAD..];
            let left = rows.end - first;
            let span = Span { qkv, tokens, head, first };
            // SAFETY: `first + R <= tokens`; `keys` has HEAD rows and `scores` at least R rows of `padded` numbers, `out` R
            // rows of DIMENSION numbers less the head's offset.
            unsafe {
                first += match left {
                    _ if left >= K::ATTEND_ROWS && K::ATTEND_ROWS == 12 => {
                        span.attend::<K, 12>(keys, scores, out)
                    }
                    4.. => span.attend::<K, 4>(keys, scores, out),
                    2.. => span.attend::<K, 2>(keys, scores, out),
                    _ => span.attend::<K, 1>(keys, scores, out),
                };
            }
        }
    }
}

/// Some query rows of one head.
struct Span<'a> {
    qkv: &'a [f32],
    tokens: usize,
    head: usize,
    first: usize,
}

impl Span<'_> {
    /// Scores, softmax and weighted values of `R` query rows; answers `R`.
    #[inline(always)]
    unsafe fn attend<S: Simd, const R: usize>(
        &self,
        keys: &[f32],
        scores: &mut [f32],
        out: &mut [f32],
    ) -> usize {
        // SAFETY: the caller's promise.
        unsafe {
            self.scores::<S, R>(keys, scores);
            let sums = softmax::<S, R>(scores, self.tokens);
            self.values::<S, R>(scores, &sums, out);
        }
        R
    }

    /// `scores[r][t] = query r . key t`.
    #[inline(always)]
    unsafe fn scores<S: Simd, const R: usize>(&self, keys: &[f32], scores: &mut [f32]) {
        let padded = keys.len() / HEAD;
        // SAFETY: as for `attend`.
        unsafe {
            let queries = self.qkv.as_ptr().add(self.first * QKV + self.head * HEAD);
            for at in (0..padded).step_by(2 * S::LANES) {
                let mut sums = [[S::splat(0.0); 2]; R];
                for part in 0..HEAD {
                    let key = keys.as_ptr().add(part * padded + at);
                    let key = [S::load(key), S::load(key.add(S::LANES))];
                    for (row, sums) in sums.iter_mut().enumerate() {
                        let query = S::splat(*queries.add(row * QKV + part));
                        sums[0] = S::fma(query, key[0], sums[0]);
                        sums[1] = S::fma(query, key[1], sums[1]);
                    }
                }
                for (row, sums) in sums.into_iter().enumerate() {
                    let to = scores.as_mut_ptr().add(row * padded + at);
                    S::store(to, sums[0]);
                    S::store(to.add(S::LANES), sums[1]);
                }
            }
        }
    }

    /// `out[r] = sum over t of scores[r][t] / sums[r] * value t`.
    #[inline(always)]
    unsafe fn values<S: Simd, const R: usize>(&self, scores: &[f32], sums: &[f32; R], out: &mut [f32]) {
        let padded = self.tokens.next_multiple_of(KEYS);
        // SAFETY: as for `attend`.
        unsafe {
            let values = self.qkv.as_ptr().add(2 * DIMENSION + self.head * HEAD);
            for at in (0..HEAD).step_by(2 * S::LANES) {
                let mut mixed = [[S::splat(0.0); 2]; R];
                for token in 0..self.tokens {
                    let value = values.add(token * QKV + at);
                    let value = [S::load(value), S::load(value.add(S::LANES))];
                    for (row, mixed) in mixed.iter_mut().enumerate() {
                        let weight = S::splat(*scores.as_ptr().add(row * padded + token));
                        mixed[0] = S::fma(weight, value[0], mixed[0]);
                        mixed[1] = S::fma(weight, value[1], mixed[1]);
                    }
                }
                for (row, mixed) in mixed.into_iter().enumerate() {
                    let factor = S::splat(1.0 / sums[row]);
                    let to = out.as_mut_ptr().add(row * DIMENSION + at);
                    S::store(to, S::mul(mixed[0], factor));
                    S::store(to.add(S::LANES), S::mul(mixed[1], factor));
                }
            }
        }
    }
}

/// `e^(score - largest score)` in place, and the sum of each row.
#[inline(always)]
unsafe fn softmax<S: Simd, const R: usize>(scores: &mut [f32], tokens: usize) -> [f32; R] {
    let padded = tokens.next_multiple_of(KEYS);
    let mut sums = [0.0; R];
    for (row, total) in scores.chunks_exact_mut(padded).zip(&mut sums) {
        row[tokens..].fill(f32::MIN);
        // SAFETY: the row has `padded` numbers, a multiple of the lanes.
        unsafe {
            let mut high = S::load(row.as_ptr());
            for at in (0..padded).step_by(S::LANES) {
                high = S::max(high, S::load(row.as_ptr().add(at)));
            }
            let high = S::splat(S::extremes(high, high).1);
            let mut sum = S::splat(0.0);
            for at in (0..padded).step_by(S::LANES) {
                let weight = exp::<S>(S::sub(S::load(row.as_ptr().add(at)), high));
                S::store(row.as_mut_ptr().add(at), weight);
                sum = S::add(sum, weight);
            }
            *total = S::sum(sum);
        }
    }
    sums
}
