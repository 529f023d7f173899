//! A vector in one byte for each number: enough to find the candidates, which are then measured exactly.

/// The largest code.
const LARGEST: f32 = 127.0;

/// A vector as codes. The cosine of two is about the product of their codes times both scales.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Codes {
    pub(crate) codes: Vec<i8>,
    /// The size of one step, divided by the vector's length.
    pub(crate) scale: f32,
}

impl Codes {
    /// Codes a vector; none when it has no direction (zero, or a number that is not finite).
    pub(crate) fn of(numbers: &[f32]) -> Option<Self> {
        let largest = largest(numbers);
        let length = dot(numbers, numbers).sqrt();
        if !(largest > 0.0 && length.is_finite()) {
            return None;
        }
        let step = largest / LARGEST;
        // Rounding by hand: the call of `round` would be most of the time that reading all vectors takes.
        #[expect(clippy::cast_possible_truncation, reason = "rounded numbers between -127 and 127")]
        let codes = numbers.iter().map(|number| (number / step + 0.5_f32.copysign(*number)) as i8).collect();
        #[expect(clippy::cast_possible_truncation, reason = "the scale needs no more digits than the codes")]
        let scale = (f64::from(step) / length) as f32;
        (scale.is_finite() && scale > 0.0).then_some(Self { codes, scale })
    }
}

/// A vector to compare many others with: its codes are wider, so that they are not widened again for each of them.
pub(crate) struct Query {
    codes: Vec<i16>,
    scale: f32,
}

impl Query {
    /// Codes a vector; none when it has no direction.
    pub(crate) fn of(numbers: &[f32]) -> Option<Self> {
        let coded = Codes::of(numbers)?;
        Some(Self { codes: coded.codes.iter().map(|code| i16::from(*code)).collect(), scale: coded.scale })
    }

    /// About the cosine to a coded vector.
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    pub(crate) fn nearness(&self, codes: &[i8], scale: f32) -> f32 {
        product(&self.codes, codes) as f32 * scale * self.scale
    }
}

/// The sum of the products. Written so that the compiler turns it into vector instructions.
fn product(wide: &[i16], codes: &[i8]) -> i32 {
    wide.iter().zip(codes).map(|(a, b)| i32::from(*a) * i32::from(i16::from(*b))).sum()
}

/// The cosine of two vectors, exactly; none when one has no direction.
pub(crate) fn cosine(a: &[f32], b: &[f32]) -> Option<f64> {
    let cosine = dot(a, b) / (dot(a, a).sqrt() * dot(b, b).sqrt());
    cosine.is_finite().then(|| cosine.clamp(-1.0, 1.0))
}

/// How many sums are made side by side. One after the other, each addition would wait for the one before.
const LANES: usize = 8;

/// The sum of the products; no number when one of the numbers is none.
fn dot(a: &[f32], b: &[f32]) -> f64 {
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

/// The largest of the numbers without their signs.
fn largest(numbers: &[f32]) -> f32 {
    let larger = |largest: f32, number: &f32| if number.abs() > largest { number.abs() } else { largest };
    let mut lanes = [0.0_f32; LANES];
    let chunks = numbers.chunks_exact(LANES);
    let rest = chunks.remainder().iter().fold(0.0, larger);
    for chunk in chunks {
        for lane in 0..LANES {
            lanes[lane] = larger(lanes[lane], &chunk[lane]);
        }
    }
    lanes.iter().fold(rest, larger)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coded_cosine_is_close_to_the_exact_one() {
        let a: Vec<f32> = (0..384_u16).map(|n| (f32::from(n) * 0.37).sin()).collect();
        let b: Vec<f32> = (0..384_u16).map(|n| (f32::from(n) * 0.37 + 0.4).sin() * 3.0).collect();
        let coded = Codes::of(&b).unwrap();
        let coded = Query::of(&a).unwrap().nearness(&coded.codes, coded.scale);
        let exact = cosine(&a, &b).unwrap();
        assert!((f64::from(coded) - exact).abs() < 0.005, "{coded} {exact}");
    }

    #[test]
    fn the_largest_products_do_not_overflow() {
        let numbers = vec![1.0_f32; 4096];
        let wide = Query::of(&numbers).unwrap().codes;
        assert_eq!(product(&wide, &Codes::of(&numbers).unwrap().codes), 4096 * 127 * 127);
    }

    #[test]
    fn vectors_without_direction_have_no_codes_and_no_cosine() {
        let good = [1.0, 0.0];
        for bad in [[0.0, 0.0], [f32::NAN, 1.0], [f32::INFINITY, 1.0]] {
            assert_eq!(Codes::of(&bad), None, "{bad:?}");
            assert_eq!(cosine(&good, &bad), None, "{bad:?}");
        }
    }
}
