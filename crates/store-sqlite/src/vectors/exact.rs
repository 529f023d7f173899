//! Cosines and lengths, to the last digit that matters.

/// The cosine of two vectors of one dimension; none when one of them has no direction.
pub(crate) fn cosine(a: &[f32], b: &[f32]) -> Option<f64> {
    if a.len() != b.len() {
        return None;
    }
    let cosine = dot(a, b) / (dot(a, a) * dot(b, b)).sqrt();
    cosine.is_finite().then(|| cosine.clamp(-1.0, 1.0))
}

/// The length of a vector; no number when one of its numbers is none.
pub(crate) fn length(numbers: &[f32]) -> f64 {
    dot(numbers, numbers).sqrt()
}

/// Whether a vector has a direction: numbers that are finite, not all of them zero.
pub(crate) fn has_direction(numbers: &[f32]) -> bool {
    let length = length(numbers);
    length > 0.0 && length.is_finite()
}

/// How many sums are made side by side. One after the other, each addition would wait for the one before.
const LANES: usize = 8;

/// The sum of the products; no number when one of the numbers is none.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f64 {
    let mut sums = [0.0_f64; LANES];
    let (a, b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f64 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
    for (a, b) in a.zip(b) {
        for lane in 0..LANES {
            sums[lane] += f64::from(a[lane]) * f64::from(b[lane]);
        }
    }
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_without_direction_have_no_cosine() {
        let good = [1.0, 0.0];
        for bad in [[0.0, 0.0], [f32::NAN, 1.0], [f32::INFINITY, 1.0]] {
            assert!(!has_direction(&bad), "{bad:?}");
            assert_eq!(cosine(&good, &bad), None, "{bad:?}");
        }
        assert_eq!(cosine(&good, &[1.0]), None);
    }

    #[test]
    fn a_vector_is_as_near_to_itself_as_can_be() {
        let numbers: Vec<f32> = (0..391_u16).map(|n| (f32::from(n) * 0.37).sin()).collect();
        assert_eq!(cosine(&numbers, &numbers), Some(1.0));
    }
}
