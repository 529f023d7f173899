//! Samples of one figure, and what is said of them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Times of one thing, in milliseconds.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Samples(Vec<f64>);

impl Samples {
    /// None yet.
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds one time.
    pub(crate) fn push(&mut self, elapsed: Duration) {
        self.0.push(elapsed.as_secs_f64() * 1e3);
    }

    /// Adds those of another.
    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The median, in milliseconds.
    pub(crate) fn p50(&self) -> f64 {
        self.quantile(0.50)
    }

    /// What nineteen in twenty stay under, in milliseconds.
    pub(crate) fn p95(&self) -> f64 {
        self.quantile(0.95)
    }

    /// What ninety-nine in a hundred stay under, in milliseconds.
    pub(crate) fn p99(&self) -> f64 {
        self.quantile(0.99)
    }

    /// The nearest-rank quantile. Not a number when there are no samples.
    fn quantile(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let rank = (share * sorted.len() as f64).ceil() as usize;
        sorted.get(rank.max(1) - 1).copied().unwrap_or(f64::NAN)
    }
}

impl FromIterator<f64> for Samples {
    fn from_iter<I: IntoIterator<Item = f64>>(times_ms: I) -> Self {
        Self(times_ms.into_iter().collect())
    }
}

/// Times of the parts of a floor that come one after the other: sample by sample their sum.
pub(crate) fn sum(parts: &[&Samples]) -> Samples {
    let shortest = parts.iter().map(|part| part.0.len()).min().unwrap_or(0);
    (0..shortest).map(|round| parts.iter().map(|part| part.0[round]).sum()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Samples, sum};

    #[test]
    fn quantiles_are_samples_by_nearest_rank() {
        let samples: Samples = (1..=20).map(f64::from).collect();
        assert_eq!(samples.p50(), 10.0);
        assert_eq!(samples.p95(), 19.0);
        assert_eq!((1..=200).map(f64::from).collect::<Samples>().p99(), 198.0);
        assert_eq!(Samples::from_iter([3.0]).p95(), 3.0);
    }

    #[test]
    fn a_sum_pairs_the_samples_of_one_round() {
        let (first, second) = (Samples::from_iter([1.0, 5.0]), Samples::from_iter([10.0, 1.0, 7.0]));
        let both = sum(&[&first, &second]);
        assert_eq!((both.len(), both.p50(), both.p95()), (2, 6.0, 11.0));
    }
}
