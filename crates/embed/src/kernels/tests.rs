//! Every kernel that this processor runs, held against the scalar one.

use proptest::prelude::*;

use super::simd::{GROUP, PANEL, TILE_ROWS};
use super::*;
use crate::layout;
use crate::shape::{DIMENSION, INNER, QKV};
use crate::weights::{Linear, Weights, model_file};

/// Numbers from a seed, within -1..1.
fn numbers(seed: u64, count: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

fn others() -> impl Iterator<Item = (Kernel, &'static KernelSet)> {
    let sets = Kernel::ALL.into_iter().filter(|kernel| *kernel != Kernel::Scalar);
    sets.filter_map(|kernel| Some((kernel, kernel.set()?)))
}

fn assert_near(kernel: Kernel, found: &[f32], expected: &[f32], tolerance: f32) {
    for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
        let allowed = tolerance * expected.abs().max(1.0);
        assert!((found - expected).abs() <= allowed, "{}: {found} is not {expected} at {at}", kernel.name());
    }
}

/// Codes of rows of a layer, the same for all kernels.
fn codes(seed: u64, rows: usize, inputs: usize) -> (Vec<u8>, Vec<f32>, Vec<i32>) {
    let codes = numbers(seed, rows * inputs).iter().map(|x| (x * 128.0 + 128.0) as u8).collect();
    let scales = numbers(seed + 1, rows).iter().map(|x| 0.01 + 0.005 * x).collect();
    let zeros = numbers(seed + 2, rows).iter().map(|x| (x * 128.0 + 128.0) as i32).collect();
    (codes, scales, zeros)
}

#[test]
fn at_least_one_kernel_runs_and_the_fastest_is_chosen() {
    assert!(Kernel::Scalar.is_available());
    let first = Kernel::ALL.into_iter().find(|kernel| kernel.is_available());
    assert_eq!(first, Some(Kernel::detect()));
}

#[test]
fn the_largest_products_do_not_saturate() {
    let (codes, panel) = (vec![255_u8; TILE_ROWS * INNER], vec![-128_i8; PANEL * INNER]);
    for (kernel, set) in others().chain([(Kernel::Scalar, &scalar::SET)]) {
        let mut sums = vec![0; TILE_ROWS * PANEL];
        (set.tile)(&codes, &panel, TILE_ROWS, &mut sums);
        assert!(sums.iter().all(|sum| *sum == 255 * -128 * INNER as i32), "{}", kernel.name());
    }
}

#[test]
fn the_scalar_tile_multiplies_rows_by_packed_columns() {
    let (rows, inputs) = (3, 16);
    let codes: Vec<u8> = (0..rows * inputs).map(|at| (at * 37 % 256) as u8).collect();
    let weights: Vec<i8> = (0..PANEL * inputs).map(|at| (at * 91 % 255) as i8).collect();
    let mut sums = vec![0; rows * PANEL];
    (scalar::SET.tile)(&codes, &layout::pack(&weights, inputs), rows, &mut sums);
    for (row, codes) in codes.chunks(inputs).enumerate() {
        for (column, weights) in weights.chunks(inputs).enumerate() {
            let expected: i32 = codes.iter().zip(weights).map(|(c, w)| i32::from(*c) * i32::from(*w)).sum();
            assert_eq!(sums[row * PANEL + column], expected);
        }
    }
}

/// The exact GELU, by the series of the error function.
fn exact_gelu(x: f64) -> f64 {
    let z = x / std::f64::consts::SQRT_2;
    let (mut term, mut sum) = (z, z);
    for n in 1..200 {
        term *= -z * z / f64::from(n);
        sum += term / f64::from(2 * n + 1);
    }
    x * 0.5 * (1.0 + sum * 2.0 / std::f64::consts::PI.sqrt())
}

#[test]
fn gelu_is_exact_within_three_millionths() {
    for step in -1200..=1200 {
        let x = f64::from(step) / 250.0;
        // SAFETY: the scalar kernel needs no instructions.
        let found = unsafe { ops::gelu::<scalar::Scalar>([x as f32; 8]) }[0];
        assert!((f64::from(found) - exact_gelu(x)).abs() < 3e-6, "{x}: {found}");
    }
    for x in [-1e4_f32, -40.0, 40.0, 1e4] {
        // SAFETY: as above.
        let found = unsafe { ops::gelu::<scalar::Scalar>([x; 8]) }[0];
        assert!((found - x.max(0.0)).abs() < 1e-6 * x.abs(), "{x}: {found}");
    }
}

