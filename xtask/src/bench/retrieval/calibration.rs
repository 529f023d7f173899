//! The regression behind the confidence of a hit (`ranking::Evidence`).
//!
//! The examples are the hits of each question in its own store, where some are the answer, and as many in the store of
//! another conversation, where none can be. Notes are asked for by their paraphrases, and the questions of conversations
//! are put to them. The regression is fitted by Newton's method with a small ridge.

use ranking::{Evidence, FEATURES};

use super::World;
use super::record::Records;
use super::run::HITS as LIMIT;

/// How many hits of a question are examples.
const HITS: usize = 5;
const STEPS: usize = 30;
const RIDGE: f64 = 1e-3;
/// How many classes of confidence are told.
const CLASSES: usize = 10;

/// A hit, and whether it answers its question.
#[derive(Clone, Copy)]
struct Example {
    /// The conversation that its question is about; the notes are one more.
    case: usize,
    evidence: Evidence,
    is_answer: bool,
}

/// Prints the constants, and how reliable they are: those in use, and those fitted without the conversation they are
/// held against.
pub(crate) fn report(turns: &World, notes: &World) -> Result<(), String> {
    let examples = examples(turns, notes)?;
    let constants = fit(&examples).ok_or("the regression has no solution")?;
    println!(
        "### Confidence\n\nFitted on {} hits: {constants:.2?} (a constant, logarithm of the score, behind, cosine).\n",
        examples.len()
    );
    let in_use: Vec<(f64, bool)> =
        examples.iter().map(|example| (example.evidence.confidence(), example.is_answer)).collect();
    let mut left_out = Vec::with_capacity(examples.len());
    for case in 0..=turns.shelves.len() {
        let others: Vec<Example> = examples.iter().filter(|example| example.case != case).copied().collect();
        let constants = fit(&others).ok_or("the regression has no solution")?;
        let own = examples.iter().filter(|example| example.case == case);
        left_out.extend(own.map(|example| (probability(&constants, &example.evidence), example.is_answer)));
    }
    println!(
        "| said | hits | constants in use: right | fitted without the conversation: hits | right |\n|---|---:|---:|---:|---:|"
    );
    let (used, out) = (classes(&in_use), classes(&left_out));
    for (class, (used, out)) in used.iter().zip(&out).enumerate() {
        let (from, to) = (class as f64 / CLASSES as f64, (class + 1) as f64 / CLASSES as f64);
        println!("| {from:.1} to {to:.1} | {} | {:.2} | {} | {:.2} |", used.0, used.1, out.0, out.1);
    }
    println!(
        "\nBrier score {:.4} in use, {:.4} left out; mean distance of what is said from what is right {:.3} and {:.3}.\n",
        brier(&in_use),
        brier(&left_out),
        distance(&in_use),
        distance(&left_out)
    );
    abstention(&examples);
    Ok(())
}

fn examples(turns: &World, notes: &World) -> Result<Vec<Example>, String> {
    let mut examples = Vec::new();
    let mut take = |case: usize, records: &Records| {
        for (evidence, is_answer) in records.evidence(HITS) {
            examples.push(Example { case, evidence, is_answer });
        }
    };
    let count = turns.shelves.len();
    for number in 0..count {
        take(number, &turns.records[number]);
        let mut strange = turns.shelves[number].1.questions.clone();
        strange.iter_mut().for_each(|question| question.evidence.clear());
        take(number, &Records::of(&turns.shelves[(number + 1) % count], number, &strange, LIMIT)?);
    }
    let shelf = &notes.shelves[0];
    let mut asked: Vec<_> =
        shelf.1.questions.iter().filter(|question| question.category == "paraphrase").cloned().collect();
    let own = asked.len();
    let strange = turns.shelves.iter().flat_map(|(_, case)| &case.questions).step_by(15).take(own);
    asked.extend(
        strange.map(|question| super::question::Question { evidence: Vec::new(), ..question.clone() }),
    );
    take(count, &Records::of(shelf, count, &asked, LIMIT)?);
    Ok(examples)
}

