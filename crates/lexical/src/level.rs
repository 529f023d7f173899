//! How much a term counts in a text.
//!
//! BM25 multiplies how rare a term is among all texts with how much it counts in one: often in a short text counts more
//! than once in a long one. The second factor is known when the text is indexed. It is kept in sixteen steps, so that an
//! index can keep the texts of each step together and read the heaviest first ("impact-ordered" postings; Lin and Trotman,
//! "Anytime Ranking for Impact-Ordered Indexes", 2015). The length of the average text is a constant here: then the terms
//! of a text depend on that text alone.

/// Saturation of repetition, and how much length matters: the best values on conversations (`docs/decisions/0009`).
const K1: f64 = 0.9;
const B: f64 = 0.4;
/// The words of an average memory, those that every text has left out.
const AVERAGE_LENGTH: f64 = 16.0;
/// The heaviest step, and how much lighter each step is than the one before.
const HEAVIEST: f64 = 2.4;
const RATIO: f64 = 0.82;

/// The weight of a term in a text. 0 is the heaviest step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Level(u8);

impl Level {
    /// How many steps there are.
    pub const COUNT: u8 = 16;

    /// A step by its number.
    #[must_use]
    pub fn new(number: u8) -> Option<Self> {
        (number < Self::COUNT).then_some(Self(number))
    }

    /// The step nearest to a weight.
    pub(crate) fn nearest(weight: f64) -> Self {
        let steps = (weight.max(1e-6) / HEAVIEST).ln() / RATIO.ln();
        let last = f64::from(Self::COUNT - 1);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=15")]
        Self(steps.round().clamp(0.0, last) as u8)
    }

    /// Its number, 0 to 15.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }

    /// The weight that it stands for: about 1 for a term that is once in a text of average length.
    #[must_use]
    pub fn impact(self) -> f64 {
        HEAVIEST * RATIO.powi(i32::from(self.0))
    }
}

/// What a term counts that occurs so often in a text of so many words.
pub(crate) fn weight(occurrences: f64, length: f64) -> f64 {
    let norm = 1.0 - B + B * length / AVERAGE_LENGTH;
    occurrences * (K1 + 1.0) / (occurrences + K1 * norm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_near_the_weight_that_it_stands_for() {
        for hundredths in 12..=240 {
            let weight = f64::from(hundredths) / 100.0;
            let impact = Level::nearest(weight).impact();
            assert!((impact / weight - 1.0).abs() < 0.11, "{weight} {impact}");
        }
        assert_eq!(Level::nearest(0.0).number(), 15);
        assert_eq!(Level::nearest(f64::MAX).number(), 0);
    }

    #[test]
    fn repetition_counts_and_length_takes_away() {
        assert!((weight(1.0, AVERAGE_LENGTH) - 1.0).abs() < 1e-9);
        assert!(weight(2.0, 16.0) > weight(1.0, 16.0));
        assert!(weight(1.0, 100.0) < weight(1.0, 16.0));
        assert!(weight(1000.0, 1.0) < HEAVIEST);
    }

    #[test]
    fn there_are_sixteen_steps() {
        assert_eq!(Level::new(15).map(Level::number), Some(15));
        assert_eq!(Level::new(16), None);
    }
}
