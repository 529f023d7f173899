//! The regression behind the confidence of a hit: Newton's method with a small ridge.

use ranking::{Evidence, FEATURES};

use super::Example;

const STEPS: usize = 30;
const RIDGE: f64 = 1e-2;

pub(crate) fn probability(constants: &[f64; FEATURES], evidence: &Evidence) -> f64 {
    let sum: f64 = evidence.features().iter().zip(constants).map(|(feature, weight)| feature * weight).sum();
    1.0 / (1.0 + (-sum).exp())
}

/// Newton's method for the logistic regression.
pub(crate) fn fit(examples: &[Example]) -> Option<[f64; FEATURES]> {
    let mut constants = [0.0; FEATURES];
    for _ in 0..STEPS {
        let (mut gradient, mut curvature) = ([0.0; FEATURES], [[0.0; FEATURES]; FEATURES]);
        for example in examples {
            let (features, said) = (example.evidence.features(), probability(&constants, &example.evidence));
            let error = f64::from(u8::from(example.is_answer)) - said;
            let weight = example.weight();
            for row in 0..FEATURES {
                gradient[row] += weight * error * features[row];
                for column in 0..FEATURES {
                    let both = features[row] * features[column];
                    curvature[row][column] += weight * said * (1.0 - said) * both;
                }
            }
        }
        for row in 0..FEATURES {
            gradient[row] -= RIDGE * constants[row];
            curvature[row][row] += RIDGE;
        }
        let step = solve(curvature, gradient)?;
        constants.iter_mut().zip(step).for_each(|(constant, step)| *constant += step);
    }
    Some(constants)
}

/// Gaussian elimination with pivots.
fn solve(mut matrix: [[f64; FEATURES]; FEATURES], mut right: [f64; FEATURES]) -> Option<[f64; FEATURES]> {
    for column in 0..FEATURES {
        let pivot = (column..FEATURES)
            .max_by(|a, b| matrix[*a][column].abs().total_cmp(&matrix[*b][column].abs()))?;
        if matrix[pivot][column].abs() < 1e-12 {
            return None;
        }
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        let row = matrix[column];
        for below in column + 1..FEATURES {
            let factor = matrix[below][column] / row[column];
            matrix[below].iter_mut().zip(row).for_each(|(cell, above)| *cell -= factor * above);
            right[below] -= factor * right[column];
        }
    }
    for row in (0..FEATURES).rev() {
        let known: f64 = (row + 1..FEATURES).map(|column| matrix[row][column] * right[column]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;

    #[test]
    fn a_regression_finds_what_made_its_examples() {
        let truth = [1.0, 2.0, 0.0, 0.0, 1.0, -1.0, 0.5, 0.0];
        let examples: Vec<Example> = (0..40_000_u32)
            .map(|n| {
                let share = |prime: u32| f64::from(n.wrapping_mul(prime) % 1009) / 1009.0;
                let evidence = Evidence {
                    score: share(37),
                    behind: share(211),
                    ahead: share(613),
                    rank: n as usize % 5 + 1,
                    coverage: share(401),
                    is_of_another: n % 3 == 0,
                    is_in_context: n % 7 < 3,
                };
                let is_answer =
                    f64::from(n.wrapping_mul(7919) % 997) / 997.0 < probability(&truth, &evidence);
                Example { fold: 0, kind: Kind::Turn, question: 0, evidence, is_answer }
            })
            .collect();
        let found = fit(&examples).unwrap();
        assert!(found.iter().zip(truth).all(|(found, truth)| (found - truth).abs() < 0.25), "{found:?}");
    }
}