/// The best hits of the stores that can answer, and of those that cannot: how well a threshold tells them apart.
fn abstention(examples: &[Example]) {
    println!("| `min_confidence` | answers kept | others kept |\n|---:|---:|---:|");
    for threshold in [0.05, 0.1, 0.2, 0.3, 0.5] {
        let kept = |is_answer: bool| {
            let own: Vec<&Example> =
                examples.iter().filter(|example| example.is_answer == is_answer).collect();
            let above = own.iter().filter(|example| example.evidence.confidence() >= threshold).count();
            above as f64 / own.len() as f64
        };
        println!("| {threshold} | {:.2} | {:.2} |", kept(true), kept(false));
    }
    println!();
}

fn probability(constants: &[f64; FEATURES], evidence: &Evidence) -> f64 {
    let sum: f64 = evidence.features().iter().zip(constants).map(|(feature, weight)| feature * weight).sum();
    1.0 / (1.0 + (-sum).exp())
}

/// Newton's method for the logistic regression.
fn fit(examples: &[Example]) -> Option<[f64; FEATURES]> {
    let mut constants = [0.0; FEATURES];
    for _ in 0..STEPS {
        let (mut gradient, mut curvature) = ([0.0; FEATURES], [[0.0; FEATURES]; FEATURES]);
        for example in examples {
            let (features, said) = (example.evidence.features(), probability(&constants, &example.evidence));
            let error = f64::from(u8::from(example.is_answer)) - said;
            for row in 0..FEATURES {
                gradient[row] += error * features[row];
                for column in 0..FEATURES {
                    curvature[row][column] += said * (1.0 - said) * features[row] * features[column];
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

/// For each class of confidence, how many hits were said to be of it, and the share of them that was right.
fn classes(said: &[(f64, bool)]) -> Vec<(usize, f64)> {
    let class = |said: f64| ((said * CLASSES as f64) as usize).min(CLASSES - 1);
    let of = |number: usize| {
        let own: Vec<bool> =
            said.iter().filter(|(said, _)| class(*said) == number).map(|one| one.1).collect();
        let right = own.iter().filter(|is_answer| **is_answer).count();
        (own.len(), right as f64 / own.len().max(1) as f64)
    };
    (0..CLASSES).map(of).collect()
}

fn brier(said: &[(f64, bool)]) -> f64 {
    let error = |(said, is_answer): &(f64, bool)| (said - f64::from(u8::from(*is_answer))).powi(2);
    said.iter().map(error).sum::<f64>() / said.len() as f64
}

/// The expected calibration error.
fn distance(said: &[(f64, bool)]) -> f64 {
    let class = |said: f64| ((said * CLASSES as f64) as usize).min(CLASSES - 1);
    let (mut sums, mut rights) = ([0.0; CLASSES], [0.0; CLASSES]);
    for (said, is_answer) in said {
        sums[class(*said)] += said;
        rights[class(*said)] += f64::from(u8::from(*is_answer));
    }
    let apart: f64 = sums.iter().zip(rights).map(|(sum, right)| (sum - right).abs()).sum();
    apart / said.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_regression_finds_what_made_its_examples() {
        let truth = [1.0, 2.0, 0.0, 1.0];
        let examples: Vec<Example> = (0..40_000_u32)
            .map(|n| {
                let share = |prime: u32| f64::from(n.wrapping_mul(prime) % 1009) / 1009.0;
                let evidence = Evidence { score: share(37), behind: share(211), cosine: share(613) };
                let is_answer =
                    f64::from(n.wrapping_mul(7919) % 997) / 997.0 < probability(&truth, &evidence);
                Example { case: 0, evidence, is_answer }
            })
            .collect();
        let found = fit(&examples).unwrap();
        assert!(found.iter().zip(truth).all(|(found, truth)| (found - truth).abs() < 0.2), "{found:?}");
    }

    #[test]
    fn what_is_said_is_held_against_what_is_right() {
        let said = [(0.05, false), (0.95, true), (0.95, false), (1.0, true)];
        assert_eq!(classes(&said)[0], (1, 0.0));
        assert_eq!(classes(&said)[9], (3, 2.0 / 3.0));
        assert!((distance(&said) - (0.05 + 0.9) / 4.0).abs() < 1e-9);
    }
}
