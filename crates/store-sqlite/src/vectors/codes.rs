//! A vector in one bit a number, and how near it is to a query, about and at most.
//!
//! After Gao and Long (RaBitQ, 2024): a vector is rotated at random and each of its numbers becomes its sign. The signs are
//! a vector of their own, whose cosine to the true one is known and kept. The product of the signs with a query, divided by
//! that cosine, tells the query's cosine to the true vector without bias, and how far it is off follows from it as well:
//! about .04 at 384 numbers, less for near ones.

use super::kernels::{self, LANES, PLANES};
use super::rotation::Rotation;

/// The largest number of a query in steps: what four bits hold.
const LARGEST: f32 = 7.0;

/// A vector in one bit a number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Code {
    /// The signs of the rotated numbers.
    pub(crate) words: Vec<u64>,
    /// One over the cosine between the vector and its signs.
    pub(crate) factor: f32,
}

impl Code {
    /// Codes a vector; none when it has no direction.
    pub(crate) fn of(rotation: &Rotation, numbers: &[f32]) -> Option<Self> {
        let rotated = rotation.rotated(numbers)?;
        let words = rotated.chunks_exact(64).map(|chunk| {
            chunk.iter().enumerate().fold(0, |word, (bit, number)| word | u64::from(*number >= 0.0) << bit)
        });
        let words = words.collect();
        let sum: f32 = rotated.iter().map(|number| number.abs()).sum();
        let factor = width(rotation).sqrt() / sum;
        factor.is_finite().then_some(Self { words, factor })
    }

    /// As it is stored: the factor, four bytes, then the words, little-endian.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.factor.to_le_bytes().to_vec();
        bytes.extend(self.words.iter().flat_map(|word| word.to_le_bytes()));
        bytes
    }

    /// Reads what [`Self::bytes`] made; none when it is of another dimension.
    pub(crate) fn read(bytes: &[u8], rotation: &Rotation) -> Option<Self> {
        let (factor, words) = bytes.split_first_chunk::<4>()?;
        let factor = f32::from_le_bytes(*factor);
        let words: Vec<u64> = words.as_chunks::<8>().0.iter().map(|word| u64::from_le_bytes(*word)).collect();
        (bytes.len() == 4 + rotation.width() / 8 && factor.is_finite()).then_some(Self { words, factor })
    }
}

#[expect(clippy::cast_precision_loss, reason = "a few thousand at most")]
fn width(rotation: &Rotation) -> f32 {
    rotation.width() as f32
}

/// A vector to compare codes with.
pub(crate) struct Query {
    /// For each word the four planes of the query's numbers.
    planes: Vec<u64>,
    /// The sum of the query's numbers, in steps.
    total: i32,
    /// The size of a step, over the root of the width.
    scale: f32,
    /// The squares of both deviations: by the signs, for factor and cosine; by the steps, for the factor.
    by_signs: f32,
    by_steps: f32,
}

impl Query {
    /// Codes a query; none when it has no direction.
    pub(crate) fn of(rotation: &Rotation, numbers: &[f32]) -> Option<Self> {
        let rotated = rotation.rotated(numbers)?;
        let largest = rotated.iter().fold(0.0_f32, |largest, number| largest.max(number.abs()));
        let step = largest / LARGEST;
        let mut planes = vec![0; rotated.len() / 64 * PLANES];
        let (mut total, mut sizes) = (0, 0);
        for (at, number) in rotated.iter().enumerate() {
            #[expect(clippy::cast_possible_truncation, reason = "between -7 and 7")]
            let steps = (number / step).round() as i32;
            total += steps;
            sizes += steps.abs();
            for plane in 0..PLANES {
                let bit = u64::from(steps.cast_unsigned() >> plane & 1);
                planes[at / 64 * PLANES + plane] |= bit << (at % 64);
            }
        }
        let width = width(rotation);
        // So that the estimate for the query itself is exact: rounding hits near ones least.
        #[expect(clippy::cast_precision_loss, reason = "a few thousand at most")]
        let step = rotated.iter().map(|number| number.abs()).sum::<f32>() / sizes as f32;
        let scale = step / width.sqrt();
        Some(Self { planes, total, scale, by_signs: 1.0 / (width - 1.0), by_steps: step * step / 12.0 })
    }

    /// About the cosine to each vector: codes and factors of whole blocks, estimates out. No number for a factor that is
    /// none.
    pub(crate) fn estimate(&self, codes: &[u64], factors: &[f32], estimates: &mut [f32]) {
        const AT_ONCE: usize = 64 * LANES;
        let (scan, words) = (kernels::fastest(), self.planes.len() / PLANES);
        let mut sums = [0; AT_ONCE];
        let runs =
            codes.chunks(AT_ONCE * words).zip(factors.chunks(AT_ONCE)).zip(estimates.chunks_mut(AT_ONCE));
        for ((codes, factors), estimates) in runs {
            let sums = &mut sums[..factors.len()];
            scan(codes, &self.planes, sums);
            for ((sum, factor), estimate) in sums.iter().zip(factors).zip(estimates) {
                *estimate = self.of_sum(*sum, *factor);
            }
        }
    }

