//! Attention, a head at a time.

use std::ops::Range;

use super::functions::exp;
use crate::kernels::simd::{Simd, Tile};
use crate::shape::{DIMENSION, HEAD, HEADS, QKV};

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
