//! What was found, as Markdown.

use engine::Mode;

use super::measure::{Measures, interval, measures};
use super::question::Case;
use super::run::{self, Setting};
use super::shelf::Shelf;
use super::{World, ablations};

const HEADING: &str = "| R@5 | 95 % of draws | R@10 | MRR | any @5 | all @5 |";

fn cells(all: &[Measures]) -> String {
    let mean = Measures::mean(all);
    let (low, high) = interval(&all.iter().map(|one| one.recall[0]).collect::<Vec<_>>());
    format!(
        "| {:.3} | {low:.3} to {high:.3} | {:.3} | {:.3} | {:.3} | {:.3} |",
        mean.recall[0], mean.recall[1], mean.reciprocal_rank, mean.any, mean.all
    )
}

/// Each mode over all questions.
pub(crate) fn modes(world: &World, settings: &[Setting]) -> Result<(), String> {
    let count: usize = world.shelves.iter().map(|(_, case)| case.questions.len()).sum();
    println!(
        "### LoCoMo {}: {count} questions\n\n| mode {HEADING}\n|---|---:|---|---:|---:|---:|---:|",
        world.name
    );
    for setting in settings {
        println!("| `{}` {}", setting.mode.name(), cells(&measures(&world.ask(setting)?)));
    }
    println!();
    Ok(())
}

/// The same for whole sessions, by the best turn of each.
pub(crate) fn modes_of_sessions(world: &World, settings: &[Setting]) -> Result<(), String> {
    println!(
        "### LoCoMo sessions, found by their turns\n\n| mode {HEADING}\n|---|---:|---|---:|---:|---:|---:|"
    );
    let has_groups = |setting: &&Setting| setting.mode == Mode::Hybrid;
    for setting in settings.iter().filter(has_groups) {
        println!("| `{}`, grouped {}", setting.mode.name(), cells(&measures(&world.ask(setting)?)));
    }
    println!();
    Ok(())
}

/// Each kind of question.
pub(crate) fn categories(world: &World, setting: &Setting) -> Result<(), String> {
    println!(
        "### LoCoMo {}, by kind of question\n\n| kind | questions {HEADING}\n|---|---:|---:|---|---:|---:|---:|---:|",
        world.name
    );
    let asked = world.ask(setting)?;
    let mut names: Vec<&str> = Vec::new();
    for one in &asked {
        if !names.contains(&one.category) {
            names.push(one.category);
        }
    }
    names.sort_unstable();
    for name in names {
        let own: Vec<Measures> = asked.iter().filter(|one| one.category == name).map(Measures::of).collect();
        println!("| {name} | {} {}", own.len(), cells(&own));
    }
    println!();
    Ok(())
}

/// Paraphrases and fragments of notes.
pub(crate) fn notes(shelves: &[(Shelf, Case)]) -> Result<(), String> {
    println!("### Notes in other words: 133 paraphrases and 1,000 fragments of 1,000 notes\n");
    println!("| mode | paraphrases @1 | @5 | @10 | fragments @3 |\n|---|---:|---:|---:|---:|");
    for mode in Mode::ALL {
        let [one, five, ten, fragments] = recall_of_notes(shelves, &Setting { mode, ..Setting::default() })?;
        println!("| `{}` | {one:.3} | {five:.3} | {ten:.3} | {fragments:.3} |", mode.name());
    }
    println!();
    Ok(())
}

/// Paraphrases among the first, five and ten, and fragments among the first three.
fn recall_of_notes(shelves: &[(Shelf, Case)], setting: &Setting) -> Result<[f64; 4], String> {
    let asked = run::ask(shelves, setting)?;
    let share = |category: &str, within: usize| {
        let own: Vec<_> = asked.iter().filter(|one| one.category == category).collect();
        let is_found =
            |one: &&&run::Asked| one.hits.iter().take(within).any(|hit| one.evidence[0].contains(hit));
        own.iter().filter(is_found).count() as f64 / own.len() as f64
    };
    Ok([share("paraphrase", 1), share("paraphrase", 5), share("paraphrase", 10), share("fragment", 3)])
}

/// What each part is worth: the difference without it, over the same questions.
pub(crate) fn ablation(turns: &World, observations: &World, notes: &World) -> Result<(), String> {
    println!("### What each part is worth\n");
    println!(
        "| setting | turns R@5 | difference, 95 % of draws | turns R@10 | observations R@5 | paraphrases @5 | fragments @3 |"
    );
    println!("|---|---:|---|---:|---:|---:|---:|");
    let whole = measures(&turns.ask(&Setting::default())?);
    let settings = std::iter::once(("everything".to_owned(), Setting::default())).chain(ablations());
    for (name, setting) in settings {
        let own = measures(&turns.ask(&setting)?);
        let differences: Vec<f64> =
            own.iter().zip(&whole).map(|(own, whole)| own.recall[0] - whole.recall[0]).collect();
        let (low, high) = interval(&differences);
        let (mean, observed) = (Measures::mean(&own), measures(&observations.ask(&setting)?));
        let noted = recall_of_notes(&notes.shelves, &setting)?;
        println!(
            "| {name} | {:.3} | {:+.3} ({low:+.3} to {high:+.3}) | {:.3} | {:.3} | {:.3} | {:.3} |",
            mean.recall[0],
            mean.recall[0] - Measures::mean(&whole).recall[0],
            mean.recall[1],
            Measures::mean(&observed).recall[0],
            noted[1],
            noted[3],
        );
    }
    println!();
    Ok(())
}
