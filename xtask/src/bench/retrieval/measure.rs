//! Recall, reciprocal rank, and how sure they are.

use super::run::Asked;

/// How often questions are drawn again for an interval.
const DRAWS: usize = 2_000;
/// The share of draws inside an interval.
const CONFIDENCE: f64 = 0.95;

/// What one question, or the mean of many, reached.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Measures {
    /// The share of the evidence among the first five, and the first ten.
    pub(crate) recall: [f64; 2],
    /// Whether any of it is among the first five.
    pub(crate) any: f64,
    /// Whether all of it is among the first five.
    pub(crate) all: f64,
    /// One over the rank of the first hit with any of it, 0 beyond the tenth.
    pub(crate) reciprocal_rank: f64,
}

/// Where the measures are taken.
const CUTS: [usize; 2] = [5, 10];

impl Measures {
    /// What a question reached. Evidence that no memory has cannot be found, and counts all the same.
    pub(crate) fn of(asked: &Asked) -> Self {
        let found = |cut: usize| {
            let hits = &asked.stands_for[..asked.stands_for.len().min(cut)];
            let has = |piece: &&Vec<usize>| piece.iter().any(|memory| hits.contains(memory));
            share(asked.evidence.iter().filter(has).count(), asked.evidence.len())
        };
        let is_evidence = |hit: &usize| asked.evidence.iter().any(|piece| piece.contains(hit));
        let rank = asked.stands_for.iter().position(is_evidence);
        let recall = CUTS.map(found);
        Self {
            recall,
            any: f64::from(u8::from(recall[0] > 0.0)),
            all: f64::from(u8::from(recall[0] >= 1.0)),
            reciprocal_rank: rank.map_or(0.0, |rank| 1.0 / (rank + 1) as f64),
        }
    }

    /// The mean of many.
    pub(crate) fn mean<'m>(all: impl IntoIterator<Item = &'m Self>) -> Self {
        let (mut sum, mut count) = (Self::default(), 0_usize);
        for one in all {
            sum.recall[0] += one.recall[0];
            sum.recall[1] += one.recall[1];
            sum.any += one.any;
            sum.all += one.all;
            sum.reciprocal_rank += one.reciprocal_rank;
            count += 1;
        }
        let mean = |sum: f64| if count == 0 { 0.0 } else { sum / count as f64 };
        Self {
            recall: sum.recall.map(mean),
            any: mean(sum.any),
            all: mean(sum.all),
            reciprocal_rank: mean(sum.reciprocal_rank),
        }
    }
}

/// The measures of each question.
pub(crate) fn measures(asked: &[Asked]) -> Vec<Measures> {
    asked.iter().map(Measures::of).collect()
}

/// The interval of the mean of some values, by drawing them again (percentile bootstrap); the same in every run.
pub(crate) fn interval(values: &[f64]) -> (f64, f64) {
    if values.is_empty() {
        return (0.0, 0.0);
    }
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        // xorshift64*
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize
    };
    let mut means: Vec<f64> = (0..DRAWS)
        .map(|_| (0..values.len()).map(|_| values[next() % values.len()]).sum::<f64>() / values.len() as f64)
        .collect();
    means.sort_by(f64::total_cmp);
    let at = |share: f64| means[((DRAWS - 1) as f64 * share).round() as usize];
    let tail = (1.0 - CONFIDENCE) / 2.0;
    (at(tail), at(1.0 - tail))
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(hits: &[usize], evidence: &[&[usize]]) -> Asked {
        Asked {
            case: 0,
            category: "x",
            hits: hits.to_vec(),
            evidence: evidence.iter().map(|piece| piece.to_vec()).collect(),
            stands_for: hits.to_vec(),
        }
    }

    #[test]
    fn recall_is_the_share_of_the_evidence() {
        let one = Measures::of(&asked(&[9, 1, 8, 7, 6, 2], &[&[1], &[2, 3], &[]]));
        assert_eq!(one.recall, [1.0 / 3.0, 2.0 / 3.0]);
        assert_eq!((one.any, one.all, one.reciprocal_rank), (1.0, 0.0, 0.5));
        assert_eq!(Measures::of(&asked(&[4, 1], &[&[1, 4]])).all, 1.0);
        assert_eq!(Measures::of(&asked(&[], &[&[1]])), Measures::default());
    }

    #[test]
    fn an_interval_holds_the_mean_and_is_narrower_with_more_values() {
        let some: Vec<f64> = (0..100).map(|n| f64::from(n % 2)).collect();
        let many: Vec<f64> = (0..10_000).map(|n| f64::from(n % 2)).collect();
        let (low, high) = interval(&some);
        assert!(low < 0.5 && 0.5 < high, "{low} {high}");
        let (lower, higher) = interval(&many);
        assert!(higher - lower < (high - low) / 5.0);
        assert_eq!(interval(&[0.25; 9]), (0.25, 0.25));
    }
}
