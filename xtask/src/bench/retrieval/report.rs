//! What was found, as Markdown.

use engine::{Grouping, Mode};
use ranking::Weights;

use super::locomo::ADVERSARIAL;
use super::measure::{Measures, interval, measures};
use super::run::Asked;
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

/// Each mode over all questions, through the whole product.
pub(crate) fn modes(world: &World) -> Result<(), String> {
    let count: usize = world.shelves.iter().map(|(_, case)| case.questions.len()).sum();
    println!(
        "### LoCoMo {}: {count} questions\n\n| mode {HEADING}\n|---|---:|---|---:|---:|---:|---:|",
        world.name
    );
    for mode in Mode::ALL {
        let asked = world.ask(mode, Grouping::None)?;
        println!("| `{}` {}", mode.name(), cells(&measures(&asked)));
        if mode == Mode::default() {
            same(&asked, &world.replay(&Weights::default(), Grouping::None))?;
        }
    }
    println!();
    Ok(())
}

/// Whole sessions, each by its best turn.
pub(crate) fn sessions(world: &World) -> Result<(), String> {
    println!(
        "### LoCoMo sessions, found by their turns\n\n| mode {HEADING}\n|---|---:|---|---:|---:|---:|---:|"
    );
    let (mode, grouping) = (Mode::default(), Grouping::Conversation);
    let asked = world.ask(mode, grouping)?;
    same(&asked, &world.replay(&Weights::default(), grouping))?;
    println!("| `{}`, grouped {}\n", mode.name(), cells(&measures(&asked)));
    Ok(())
}

/// What was kept and put in order again must be what a search gives: all that is printed below rests on it.
fn same(asked: &[Asked], replayed: &[Asked]) -> Result<(), String> {
    let differ = asked.iter().zip(replayed).filter(|(asked, replayed)| asked.hits != replayed.hits).count();
    match (asked.len() == replayed.len(), differ) {
        (true, 0) => Ok(()),
        _ => Err(format!("{differ} of {} searches differ from what was kept of them", asked.len())),
    }
}

/// Each kind of question.
pub(crate) fn categories(world: &World) {
    println!(
        "### LoCoMo {}, by kind of question\n\n| kind | questions {HEADING}\n|---|---:|---:|---|---:|---:|---:|---:|",
        world.name
    );
    let asked = world.replay(&Weights::default(), Grouping::None);
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
}

/// Paraphrases and fragments of notes.
pub(crate) fn notes(world: &World) -> Result<(), String> {
    println!("### Notes in other words: 133 paraphrases and 1,000 fragments of 1,000 notes\n");
    println!("| mode | paraphrases @1 | @5 | @10 | fragments @3 |\n|---|---:|---:|---:|---:|");
    for mode in Mode::ALL {
        let [one, five, ten, fragments] = recall_of_notes(&world.ask(mode, Grouping::None)?);
        println!("| `{}` | {one:.3} | {five:.3} | {ten:.3} | {fragments:.3} |", mode.name());
    }
    println!();
    Ok(())
}

/// Paraphrases among the first, five and ten, and fragments among the first three.
pub(crate) fn recall_of_notes(asked: &[Asked]) -> [f64; 4] {
    let share = |category: &str, within: usize| {
        let own: Vec<_> = asked.iter().filter(|one| one.category == category).collect();
        let is_found = |one: &&&Asked| one.hits.iter().take(within).any(|hit| one.evidence[0].contains(hit));
        own.iter().filter(is_found).count() as f64 / own.len() as f64
    };
    [share("paraphrase", 1), share("paraphrase", 5), share("paraphrase", 10), share("fragment", 3)]
}

/// What each part is worth: the difference without it, over the same questions. Adversarial ones attribute to one person what
/// another said: their evidence is no answer. So the others are told by themselves.
pub(crate) fn ablation(turns: &World, observations: &World, notes: &World) {
    println!("### What each part is worth\n");
    println!(
        "| weights | turns R@5 | difference, 95 % of draws | with an answer R@5 | difference, 95 % of draws | turns R@10 | sessions R@5 | observations R@5 | paraphrases @5 | fragments @3 |"
    );
    println!("|---|---:|---|---:|---|---:|---:|---:|---:|---:|");
    let asked = turns.replay(&Weights::default(), Grouping::None);
    let has_answer = |number: &usize| asked[*number].category != ADVERSARIAL;
    let every: Vec<usize> = (0..asked.len()).collect();
    let answered: Vec<usize> = every.iter().copied().filter(has_answer).collect();
    let whole = measures(&asked);
    for (name, weights) in std::iter::once(("everything", Weights::default())).chain(ablations()) {
        let own = measures(&turns.replay(&weights, Grouping::None));
        let mean =
            |world: &World, grouping| Measures::mean(&measures(&world.replay(&weights, grouping))).recall[0];
        let noted = recall_of_notes(&notes.replay(&weights, Grouping::None));
        print!("| {name} ");
        for questions in [&every, &answered] {
            let recall = |all: &[Measures]| Measures::mean(questions.iter().map(|one| &all[*one])).recall[0];
            let difference = |one: &usize| own[*one].recall[0] - whole[*one].recall[0];
            let (low, high) = interval(&questions.iter().map(difference).collect::<Vec<_>>());
            let (own, whole) = (recall(&own), recall(&whole));
            print!("| {own:.3} | {:+.3} ({low:+.3} to {high:+.3}) ", own - whole);
        }
        println!(
            "| {:.3} | {:.3} | {:.3} | {:.3} | {:.3} |",
            Measures::mean(&own).recall[1],
            mean(turns, Grouping::Conversation),
            mean(observations, Grouping::None),
            noted[1],
            noted[3],
        );
    }
    println!();
}
