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
        let largest = numbers.iter().fold(0.0_f32, |largest, number| largest.max(number.abs()));
        let length = length(numbers);
        if !(largest > 0.0 && length.is_finite() && numbers.iter().all(|number| number.is_finite())) {
            return None;
        }
        let step = largest / LARGEST;
        #[expect(clippy::cast_possible_truncation, reason = "rounded numbers between -127 and 127")]
        let codes = numbers.iter().map(|number| (number / step).round() as i8).collect();
        #[expect(clippy::cast_possible_truncation, reason = "the scale needs no more digits than the codes")]
        let scale = (f64::from(step) / length) as f32;
        (scale.is_finite() && scale > 0.0).then_some(Self { codes, scale })
    }
}

/// The sum of the products. Written so that the compiler turns it into vector instructions.
pub(crate) fn product(a: &[i8], b: &[i8]) -> i32 {
    a.iter().zip(b).map(|(a, b)| i32::from(i16::from(*a) * i16::from(*b))).sum()
}

/// The cosine of two vectors, exactly; none when one has no direction.
pub(crate) fn cosine(a: &[f32], b: &[f32]) -> Option<f64> {
    let product: f64 = a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
    let cosine = product / (length(a) * length(b));
    cosine.is_finite().then(|| cosine.clamp(-1.0, 1.0))
}

fn length(numbers: &[f32]) -> f64 {
    numbers.iter().map(|number| f64::from(*number) * f64::from(*number)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coded_cosine_is_close_to_the_exact_one() {
        let a: Vec<f32> = (0..384_u16).map(|n| (f32::from(n) * 0.37).sin()).collect();
        let b: Vec<f32> = (0..384_u16).map(|n| (f32::from(n) * 0.37 + 0.4).sin() * 3.0).collect();
        let (x, y) = (Codes::of(&a).unwrap(), Codes::of(&b).unwrap());
        #[expect(clippy::cast_precision_loss, reason = "a test")]
        let coded = product(&x.codes, &y.codes) as f32 * x.scale * y.scale;
        let exact = cosine(&a, &b).unwrap();
        assert!((f64::from(coded) - exact).abs() < 0.005, "{coded} {exact}");
    }

    #[test]
    fn the_largest_products_do_not_overflow() {
        let numbers = vec![1.0_f32; 4096];
        let codes = Codes::of(&numbers).unwrap().codes;
        assert_eq!(product(&codes, &codes), 4096 * 127 * 127);
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
