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
//! | `run`, `measure` | asks all questions of one setting; recall, reciprocal rank, bootstrap |
//! | `choice` | what the settings that were chosen on the data are worth for conversations that were left out |
//! | `calibration` | the regression behind the confidence, and how reliable it is |
//! | `report` | Markdown |

mod calibration;
mod choice;
mod encoder;
mod locomo;
mod measure;
mod notes;
mod question;
mod report;
mod run;
mod shelf;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::{Grouping, Lever, Mode};

use encoder::CachedEncoder;
use question::Case;
use run::{Asked, Setting};
use shelf::Shelf;

/// What is put to all questions.
struct World {
    name: &'static str,
    shelves: Vec<(Shelf, Case)>,
}

impl World {
    fn new(
        name: &'static str,
        cases: Vec<Case>,
        directory: &Path,
        encoder: &Arc<CachedEncoder>,
    ) -> Result<Self, String> {
        let texts = cases.iter().flat_map(Case::texts).collect();
        encoder.prepare(texts)?;
        let mut shelves = Vec::with_capacity(cases.len());
        for (number, case) in cases.into_iter().enumerate() {
            let shelf = Shelf::fill(&directory.join(format!("{name}-{number}")), &case, encoder)?;
            shelves.push((shelf, case));
        }
        Ok(Self { name, shelves })
    }

    fn ask(&self, setting: &Setting) -> Result<Vec<Asked>, String> {
        run::ask(&self.shelves, setting)
    }
}

/// Prints everything as Markdown.
pub(crate) fn run(locomo: Option<&Path>) -> Result<(), String> {
    let directory = Scratch::new()?;
    let encoder = Arc::new(CachedEncoder::default());
    let notes = World::new("notes", vec![notes::paraphrases()], &directory.0, &encoder)?;
    report::notes(&notes.shelves)?;
    let Some(path) = locomo else {
        println!("LoCoMo was not measured: give its file with `--locomo <path>`.");
        return Ok(());
    };
    let data = locomo::read(path)?;
    let turns = World::new("turns", locomo::turns(&data), &directory.0, &encoder)?;
    let observations = World::new("observations", locomo::observations(&data), &directory.0, &encoder)?;
    let default = Setting::default();
    let modes: Vec<Setting> = Mode::ALL.into_iter().map(|mode| Setting { mode, ..default.clone() }).collect();
    let per_session = |setting: &Setting| Setting { grouping: Grouping::Conversation, ..setting.clone() };
    report::modes(&turns, &modes)?;
    report::modes_of_sessions(&turns, &modes.iter().map(per_session).collect::<Vec<_>>())?;
    report::modes(&observations, &modes)?;
    report::categories(&turns, &default)?;
    report::ablation(&turns, &observations, &notes)?;
    choice::report(&turns)?;
    calibration::report(&turns, &notes)?;
    Ok(())
}

/// Every setting that leaves one part out, and one that leaves all out.
fn ablations() -> Vec<(String, Setting)> {
    let without = |levers: Vec<Lever>| Setting { without: levers, ..Setting::default() };
    let mut all: Vec<(String, Setting)> =
        Lever::ALL.into_iter().map(|lever| (format!("without {lever:?}"), without(vec![lever]))).collect();
    all.push(("without all of these".to_owned(), without(Lever::ALL.to_vec())));
    all
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
