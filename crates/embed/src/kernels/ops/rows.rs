//! Rows of the hidden state: embeddings and layer norms.

use super::{EmbeddingTables, Norm};
use crate::kernels::simd::Simd;
use crate::shape::{DIMENSION, NORM_EPSILON};

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
