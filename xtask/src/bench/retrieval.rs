//! `cargo xtask bench retrieval --locomo <path>`: whether what was kept is found again.
//!
//! Through the real engine, the real store in a temporary directory and the encoder inside the binary. Two worlds must hold at once:
//! conversations (LoCoMo, whose file is not ours and is given by its path) and notes that are asked for in other words
//! (the project's corpus).
//!
//! | part | what it does |
//! |---|---|
//! | `locomo`, `notes` | the questions, and the memories that answer them, as [`question::Case`]s |
//! | `shelf` | one store, filled as an assistant fills it |
//! | `encoder` | the encoder, asked for each text once |
//! | `run`, `measure` | asks all questions in one mode; recall, reciprocal rank, bootstrap |
//! | `record` | what the default search finds, kept: put in order again with other weights |
//! | `choice` | what weights that are chosen on some conversations are worth for one that was left out |
//! | `calibration` | the regression behind the confidence, and how reliable it is |
//! | `report` | Markdown |

mod calibration;
mod choice;
mod encoder;
mod locomo;
mod measure;
mod notes;
mod question;
mod record;
mod report;
mod run;
mod shelf;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::{Grouping, Mode};
use ranking::{DISTANCE, Weights};

use encoder::CachedEncoder;
use question::Case;
use record::Records;
use run::{Asked, HITS};
use shelf::Shelf;

/// What is put to all questions.
struct World {
    name: &'static str,
    shelves: Vec<(Shelf, Case)>,
    /// What the default search finds, by store.
    records: Vec<Records>,
}

impl World {
    fn new(
        name: &'static str,
        cases: Vec<Case>,
        directory: &Path,
        encoder: &Arc<CachedEncoder>,
    ) -> Result<Self, String> {
        encoder.prepare(cases.iter().flat_map(Case::texts).collect())?;
        let mut shelves = Vec::with_capacity(cases.len());
        for (number, case) in cases.into_iter().enumerate() {
            let shelf = Shelf::fill(&directory.join(format!("{name}-{number}")), &case, encoder)?;
            shelves.push((shelf, case));
        }
        let records = records(&shelves, HITS)?;
        Ok(Self { name, shelves, records })
    }

    /// Through the whole product.
    fn ask(&self, mode: Mode, grouping: Grouping) -> Result<Vec<Asked>, String> {
        run::ask(&self.shelves, mode, grouping)
    }

    /// What was found, in the order of these weights.
    fn replay(&self, weights: &Weights, grouping: Grouping) -> Vec<Asked> {
        replay(&self.records, weights, grouping)
    }
}

fn replay(records: &[Records], weights: &Weights, grouping: Grouping) -> Vec<Asked> {
    records.iter().flat_map(|records| records.replay(weights, grouping)).collect()
}

/// What the default search finds for the questions of each store.
fn records(shelves: &[(Shelf, Case)], depth: u32) -> Result<Vec<Records>, String> {
    let numbered = shelves.iter().enumerate();
    numbered.map(|(number, shelf)| Records::of(shelf, number, &shelf.1.questions, depth)).collect()
}

/// Prints everything as Markdown.
pub(crate) fn run(locomo: Option<&Path>) -> Result<(), String> {
    let directory = Scratch::new()?;
    let encoder = Arc::new(CachedEncoder::default());
    let notes = World::new("notes", vec![notes::paraphrases()], &directory.0, &encoder)?;
    report::notes(&notes)?;
    let Some(path) = locomo else {
        println!("LoCoMo was not measured: give its file with `--locomo <path>`.");
        return Ok(());
    };
    let data = locomo::read(path)?;
    let turns = World::new("turns", locomo::turns(&data), &directory.0, &encoder)?;
    let observations = World::new("observations", locomo::observations(&data), &directory.0, &encoder)?;
    report::modes(&turns)?;
    report::sessions(&turns)?;
    report::modes(&observations)?;
    report::categories(&turns);
    report::ablation(&turns, &observations, &notes);
    calibration::report(&turns, &notes)?;
    choice::report(&turns)
}

/// The weights in use without one part, and without all.
fn ablations() -> Vec<(&'static str, Weights)> {
    let all = Weights::default();
    let none = [0.0; DISTANCE];
    vec![
        ("without the words of neighbours", Weights { near_words: none, ..all }),
        ("without the meaning of neighbours", Weights { near_meaning: 0.0, ..all }),
        ("without names", Weights { named: 0.0, ..all }),
        ("without time", Weights { timely: 0.0, ..all }),
        ("without the conversation", Weights { conversation: 0.0, ..all }),
        (
            "without all of these",
            Weights {
                near_words: none,
                near_meaning: 0.0,
                named: 0.0,
                timely: 0.0,
                conversation: 0.0,
                ..all
            },
        ),
    ]
}

/// A directory that goes when it is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, String> {
        let path = super::machine::root().join(format!("target/bench-retrieval-{}", std::process::id()));
        std::fs::create_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left lies in `target`.
        let _removed = std::fs::remove_dir_all(&self.0);
    }
}
