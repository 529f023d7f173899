//! Linear layers.

use super::Codes;
use super::functions::gelu;
use crate::kernels::simd::{GROUP, PANEL, TILE_ROWS, Tile};
use crate::weights::Linear;

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
