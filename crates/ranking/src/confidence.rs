//! How likely it is that a memory answers the query.
//!
//! The score of a search says which memory fits better than which. Whether any of them is an answer is another question:
//! the best of a store that knows nothing of the matter has a score too. A logistic regression over what is known of a hit
//! answers it as a probability. It was fitted on hits of questions whose answers are known, put to the right store and to
//! one that cannot have the answer, half and half (`cargo xtask bench retrieval`, which prints the constants that it finds and how reliable
//! they are for conversations that were left out).

/// What is known of a hit.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Evidence {
    /// Its score, 0 to 1.
    pub score: f64,
    /// How far it is behind the best hit.
    pub behind: f64,
    /// Its cosine to the query; 0 when meaning was not searched.
    pub cosine: f64,
}

/// Lower scores count as this one: their logarithms would count beyond all else.
const LOWEST_SCORE: f64 = 0.01;
/// How many numbers describe a hit, with the constant.
pub const FEATURES: usize = 4;

/// Fitted on both corpora of the bench; see `docs/decisions/0010-retrieval-pipeline.md`.
const COEFFICIENTS: [f64; FEATURES] = [0.68, 2.21, -7.03, 0.45];

impl Evidence {
    /// The numbers of the regression: a constant, then the evidence.
    #[must_use]
    pub fn features(&self) -> [f64; FEATURES] {
        [1.0, self.score.max(LOWEST_SCORE).ln(), self.behind, self.cosine]
    }

    /// The probability that the hit answers the query, between 0 and 1.
    #[must_use]
    pub fn confidence(&self) -> f64 {
        let sum: f64 =
            self.features().iter().zip(COEFFICIENTS).map(|(feature, weight)| feature * weight).sum();
        1.0 / (1.0 + (-sum).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_evidence_is_more_confidence() {
        let some = Evidence { score: 0.3, behind: 0.1, cosine: 0.4 };
        for more in [
            Evidence { score: 0.5, ..some },
            Evidence { behind: 0.0, ..some },
            Evidence { cosine: 0.6, ..some },
        ] {
            assert!(more.confidence() > some.confidence(), "{more:?}");
        }
    }

    #[test]
    fn the_same_text_is_likely_and_nothing_is_nearly_impossible() {
        let same = Evidence { score: 1.0, behind: 0.0, cosine: 1.0 };
        assert!(same.confidence() > 0.75, "{}", same.confidence());
        let nothing = Evidence { score: 0.02, behind: 0.05, cosine: 0.1 };
        assert!(nothing.confidence() < 0.05, "{}", nothing.confidence());
    }
}
