//! A vector in sixteen bits a number: its cosines are right to a few millionths, and it takes half the space.

use super::exact;

/// The largest code.
const LARGEST: f32 = 32_767.0;

/// A vector in sixteen bits a number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fine {
    /// The size of one step.
    step: f32,
    codes: Vec<i16>,
}

impl Fine {
    /// Codes a vector; none when it has no direction.
    pub(crate) fn of(numbers: &[f32]) -> Option<Self> {
        let largest = numbers.iter().fold(0.0_f32, |largest, number| largest.max(number.abs()));
        let step = largest / LARGEST;
        if !(exact::has_direction(numbers) && step > 0.0 && step.is_finite()) {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "rounded numbers between -32767 and 32767")]
        let codes = numbers.iter().map(|number| (number / step + 0.5_f32.copysign(*number)) as i16).collect();
        Some(Self { step, codes })
    }

    /// As it is stored: the step, four bytes, then the codes, two bytes each, little-endian.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.step.to_le_bytes().to_vec();
        bytes.extend(self.codes.iter().flat_map(|code| code.to_le_bytes()));
        bytes
    }

    /// Reads what [`Self::bytes`] made; none when it has another dimension.
    pub(crate) fn read(bytes: &[u8], dimension: usize) -> Option<Self> {
        let (step, codes) = bytes.split_first_chunk::<4>()?;
        let step = f32::from_le_bytes(*step);
        let codes: Vec<i16> = codes.as_chunks::<2>().0.iter().map(|two| i16::from_le_bytes(*two)).collect();
        (bytes.len() == 4 + 2 * dimension && step > 0.0 && step.is_finite()).then_some(Self { step, codes })
    }

    /// The numbers, as near as the codes tell them.
    pub(crate) fn numbers(&self) -> Vec<f32> {
        self.codes.iter().map(|code| f32::from(*code) * self.step).collect()
    }

    /// The codes: a vector of the same direction.
    pub(crate) fn codes(&self) -> &[i16] {
        &self.codes
    }
}

/// The codes of a vector as numbers to compare others with.
pub(crate) fn direction(codes: &[i16]) -> Vec<f32> {
    codes.iter().map(|code| f32::from(*code)).collect()
}

/// A vector to compare codes with.
pub(crate) struct Reference {
    numbers: Vec<f32>,
    /// The square of its length.
    square: f64,
}

impl Reference {
    /// None when the vector has no direction.
    pub(crate) fn of(numbers: &[f32]) -> Option<Self> {
        exact::has_direction(numbers)
            .then(|| Self { numbers: numbers.to_vec(), square: exact::dot(numbers, numbers) })
    }

    /// The vector.
    pub(crate) fn numbers(&self) -> &[f32] {
        &self.numbers
    }

    /// The cosine to a coded vector.
    pub(crate) fn cosine(&self, codes: &[i16]) -> Option<f64> {
        let mut sums = [0.0_f64; LANES];
        let mut squares = [0.0_f64; LANES];
        let (a, b) = (self.numbers.chunks_exact(LANES), codes.chunks_exact(LANES));
        let (mut sum, mut square) = (0.0, 0.0);
        for (a, b) in a.remainder().iter().zip(b.remainder()) {
            sum += f64::from(*a) * f64::from(*b);
            square += f64::from(*b) * f64::from(*b);
        }
        for (a, b) in a.zip(b) {
            for lane in 0..LANES {
                let code = f64::from(b[lane]);
                sums[lane] += f64::from(a[lane]) * code;
                squares[lane] += code * code;
            }
        }
        sum += sums.iter().sum::<f64>();
        square += squares.iter().sum::<f64>();
        // Equal vectors have a cosine of exactly 1: the root of a square is the number itself.
        let cosine = sum / (self.square * square).sqrt();
        (cosine.is_finite() && codes.len() == self.numbers.len()).then(|| cosine.clamp(-1.0, 1.0))
    }
}

/// How many sums are made side by side.
const LANES: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(step: f32, scale: f32) -> Vec<f32> {
        (0..387_u16).map(|n| (f32::from(n) * step).sin() * scale).collect()
    }

    #[test]
    fn the_cosine_is_right_to_a_millionth() {
        for scale in [1e-20, 0.01, 1.0, 1e20] {
            let (a, b) = (wave(0.37, 1.0), wave(0.371, scale));
            let coded = Reference::of(&a).unwrap().cosine(Fine::of(&b).unwrap().codes()).unwrap();
            let exact = exact::cosine(&a, &b).unwrap();
            assert!((coded - exact).abs() < 2e-6, "{coded} {exact}");
        }
    }

    #[test]
    fn what_is_stored_is_read_back() {
        let fine = Fine::of(&wave(0.2, 3.0)).unwrap();
        assert_eq!(Fine::read(&fine.bytes(), 387), Some(fine.clone()));
        assert_eq!(Fine::read(&fine.bytes(), 386), None);
        assert_eq!(Fine::read(&[], 387), None);
        let largest =
            fine.numbers().iter().zip(wave(0.2, 3.0)).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(largest < 1e-4, "{largest}");
    }

    #[test]
    fn equal_vectors_have_a_cosine_of_one() {
        let fine = Fine::of(&wave(0.33, 0.2)).unwrap();
        let cosine = Reference::of(&direction(fine.codes())).unwrap().cosine(fine.codes());
        assert_eq!(cosine, Some(1.0));
    }

    #[test]
    fn vectors_without_direction_are_not_coded() {
        for bad in [[0.0, 0.0], [f32::NAN, 1.0], [f32::INFINITY, 1.0]] {
            assert_eq!(Fine::of(&bad), None, "{bad:?}");
        }
    }
}
