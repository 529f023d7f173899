//! Whether the settings fit the conversations that they were chosen on, or conversations.
//!
//! Every combination of a weight of words and a part left out is a setting that could have been chosen. For each
//! conversation the one is taken that is best for all others, and measured on it.

use super::measure::{Measures, measures};
use super::run::Setting;
use super::{World, ablations};

/// Weights of words that could have been chosen.
const WEIGHTS: [f64; 5] = [0.3, 0.4, 0.5, 0.6, 0.7];

/// Prints the figure of the settings in use, of the best for all conversations, and of the best for the others of each.
pub(crate) fn report(world: &World) -> Result<(), String> {
    let parts: Vec<Setting> = std::iter::once(Setting::default())
        .chain(ablations().into_iter().map(|(_, setting)| setting))
        .collect();
    let with = |setting: &Setting| WEIGHTS.map(|word_weight| Setting { word_weight, ..setting.clone() });
    let settings: Vec<Setting> = parts.iter().flat_map(with).collect();
    let mut results: Vec<Vec<(usize, Measures)>> = Vec::with_capacity(settings.len());
    for setting in &settings {
        let asked = world.ask(setting)?;
        let all = measures(&asked);
        results.push(asked.iter().map(|one| one.case).zip(all).collect());
    }
    let recall = |result: &[(usize, Measures)], takes: &dyn Fn(usize) -> bool| {
        Measures::mean(result.iter().filter(|(case, _)| takes(*case)).map(|(_, one)| one)).recall[0]
    };
    let best = |takes: &dyn Fn(usize) -> bool| {
        let scores = results.iter().map(|result| recall(result, takes));
        scores.enumerate().max_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(number, _)| number)
    };
    let in_sample = best(&|_| true);
    let left_out: Vec<Measures> = (0..world.shelves.len())
        .flat_map(|out| {
            let chosen = best(&|case| case != out);
            results[chosen].iter().filter(move |(case, _)| *case == out).map(|(_, one)| *one)
        })
        .collect();
    let in_use = settings.iter().position(|setting| {
        setting.without.is_empty() && (setting.word_weight - Setting::default().word_weight).abs() < 1e-9
    });
    println!("### Settings chosen on some conversations, measured on others\n");
    println!("| settings, of {} | turns R@5 |\n|---|---:|", settings.len());
    if let Some(in_use) = in_use {
        println!("| in use, the same for everything | {:.3} |", recall(&results[in_use], &|_| true));
    }
    println!("| the best for all conversations | {:.3} |", recall(&results[in_sample], &|_| true));
    println!(
        "| for each conversation, the best for the others | {:.3} |\n",
        Measures::mean(&left_out).recall[0]
    );
    Ok(())
}
