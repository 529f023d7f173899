//! How likely it is that a memory answers the query.
//!
//! The score of a search says which memory fits better than which. Whether any of them is an answer is another question:
//! the best of a store that knows nothing of the matter has a score too. A logistic regression over what is known of a hit
//! answers it as a probability. It was fitted on hits of questions whose answers are known, put to the right store and to
//! one that cannot have the answer (`cargo xtask bench retrieval`, which prints the constants that it finds and how
//! reliable they are for conversations and notes that were left out).

/// What is known of a hit.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Evidence {
    /// Its score, 0 to 1.
    pub score: f64,
    /// How far it is behind the best hit.
    pub behind: f64,
    /// How far it is ahead of the next one.
    pub ahead: f64,
    /// Its rank, from 1.
    pub rank: usize,
    /// How much of the query its words cover, rare ones weighing more, with those around it. Beside the score it says how
    /// much of that is due to words alone.
    pub coverage: f64,
    /// Whether somebody else says it than the query names.
    pub is_of_another: bool,
    /// Whether it stands among others in a conversation, which lend it words and say nearly the same.
    pub is_in_context: bool,
}

/// Lower scores count as this one: their logarithms would count beyond all else.
const LOWEST_SCORE: f64 = 0.01;
/// How many numbers describe a hit, with the constant.
pub const FEATURES: usize = 8;

/// Fitted on both corpora of the bench; see `docs/decisions/0010-retrieval-pipeline.md`.
const COEFFICIENTS: [f64; FEATURES] = [5.96, 3.96, -4.43, -0.97, 5.61, -4.57, -2.03, -0.94];

impl Evidence {
    /// The numbers of the regression: a constant, then the evidence.
    #[must_use]
    pub fn features(&self) -> [f64; FEATURES] {
        #[expect(clippy::cast_precision_loss, reason = "a rank")]
        let rank = self.rank.max(1) as f64;
        let number = |is_so: bool| f64::from(u8::from(is_so));
        [
            1.0,
            self.score.max(LOWEST_SCORE).ln(),
            self.behind,
            rank.ln(),
            self.ahead,
            self.coverage.clamp(0.0, 1.0),
            number(self.is_of_another),
            number(self.is_in_context),
        ]
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
    fn better_evidence_is_more_confidence() {
        let some = Evidence {
            score: 0.3,
            behind: 0.1,
            ahead: 0.02,
            rank: 2,
            coverage: 0.3,
            is_of_another: true,
            is_in_context: false,
        };
        for more in [
            Evidence { score: 0.5, ..some },
            Evidence { behind: 0.0, ..some },
            Evidence { ahead: 0.1, ..some },
            Evidence { rank: 1, ..some },
            Evidence { is_of_another: false, ..some },
        ] {
            assert!(more.confidence() > some.confidence(), "{more:?}");
        }
    }

    #[test]
    fn the_same_text_is_likely_and_nothing_is_nearly_impossible() {
        let same = Evidence { score: 1.0, ahead: 0.5, rank: 1, coverage: 1.0, ..Evidence::default() };
        assert!(same.confidence() > 0.95, "{}", same.confidence());
        let twice = Evidence { ahead: 0.0, ..same };
        assert!(twice.confidence() > 0.75, "{}", twice.confidence());
        let nothing = Evidence { score: 0.02, behind: 0.05, rank: 9, coverage: 0.02, ..Evidence::default() };
        assert!(nothing.confidence() < 0.01, "{}", nothing.confidence());
    }

    #[test]
    fn what_is_no_number_of_a_hit_stays_a_probability() {
        for score in [0.0, 1.0] {
            for coverage in [0.0, 40.0] {
                let odd = Evidence { score, coverage, ..Evidence::default() };
                assert!((0.0..=1.0).contains(&odd.confidence()), "{odd:?}");
            }
        }
    }
}
