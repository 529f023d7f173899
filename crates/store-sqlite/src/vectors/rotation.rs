//! A random rotation, the same for every vector of a dimension.
//!
//! One bit a number tells most when a vector's length is spread evenly over its numbers, whatever the model made of them. A
//! rotation does that and changes no cosine. A dense one would take a multiplication for each pair of numbers; signs and
//! fast Walsh-Hadamard transforms in turn, on the first and on the last numbers, take a few additions for each number and
//! spread as well.

/// How often signs are drawn and numbers are mixed.
const ROUNDS: usize = 4;
/// Where the signs come from. Stored codes depend on it.
const SEED: u64 = 0x6D65_6D6F_7279_2031;

/// The rotation for vectors of one dimension.
pub(crate) struct Rotation {
    /// One sign for each number and round.
    signs: Vec<f32>,
    width: usize,
    /// The largest power of two that fits: what one transform mixes.
    mixed: usize,
}

impl Rotation {
    /// The rotation for a dimension.
    pub(crate) fn of(dimension: usize) -> Self {
        let width = dimension.next_multiple_of(64).max(64);
        let mut state = SEED;
        let mut signs = Vec::with_capacity(ROUNDS * width);
        for _ in 0..ROUNDS * width / 64 {
            let word = next(&mut state);
            signs.extend((0..64).map(|bit| if word >> bit & 1 == 0 { 1.0 } else { -1.0 }));
        }
        let mixed = (width / 2 + 1).next_power_of_two();
        Self { signs, width, mixed }
    }

    /// How many numbers a rotated vector has: as many as whole words have bits.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Rotates a vector, and makes its length 1. None when it has no direction, or more numbers than the rotation.
    pub(crate) fn rotated(&self, numbers: &[f32]) -> Option<Vec<f32>> {
        let length = super::exact::length(numbers);
        if numbers.len() > self.width || !(length > 0.0 && length.is_finite()) {
            return None;
        }
        let mut rotated = Vec::with_capacity(self.width);
        #[expect(clippy::cast_possible_truncation, reason = "a code has one bit a number")]
        rotated.extend(numbers.iter().map(|number| (f64::from(*number) / length) as f32));
        rotated.resize(self.width, 0.0);
        for (round, signs) in self.signs.chunks_exact(self.width).enumerate() {
            for (number, sign) in rotated.iter_mut().zip(signs) {
                *number *= sign;
            }
            let from = if round % 2 == 0 { 0 } else { self.width - self.mixed };
            mix(&mut rotated[from..from + self.mixed]);
        }
        Some(rotated)
    }
}

/// The Walsh-Hadamard transform, scaled so that lengths stay. The number of numbers is a power of two.
fn mix(numbers: &mut [f32]) {
    let mut half = 1;
    while half < numbers.len() {
        for pair in numbers.chunks_exact_mut(half * 2) {
            let (low, high) = pair.split_at_mut(half);
            for (a, b) in low.iter_mut().zip(high) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
        half *= 2;
    }
    #[expect(clippy::cast_precision_loss, reason = "a few thousand at most")]
    let scale = (numbers.len() as f32).sqrt().recip();
    for number in numbers {
        *number *= scale;
    }
}

fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::exact;

    fn wave(dimension: u16, step: f32) -> Vec<f32> {
        (0..dimension).map(|n| (f32::from(n) * step).sin() + 0.1).collect()
    }

    #[test]
    fn a_rotation_keeps_every_cosine() {
        for dimension in [1, 3, 8, 64, 100, 384, 768, 1000] {
            let rotation = Rotation::of(usize::from(dimension));
            let (a, b) = (wave(dimension, 0.37), wave(dimension, 0.41));
            let rotated =
                exact::cosine(&rotation.rotated(&a).unwrap(), &rotation.rotated(&b).unwrap()).unwrap();
            assert!((rotated - exact::cosine(&a, &b).unwrap()).abs() < 1e-5, "{dimension}");
        }
    }

    #[test]
    fn one_number_is_spread_over_all_of_them() {
        for dimension in [64_u16, 384, 768] {
            let rotation = Rotation::of(usize::from(dimension));
            for at in 0..usize::from(dimension) {
                let mut numbers = vec![0.0; usize::from(dimension)];
                numbers[at] = -3.0;
                let largest =
                    rotation.rotated(&numbers).unwrap().into_iter().map(f32::abs).fold(0.0, f32::max);
                assert!(largest < 7.0 / f32::from(dimension).sqrt(), "{dimension}, {at}: {largest}");
            }
        }
    }

    #[test]
    fn a_vector_without_direction_is_not_rotated() {
        let rotation = Rotation::of(2);
        for bad in [&[0.0, 0.0][..], &[f32::NAN, 1.0], &[f32::INFINITY, 1.0], &[]] {
            assert_eq!(rotation.rotated(bad), None, "{bad:?}");
        }
    }
}
