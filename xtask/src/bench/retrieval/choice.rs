//! What weights that are chosen on some conversations are worth for one that was left out.
//!
//! For each conversation all weights are chosen on the others alone, from a start at which no part counts, and measured on it. The
//! choice goes through the weights one after the other, takes the best value of each, and begins again until nothing changes.

use std::collections::HashMap;

use engine::Grouping;
use ranking::Weights;

use super::measure::{Measures, measures};
use super::record::Records;
use super::run::HITS;
use super::{World, records, replay};

/// How often the weights are gone through at most.
const ROUNDS: usize = 4;

/// A weight, the values that it could have, and how it is set.
struct Knob {
    name: &'static str,
    values: &'static [f64],
    set: fn(&mut Weights, f64),
}

/// How many candidates each leg brings: the last of the choices, as they must be searched for.
const DEPTHS: [u32; 2] = [HITS, 200];

const KNOBS: [Knob; 8] = [
    Knob {
        name: "words (meaning the rest)",
        values: &[0.5, 0.3, 0.4, 0.6, 0.7],
        set: |weights, value| (weights.words, weights.meaning) = (value, 1.0 - value),
    },
    Knob {
        name: "exponent",
        values: &[1.0, 1.2, 1.4, 1.6, 2.0],
        set: |weights, value| weights.exponent = value,
    },
    Knob {
        name: "words of a neighbour (half at distance 2)",
        values: &[0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7],
        set: |weights, value| weights.near_words = [value, value / 2.0],
    },
    Knob {
        name: "meaning of neighbours",
        values: &[0.0, 0.25, 0.5, 0.75, 1.0],
        set: |weights, value| weights.near_meaning = value,
    },
    Knob {
        name: "at distance 2",
        values: &[0.0, 0.5, 1.0],
        set: |weights, value| weights.far_meaning = value,
    },
    Knob { name: "names", values: &[0.0, 0.025, 0.05, 0.1], set: |weights, value| weights.named = value },
    Knob { name: "time", values: &[0.0, 0.025, 0.05, 0.1], set: |weights, value| weights.timely = value },
    Knob {
        name: "conversation",
        values: &[0.0, 0.1, 0.2, 0.3, 0.4, 0.5],
        set: |weights, value| weights.conversation = value,
    },
];

/// Which value each weight has, and which depth.
type Setting = [usize; KNOBS.len() + 1];

/// How many values a place of a setting has.
fn values_at(place: usize) -> usize {
    KNOBS.get(place).map_or(DEPTHS.len(), |knob| knob.values.len())
}

/// What was measured with each setting that was looked at: for each question, its conversation and what it reached.
struct Looked<'w> {
    /// What was found, by depth.
    found: [&'w [Records]; DEPTHS.len()],
    all: HashMap<Setting, Vec<(usize, Measures)>>,
}

impl Looked<'_> {
    fn at(&mut self, setting: Setting) -> &[(usize, Measures)] {
        self.all.entry(setting).or_insert_with(|| {
            let found = self.found[setting[KNOBS.len()]];
            let asked = replay(found, &weights(&setting), Grouping::None);
            asked.iter().map(|one| one.case).zip(measures(&asked)).collect()
        })
    }

    /// Recall at 5 over the conversations that are taken.
    fn recall(&mut self, setting: Setting, takes: &dyn Fn(usize) -> bool) -> f64 {
        let own = self.at(setting).iter().filter(|(case, _)| takes(*case));
        Measures::mean(own.map(|(_, one)| one)).recall[0]
    }

    /// The best setting for the conversations that are taken.
    fn best(&mut self, takes: &dyn Fn(usize) -> bool) -> Setting {
        let mut setting = Setting::default();
        for _ in 0..ROUNDS {
            let before = setting;
            for place in 0..setting.len() {
                let mut best = self.recall(setting, takes);
                for value in 0..values_at(place) {
                    let mut other = setting;
                    other[place] = value;
                    let recall = self.recall(other, takes);
                    if recall > best {
                        (best, setting) = (recall, other);
                    }
                }
            }
            if setting == before {
                break;
            }
        }
        setting
    }
}

fn weights(setting: &Setting) -> Weights {
    let mut weights = Weights::default();
    for (knob, value) in KNOBS.iter().zip(setting) {
        (knob.set)(&mut weights, knob.values[*value]);
    }
    weights
}

/// Prints what was chosen without each conversation, and what it is worth there beside the weights in use.
pub(crate) fn report(world: &World) -> Result<(), String> {
    let in_use = world.replay(&Weights::default(), Grouping::None);
    let in_use: Vec<(usize, Measures)> = in_use.iter().map(|one| one.case).zip(measures(&in_use)).collect();
    let deep = records(&world.shelves, DEPTHS[1])?;
    let mut looked = Looked { found: [&world.records, &deep], all: HashMap::new() };
    println!("### Weights chosen on nine conversations, measured on the tenth\n");
    let names: Vec<&str> = KNOBS.iter().map(|knob| knob.name).collect();
    println!("| left out | {} | candidates | R@5 | in use |", names.join(" | "));
    println!("|---|{}---:|---:|---:|", "---:|".repeat(KNOBS.len()));
    let mut left_out: Vec<Measures> = Vec::new();
    for out in 0..world.shelves.len() {
        let chosen = looked.best(&|case| case != out);
        let own = looked.at(chosen).iter().filter(|(case, _)| *case == out).map(|(_, one)| *one);
        let own: Vec<Measures> = own.collect();
        let used = in_use.iter().filter(|(case, _)| *case == out).map(|(_, one)| one);
        let (reached, used) = (Measures::mean(&own).recall[0], Measures::mean(used).recall[0]);
        println!("| {} | {} | {reached:.3} | {used:.3} |", out + 1, values(&chosen));
        left_out.extend(own);
    }
    let best = looked.best(&|_| true);
    let of_best = looked.recall(best, &|_| true);
    let of_use = Measures::mean(in_use.iter().map(|(_, one)| one)).recall[0];
    println!("| none | {} | {of_best:.3} | {of_use:.3} |\n", values(&best));
    let of_left_out = Measures::mean(&left_out).recall[0];
    println!(
        "Turns R@5: {of_use:.3} with the weights in use, {of_best:.3} with the best for all ten, {of_left_out:.3} with those chosen on nine for the tenth: {:+.3} and {:+.3}. {} settings were measured.\n",
        of_left_out - of_use,
        of_left_out - of_best,
        looked.all.len()
    );
    Ok(())
}

fn values(setting: &Setting) -> String {
    let values = KNOBS.iter().zip(setting).map(|(knob, value)| knob.values[*value].to_string());
    let depth = DEPTHS[setting[KNOBS.len()]].max(100);
    format!("{} | {depth}", values.collect::<Vec<_>>().join(" | "))
}
