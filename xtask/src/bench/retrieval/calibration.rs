//! The regression behind the confidence of a hit (`ranking::Evidence`), and how reliable it is.
//!
//! The examples are the first hits of each question in its own store, where some are the answer, and in the store of another
//! conversation, where none can be. Those of adversarial questions are none: another said it than they say. Notes are asked
//! for by paraphrases and fragments, and questions of conversations are put to them. There are fewer notes, and each counts
//! more, so that both count about the same together.

mod regression;

use std::collections::BTreeMap;

use ranking::{Evidence, FEATURES};

use super::World;
use super::locomo::ADVERSARIAL;
use super::question::Question;
use super::record::Records;
use super::run;

use regression::{fit, probability};

/// How many hits of a question are examples.
const HITS: usize = 5;
/// How much a hit among notes counts against one among turns.
const WEIGHT_OF_NOTES: f64 = 8.0;
/// Into how many parts the notes' questions are split, each of which is left out once.
const PARTS_OF_NOTES: usize = 5;
/// One of so many fragments is put to the notes.
const FRAGMENTS: usize = 8;
/// One of so many questions of conversations is put to the notes.
const STRANGE: usize = 15;
/// How many classes of confidence are told.
const CLASSES: usize = 10;
/// From which confidence on hits are kept.
const THRESHOLDS: [f64; 6] = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5];

/// What kind of question was put to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// To the turns that have its answer.
    Turn,
    /// To the turns that it was made of, though they have no answer.
    Adversarial,
    /// To the turns of another conversation.
    StrangeTurn,
    Paraphrase,
    Fragment,
    /// Of a conversation, to the notes.
    StrangeNote,
}

/// A hit, and whether it answers its question.
#[derive(Debug, Clone, Copy)]
struct Example {
    /// With which others it is left out: those of its conversation, or of its part of the notes.
    fold: usize,
    kind: Kind,
    question: usize,
    evidence: Evidence,
    is_answer: bool,
}

/// How likely an answer a hit was said to be, and whether it is one.
type Said = (f64, bool);

impl Kind {
    fn is_of_notes(self) -> bool {
        matches!(self, Self::Paraphrase | Self::Fragment | Self::StrangeNote)
    }
}

impl Example {
    fn weight(&self) -> f64 {
        if self.kind.is_of_notes() { WEIGHT_OF_NOTES } else { 1.0 }
    }
}

/// Prints the constants, and how reliable they are: those in use, and those fitted without what they are held against.
pub(crate) fn report(turns: &World, notes: &World) -> Result<(), String> {
    let examples = examples(turns, notes)?;
    let constants = fit(&examples).ok_or("the regression has no solution")?;
    println!(
        "### Confidence\n\nFitted on {} hits: {constants:.2?} (a constant, logarithm of the score, behind, logarithm of the rank, ahead, coverage, of another, in a conversation).\n",
        examples.len()
    );
    let in_use: Vec<f64> = examples.iter().map(|example| example.evidence.confidence()).collect();
    let left_out = left_out(&examples)?;
    reliability(&examples, &in_use, &left_out);
    println!("With those fitted without the conversation, or the part of the notes:\n");
    abstention(&examples, &left_out);
    Ok(())
}

/// What is said of each example by a regression that does not know its fold.
fn left_out(examples: &[Example]) -> Result<Vec<f64>, String> {
    let folds = examples.iter().map(|example| example.fold + 1).max().unwrap_or(0);
    let mut without: Vec<[f64; FEATURES]> = Vec::with_capacity(folds);
    for fold in 0..folds {
        let others: Vec<Example> = examples.iter().filter(|example| example.fold != fold).copied().collect();
        without.push(fit(&others).ok_or("the regression has no solution")?);
    }
    Ok(examples.iter().map(|example| probability(&without[example.fold], &example.evidence)).collect())
}

fn reliability(examples: &[Example], in_use: &[f64], left_out: &[f64]) {
    let of = |said: &[f64], is_of_notes: bool| -> Vec<Said> {
        let own = examples.iter().zip(said).filter(|(example, _)| example.kind.is_of_notes() == is_of_notes);
        own.map(|(example, said)| (*said, example.is_answer)).collect()
    };
    let columns = [of(left_out, false), of(left_out, true), of(in_use, false), of(in_use, true)];
    println!(
        "| said | turns, left out: hits | right | notes, left out: hits | right | turns, in use: hits | right | notes, in use: hits | right |\n|---|{}",
        "---:|".repeat(8)
    );
    let classes = columns.each_ref().map(|said| classes(said));
    for class in 0..CLASSES {
        let (from, to) = (class as f64 / CLASSES as f64, (class + 1) as f64 / CLASSES as f64);
        let cells = classes.iter().map(|column| format!("{} | {:.2}", column[class].0, column[class].1));
        println!("| {from:.1} to {to:.1} | {} |", cells.collect::<Vec<_>>().join(" | "));
    }
    let cells = |measure: fn(&[Said]) -> f64| {
        columns.iter().map(|said| format!("| {:.4} ", measure(said))).collect::<Vec<_>>().join("| ")
    };
    println!("| Brier score {}| |", cells(brier));
    println!("| mean distance of said and right {}| |\n", cells(distance));
}