    /// About the cosine to one vector of a block.
    pub(crate) fn estimate_one(&self, block: &[u64], lane: usize, factor: f32) -> f32 {
        let mut sum = 0;
        for (codes, planes) in block.chunks_exact(LANES).zip(self.planes.chunks_exact(PLANES)) {
            for (plane, weight) in planes.iter().zip(kernels::WEIGHTS) {
                sum += weight * (codes[lane] & plane).count_ones().cast_signed();
            }
        }
        self.of_sum(sum, factor)
    }

    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    fn of_sum(&self, sum: i32, factor: f32) -> f32 {
        factor * self.scale * (2 * sum - self.total) as f32
    }

    /// How far off the estimate of a vector of this cosine is: one standard deviation.
    pub(crate) fn deviation(&self, cosine: f32, factor: f32) -> f32 {
        let sine = 1.0 - cosine.clamp(0.0, 1.0).powi(2);
        let square = factor * factor;
        (((square - 1.0).max(0.0)) * sine * self.by_signs + square * self.by_steps).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::exact;

    /// Numbers between -1 and 1, the same each time.
    fn noise(seed: u32, count: usize) -> Vec<f32> {
        let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12345);
        let mut number = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f32::from(u16::try_from(state >> 16).unwrap()) / 32768.0 - 1.0
        };
        (0..count).map(|_| number() + number() + number()).collect()
    }

    fn block(codes: &[Code]) -> Vec<u64> {
        let words = codes[0].words.len();
        (0..words).flat_map(|word| (0..LANES).map(move |lane| codes[lane].words[word])).collect()
    }

    #[test]
    fn estimates_are_near_the_cosines_and_within_their_margins() {
        for dimension in [24, 384, 1000] {
            let rotation = Rotation::of(dimension);
            let near = noise(1, dimension);
            let (mut worst, mut outside, mut sum) = (0.0_f64, 0, 0.0);
            for seed in 0..100 {
                let others: Vec<Vec<f32>> = (0..8)
                    .map(|lane| {
                        let own = noise(100 + seed * 8 + lane, dimension);
                        own.iter()
                            .zip(&near)
                            .map(|(a, b)| a + b * f32::from(u8::try_from(lane).unwrap()))
                            .collect()
                    })
                    .collect();
                let codes: Vec<Code> =
                    others.iter().map(|other| Code::of(&rotation, other).unwrap()).collect();
                let factors: Vec<f32> = codes.iter().map(|code| code.factor).collect();
                let query = Query::of(&rotation, &near).unwrap();
                let mut estimates = [0.0; LANES];
                query.estimate(&block(&codes), &factors, &mut estimates);
                for lane in 0..LANES {
                    let exact = exact::cosine(&near, &others[lane]).unwrap();
                    assert_eq!(estimates[lane], query.estimate_one(&block(&codes), lane, factors[lane]));
                    let off = f64::from(estimates[lane]) - exact;
                    sum += off;
                    worst = worst.max(off.abs());
                    #[expect(clippy::cast_possible_truncation, reason = "an estimate")]
                    let margin = 3.0 * f64::from(query.deviation(exact as f32, factors[lane]));
                    outside += usize::from(off < -margin);
                }
            }
            assert!(outside < 8, "{dimension}: {outside} of 800");
            assert!(worst < 4.0 / (dimension as f64).sqrt(), "{dimension}: {worst}");
            assert!((sum / 800.0).abs() < 0.02, "{dimension}: biased by {}", sum / 800.0);
        }
    }

    #[test]
    fn what_is_stored_is_read_back() {
        let rotation = Rotation::of(384);
        let code = Code::of(&rotation, &noise(3, 384)).unwrap();
        assert_eq!(code.bytes().len(), 52);
        assert_eq!(Code::read(&code.bytes(), &rotation), Some(code.clone()));
        assert_eq!(Code::read(&code.bytes(), &Rotation::of(300)), None);
        assert_eq!(Code::read(&[], &rotation), None);
    }

    #[test]
    fn the_length_of_a_vector_does_not_matter() {
        let rotation = Rotation::of(384);
        let (numbers, scaled): (Vec<f32>, Vec<f32>) =
            noise(3, 384).into_iter().map(|n| (n, n * 4096.0)).unzip();
        assert_eq!(Code::of(&rotation, &numbers), Code::of(&rotation, &scaled));
    }
}
