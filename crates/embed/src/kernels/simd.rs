//! What a processor kind must offer so that the loops of [`super::ops`] run on it.

/// Columns of a weight panel: a tile computes all of them for some rows.
pub(crate) const PANEL: usize = 64;
/// Inputs of one column that lie side by side in a panel: what one dot-product instruction takes.
pub(crate) const GROUP: usize = 4;
/// Most rows of a tile.
pub(crate) const TILE_ROWS: usize = 6;

/// A register of `f32` lanes.
///
/// # Safety
/// Callers make sure that the processor has the instructions of the implementation, that pointers are good for `LANES`
/// elements, and inline the call into a function compiled for those instructions.
pub(crate) trait Simd: Copy {
    /// The register.
    type V: Copy;
    /// Lanes of a register; divides 16.
    const LANES: usize;

    unsafe fn splat(x: f32) -> Self::V;
    unsafe fn load(from: *const f32) -> Self::V;
    unsafe fn store(to: *mut f32, v: Self::V);
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn sub(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn mul(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn min(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn max(a: Self::V, b: Self::V) -> Self::V;
    /// `a * b + c`; rounded once where the processor can.
    unsafe fn fma(a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// To the nearest whole number, ties to even.
    unsafe fn round(v: Self::V) -> Self::V;
    /// Two to the power of whole numbers in -126..=127.
    unsafe fn exp2_whole(v: Self::V) -> Self::V;
    /// Eight-bit numbers as `f32`.
    unsafe fn load_i8(from: *const i8) -> Self::V;
    /// `sums - zero * weights`, computed in integers, as `f32`.
    unsafe fn offset_sums(sums: *const i32, weights: *const i32, zero: i32) -> Self::V;
    /// `round(v) + zero` held within 0..=255, as bytes.
    unsafe fn store_codes(to: *mut u8, v: Self::V, zero: i32);

    /// Sum of the lanes.
    #[inline(always)]
    unsafe fn sum(v: Self::V) -> f32 {
        let mut lanes = [0.0; 16];
        // SAFETY: `LANES` is at most 16.
        unsafe { Self::store(lanes.as_mut_ptr(), v) };
        let mut half = Self::LANES / 2;
        while half > 0 {
            for lane in 0..half {
                lanes[lane] += lanes[lane + half];
            }
            half /= 2;
        }
        lanes[0]
    }

    /// Smallest and largest lane of two registers: `(smallest of a, largest of b)`.
    #[inline(always)]
    unsafe fn extremes(a: Self::V, b: Self::V) -> (f32, f32) {
        let (mut low, mut high) = ([0.0; 16], [0.0; 16]);
        // SAFETY: `LANES` is at most 16.
        unsafe {
            Self::store(low.as_mut_ptr(), a);
            Self::store(high.as_mut_ptr(), b);
        }
        let smallest = low[..Self::LANES].iter().copied().fold(f32::INFINITY, f32::min);
        let largest = high[..Self::LANES].iter().copied().fold(f32::NEG_INFINITY, f32::max);
        (smallest, largest)
    }
}

/// The integer products.
///
/// # Safety
/// As for [`Simd`].
pub(crate) trait Tile: Simd {
    /// Query rows that attention takes at a time.
    const ATTEND_ROWS: usize;

    /// `out[r][c] = sum over k of codes[r][k] * panel[k][c]`, exactly.
    ///
    /// `codes` has `R` rows of `4 * groups` bytes; `panel` has `groups` runs of 64 columns of 4 weights.
    unsafe fn tile<const R: usize>(
        codes: *const u8,
        groups: usize,
        panel: *const i8,
        out: &mut [[i32; PANEL]; TILE_ROWS],
    );
}