fn examples(turns: &World, notes: &World) -> Result<Vec<Example>, String> {
    let mut examples: Vec<Example> = Vec::new();
    let mut question = 0;
    let mut take = |records: &Records, of: &dyn Fn(usize, &str) -> (usize, Kind)| {
        for (number, (hits, category)) in records.evidence(HITS).iter().zip(records.categories()).enumerate()
        {
            let (fold, kind) = of(number, category);
            let example = |(evidence, is_answer): &(Evidence, bool)| {
                let is_answer = *is_answer && kind != Kind::Adversarial;
                Example { fold, kind, question, evidence: *evidence, is_answer }
            };
            examples.extend(hits.iter().map(example));
            question += 1;
        }
    };
    let strange = |question: &Question| Question { evidence: Vec::new(), ..question.clone() };
    let count = turns.shelves.len();
    for (fold, (_, case)) in turns.shelves.iter().enumerate() {
        take(&turns.records[fold], &|_, category| match category {
            ADVERSARIAL => (fold, Kind::Adversarial),
            _ => (fold, Kind::Turn),
        });
        let questions: Vec<Question> = case.questions.iter().map(strange).collect();
        let other = &turns.shelves[(fold + 1) % count];
        take(&Records::of(other, fold, &questions, run::HITS)?, &|_, _| (fold, Kind::StrangeTurn));
    }
    let shelf = &notes.shelves[0];
    let of = |category: &str, step: usize| -> Vec<Question> {
        let own = shelf.1.questions.iter().filter(|question| question.category == category);
        own.step_by(step).cloned().collect()
    };
    let others = turns.shelves.iter().flat_map(|(_, case)| &case.questions).step_by(STRANGE);
    for (kind, questions) in [
        (Kind::Paraphrase, of("paraphrase", 1)),
        (Kind::Fragment, of("fragment", FRAGMENTS)),
        (Kind::StrangeNote, others.map(strange).collect()),
    ] {
        let records = Records::of(shelf, count, &questions, run::HITS)?;
        take(&records, &|number, _| (count + number % PARTS_OF_NOTES, kind));
    }
    Ok(examples)
}

/// How many questions keep a hit: an answer, where their first hits have one, and anything, where there is none.
fn abstention(examples: &[Example], said: &[f64]) {
    println!(
        "| `min_confidence` | turns: answers kept | paraphrases: answers kept | fragments: answers kept | adversarial: nothing given | another conversation's turns: nothing given | strange to the notes: nothing given |\n|---:|{}",
        "---:|".repeat(6)
    );
    for threshold in THRESHOLDS {
        let share = |kind: Kind, answers: bool| {
            let mut questions: BTreeMap<usize, bool> = BTreeMap::new();
            for (example, said) in examples.iter().zip(said) {
                if example.kind == kind && (example.is_answer || !answers) {
                    *questions.entry(example.question).or_default() |= *said >= threshold;
                }
            }
            let kept = questions.values().filter(|is_kept| **is_kept).count();
            kept as f64 / questions.len().max(1) as f64
        };
        let kept = [Kind::Turn, Kind::Paraphrase, Kind::Fragment].map(|kind| share(kind, true));
        let none =
            [Kind::Adversarial, Kind::StrangeTurn, Kind::StrangeNote].map(|kind| 1.0 - share(kind, false));
        let cells = kept.iter().chain(&none).map(|share| format!("{share:.2}"));
        println!("| {threshold} | {} |", cells.collect::<Vec<_>>().join(" | "));
    }
    println!();
}

/// The class of a confidence.
fn class(said: f64) -> usize {
    ((said * CLASSES as f64) as usize).min(CLASSES - 1)
}

/// For each class of confidence, how many hits were said to be of it, and the share of them that was right.
fn classes(said: &[Said]) -> Vec<(usize, f64)> {
    let of = |number: usize| {
        let own: Vec<bool> =
            said.iter().filter(|(said, _)| class(*said) == number).map(|one| one.1).collect();
        let right = own.iter().filter(|is_answer| **is_answer).count();
        (own.len(), right as f64 / own.len().max(1) as f64)
    };
    (0..CLASSES).map(of).collect()
}

fn brier(said: &[Said]) -> f64 {
    let error = |(said, is_answer): &Said| (said - f64::from(u8::from(*is_answer))).powi(2);
    said.iter().map(error).sum::<f64>() / said.len() as f64
}

/// The expected calibration error.
fn distance(said: &[Said]) -> f64 {
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
    fn what_is_said_is_held_against_what_is_right() {
        let said = [(0.05, false), (0.95, true), (0.95, false), (1.0, true)];
        assert_eq!(classes(&said)[0], (1, 0.0));
        assert_eq!(classes(&said)[9], (3, 2.0 / 3.0));
        assert!((distance(&said) - (0.05 + 0.9) / 4.0).abs() < 1e-9);
    }
}