#[test]
fn the_exponential_is_exact_within_a_few_roundings() {
    for step in 0..=8600 {
        let x = -f64::from(step) / 100.0;
        // SAFETY: the scalar kernel needs no instructions.
        let found = unsafe { ops::exp::<scalar::Scalar>([x as f32; 8]) }[0];
        let expected = f64::from(x as f32).exp();
        assert!((f64::from(found) / expected - 1.0).abs() < 1e-5, "{x}: {found} is not {expected}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn integer_products_are_equal(seed: u64, rows in 1..=TILE_ROWS, groups in 1..=INNER / GROUP) {
        let codes: Vec<u8> =
            numbers(seed, rows * groups * GROUP).iter().map(|x| (x * 128.0 + 128.0) as u8).collect();
        let panel: Vec<i8> = numbers(seed ^ 1, groups * GROUP * PANEL).iter().map(|x| (x * 128.0) as i8).collect();
        let mut expected = vec![0; rows * PANEL];
        (scalar::SET.tile)(&codes, &panel, rows, &mut expected);
        for (kernel, set) in others() {
            let mut sums = vec![0; rows * PANEL];
            (set.tile)(&codes, &panel, rows, &mut sums);
            prop_assert_eq!(&sums, &expected, "{}", kernel.name());
        }
    }

    #[test]
    fn codes_are_equal(seed: u64, rows in 1..9_usize, size in -30..30_i32) {
        let scale = 2.0_f32.powi(size);
        let input: Vec<f32> = numbers(seed, rows * DIMENSION).iter().map(|x| (x * x * x + 0.3) * scale).collect();
        let factors: Vec<f32> = numbers(seed + 1, DIMENSION).iter().map(|x| 1.0 + 0.9 * x).collect();
        let run = |set: &KernelSet| {
            let (mut codes, mut scales, mut zeros) = (vec![0; rows * DIMENSION], vec![0.0; rows], vec![0; rows]);
            let mut out = CodesMut { codes: &mut codes, scales: &mut scales, zeros: &mut zeros };
            (set.quantise)(&input, &factors, &mut out);
            (codes, scales, zeros)
        };
        let expected = run(&scalar::SET);
        for (row, numbers) in input.chunks(DIMENSION).enumerate() {
            for (at, (x, factor)) in numbers.iter().zip(&factors).enumerate() {
                let code = i32::from(expected.0[row * DIMENSION + at]) - expected.2[row];
                let back = code as f32 * expected.1[row];
                prop_assert!((back - x * factor).abs() <= expected.1[row] * 1.01, "{back} stands for {}", x * factor);
            }
        }
        for (kernel, set) in others() {
            prop_assert_eq!(run(set), expected.clone(), "{}", kernel.name());
        }
    }

    #[test]
    fn linear_layers_agree(seed: u64, rows in 1..14_usize) {
        let weights = Weights::of(model_file()).unwrap();
        for layer in [&weights.layers[0].attention_out, &weights.layers[5].feed_out, &weights.layers[2].feed_in] {
            let (codes, scales, zeros) = codes(seed, rows, layer.inputs);
            let input = Codes { codes: &codes, scales: &scales, zeros: &zeros };
            let run = |function: fn(&Codes<'_>, &Linear<'_>, &mut [f32])| {
                let mut out = vec![0.0; rows * layer.outputs];
                function(&input, layer, &mut out);
                out
            };
            let (plain, gelu) = (run(scalar::SET.linear), run(scalar::SET.linear_gelu));
            for (kernel, set) in others() {
                assert_near(kernel, &run(set.linear), &plain, 1e-5);
                assert_near(kernel, &run(set.linear_gelu), &gelu, 1e-5);
            }
        }
    }

    #[test]
    fn embeddings_and_norms_agree(seed: u64, tokens in prop::collection::vec(0_u16..30_522, 1..20), first in 0..200_usize) {
        let weights = Weights::of(model_file()).unwrap();
        let added = numbers(seed, tokens.len() * DIMENSION);
        let run = |set: &KernelSet| {
            let mut rows = vec![0.0; tokens.len() * DIMENSION];
            (set.embed)(&tokens, first, &weights.embeddings, &mut rows);
            (set.add_norm)(&mut rows, &added, &weights.layers[3].feed_norm);
            rows
        };
        let expected = run(&scalar::SET);
        for (kernel, set) in others() {
            assert_near(kernel, &run(set), &expected, 1e-5);
        }
    }

    #[test]
    fn attention_agrees(seed: u64, tokens in 1..80_usize, part in 0.0..1.0_f64) {
        let qkv: Vec<f32> = numbers(seed, tokens * QKV).iter().map(|x| 2.0 * x).collect();
        let start = ((tokens as f64) * part) as usize;
        let run = |set: &KernelSet| {
            let mut out = vec![0.0; (tokens - start) * DIMENSION];
            (set.attend)(&qkv, start..tokens, &mut vec![], &mut out);
            out
        };
        let expected = run(&scalar::SET);
        let mut whole = vec![0.0; tokens * DIMENSION];
        (scalar::SET.attend)(&qkv, 0..tokens, &mut vec![], &mut whole);
        assert_near(Kernel::Scalar, &expected, &whole[start * DIMENSION..], 1e-5);
        // Scores reach 100, where a rounding is worth 1e-5 and the exponential turns it into as much of the result.
        for (kernel, set) in others() {
            assert_near(kernel, &run(set), &expected, 1e-4);
        }
    }
}
