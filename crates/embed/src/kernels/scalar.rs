//! Any processor: the meaning of each operation, and the twin of the others.

use super::simd::{GROUP, PANEL, Simd, TILE_ROWS, Tile};

/// Eight lanes in an array.
#[derive(Clone, Copy)]
pub(crate) struct Scalar;

const LANES: usize = 8;

type Lanes = [f32; LANES];

#[inline(always)]
fn each(a: Lanes, b: Lanes, f: impl Fn(f32, f32) -> f32) -> Lanes {
    std::array::from_fn(|lane| f(a[lane], b[lane]))
}

impl Simd for Scalar {
    type V = Lanes;
    const LANES: usize = LANES;

    #[inline(always)]
    unsafe fn splat(x: f32) -> Lanes {
        [x; LANES]
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Lanes {
        // SAFETY: the caller's pointer is good for `LANES` elements; arrays of f32 need no more than its alignment.
        unsafe { from.cast::<Lanes>().read() }
    }
    #[inline(always)]
    unsafe fn store(to: *mut f32, v: Lanes) {
        // SAFETY: as for `load`.
        unsafe { to.cast::<Lanes>().write(v) }
    }
    #[inline(always)]
    unsafe fn add(a: Lanes, b: Lanes) -> Lanes {
        each(a, b, |a, b| a + b)
    }
    #[inline(always)]
    unsafe fn sub(a: Lanes, b: Lanes) -> Lanes {
        each(a, b, |a, b| a - b)
    }
    #[inline(always)]
    unsafe fn mul(a: Lanes, b: Lanes) -> Lanes {
        each(a, b, |a, b| a * b)
    }
    #[inline(always)]
    unsafe fn min(a: Lanes, b: Lanes) -> Lanes {
        each(a, b, |a, b| if a < b { a } else { b })
    }
    #[inline(always)]
    unsafe fn max(a: Lanes, b: Lanes) -> Lanes {
        each(a, b, |a, b| if a > b { a } else { b })
    }
    #[inline(always)]
    unsafe fn fma(a: Lanes, b: Lanes, c: Lanes) -> Lanes {
        std::array::from_fn(|lane| a[lane] * b[lane] + c[lane])
    }
    #[inline(always)]
    unsafe fn round(v: Lanes) -> Lanes {
        v.map(f32::round_ties_even)
    }
    #[inline(always)]
    unsafe fn exp2_whole(v: Lanes) -> Lanes {
        v.map(|x| f32::from_bits(((x as i32 + 127) as u32) << 23))
    }
    #[inline(always)]
    unsafe fn load_i8(from: *const i8) -> Lanes {
        // SAFETY: the caller's pointer is good for `LANES` elements.
        unsafe { from.cast::<[i8; LANES]>().read() }.map(f32::from)
    }
    #[inline(always)]
    unsafe fn offset_sums(sums: *const i32, weights: *const i32, zero: i32) -> Lanes {
        // SAFETY: both pointers are good for `LANES` elements.
        let (sums, weights) =
            unsafe { (sums.cast::<[i32; LANES]>().read(), weights.cast::<[i32; LANES]>().read()) };
        std::array::from_fn(|lane| (sums[lane] - zero * weights[lane]) as f32)
    }
    #[inline(always)]
    unsafe fn store_codes(to: *mut u8, v: Lanes, zero: i32) {
        let codes = v.map(|x| (x.round_ties_even() as i32 + zero).clamp(0, 255) as u8);
        // SAFETY: the pointer is good for `LANES` bytes.
        unsafe { to.cast::<[u8; LANES]>().write(codes) }
    }
}

impl Tile for Scalar {
    const ATTEND_ROWS: usize = 4;

    #[inline(always)]
    unsafe fn tile<const R: usize>(
        codes: *const u8,
        groups: usize,
        panel: *const i8,
        out: &mut [[i32; PANEL]; TILE_ROWS],
    ) {
        // SAFETY: the caller's pointers are good for the rows and the panel.
        let (codes, panel) = unsafe {
            (
                std::slice::from_raw_parts(codes, R * groups * GROUP),
                std::slice::from_raw_parts(panel, groups * PANEL * GROUP),
            )
        };
        for (row, codes) in codes.chunks_exact(groups * GROUP).enumerate() {
            let mut sums = [0_i32; PANEL];
            for (codes, weights) in codes.chunks_exact(GROUP).zip(panel.chunks_exact(PANEL * GROUP)) {
                for (sum, weights) in sums.iter_mut().zip(weights.chunks_exact(GROUP)) {
                    for (code, weight) in codes.iter().zip(weights) {
                        *sum += i32::from(*code) * i32::from(*weight);
                    }
                }
            }
            out[row] = sums;
        }
    }
}

super::set::kernel_set!(Scalar);
