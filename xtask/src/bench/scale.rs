//! Searching among 10,000, 100,000 and 1,000,000 memories: by meaning in the store alone, and as the product does.
//!
//! | part | what it does |
//! |---|---|
//! | `vectors` | makes the vectors and texts, and finds the nearest exactly |
//! | `database` | a file that holds them, through the store |
//! | `probe` | a process of its own that opens the file and searches: times, memory, what was found |
//! | `whole` | the same through the engine, words and meaning together |

pub(crate) mod database;
mod probe;
mod vectors;
mod whole;

use std::path::{Path, PathBuf};

use embed::Encoder;

use super::floor::VectorBytes;
use super::machine;
use super::statistics::{Samples, sum};
use super::table::{Figure, Row, Table};
use super::workload::Workload;
use database::Written;
use probe::{Case, FILE, Probed};
pub(crate) use probe::{Job, run as probe};
use vectors::{Vectors, encode};

const SIZES: [usize; 3] = [10_000, 100_000, 1_000_000];
/// How many queries are asked; for so many of them the nearest are found exactly too.
const QUERIES: (usize, usize) = (200, 100);
/// How many of the nearest are compared with the exact ones.
const BEST: usize = 10;
/// At which sizes a search, and the first one after the start, must stay under how many milliseconds.
const SEARCH_AIMS_MS: [(usize, f64); 2] = [(100_000, 5.0), (1_000_000, 20.0)];
const FIRST_AIM_MS: (usize, f64) = (100_000, 300.0);
const BYTES_AIM: f64 = 100.0;

/// Searches at every size up to the largest that is wanted.
pub(crate) fn measure(largest: usize) -> Result<Table, String> {
    let folder = machine::root().join("target").join("bench-scale");
    remove(&folder)?;
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let measured = measure_in(&folder, largest);
    remove(&folder)?;
    measured
}

fn remove(folder: &PathBuf) -> Result<(), String> {
    if !folder.exists() {
        return Ok(());
    }
    std::fs::remove_dir_all(folder).map_err(|error| error.to_string())
}

fn measure_in(folder: &Path, largest: usize) -> Result<Table, String> {
    let encoder = Encoder::load().map_err(|error| error.to_string())?;
    let workload = Workload::new();
    let mut table = Table::new("Search at scale");
    let mut vectors = Vectors::new(&encoder, &workload)?;
    let texts = Vectors::queries(&workload, QUERIES.0);
    let queries = encode(&encoder, &texts)?;
    probe::write_queries(folder, &texts, &queries)?;
    for size in SIZES.into_iter().filter(|size| *size <= largest) {
        vectors.grow(size);
        let written = database::write(&folder.join(FILE), &vectors, &workload)?;
        eprintln!("{size}: written");
        let floor = floor(size);
        by_meaning(folder, &vectors, &queries, &floor, &written, &mut table)?;
        as_the_product(folder, size, &floor, &mut table)?;
        eprintln!("{size}: measured");
    }
    table.note(format!(
        "{} queries at each size and each way to ask, one after the other, in a process of its own: by meaning in the store \
         alone, where the text is encoded before; and whole, as the product searches, from the text of the query to the hits. \
         The floor of a whole search is encoding its text and reading the codes. Each floor is read in the same run. {}",
        QUERIES.0,
        vectors::DESCRIPTION
    ));
    Ok(table)
}

fn aim(aims: &[(usize, f64)], size: usize) -> Option<f64> {
    aims.iter().find(|(of, _)| *of == size).map(|(_, aim)| *aim)
}

fn floor_name() -> String {
    format!("reading {} bytes a vector, one thread", VectorBytes::EACH)
}

/// In the store alone.
fn by_meaning(
    folder: &Path,
    vectors: &Vectors,
    queries: &[Vec<f32>],
    floor: &Samples,
    written: &Written,
    table: &mut Table,
) -> Result<(), String> {
    let size = vectors.len();
    let bytes = std::fs::metadata(folder.join(FILE)).map_err(|error| error.to_string())?.len();
    let probed = probe::read(&probe::start(folder, Job::Search)?)?;
    for (case, found) in &probed.cases {
        table.row(Row {
            what: format!("{size}, by meaning: {}", case.name()),
            ours: Figure::times(&found.times),
            floor_name: floor_name(),
            floor: Figure::times(floor),
            aim: aim(&SEARCH_AIMS_MS, size).filter(|_| matches!(case, Case::Ten | Case::Hundred)),
        });
    }
    table.row(Row {
        what: format!("{size}, by meaning: first search, with opening the file"),
        ours: Figure::times(&Samples::from_iter([probed.first_ms])),
        floor_name: floor_name(),
        floor: Figure::times(floor),
        aim: aim(&[FIRST_AIM_MS], size),
    });
    let anew = probe::read(&probe::start(folder, Job::Rebuild)?)?;
    table.note(format!(
        "At {size}: {}. {} {} Without codes the first search took {:.0} ms, and the codes were in the file again after {:.1} s. \
         The file has {:.0} MB, {:.0} bytes a memory.",
        recall(vectors, &probed, queries)?,
        memory(size, &probed),
        built(written),
        anew.first_ms,
        anew.rebuilt_s,
        bytes as f64 / 1e6,
        bytes as f64 / size as f64,
    ));
    Ok(())
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "**missed**" }
}

fn memory(size: usize, probed: &Probed) -> String {
    let each = probed.bytes as f64 / size as f64;
    // What does not depend on the number of vectors is most of it before.
    let aim = match size >= 1_000_000 {
        true => format!(" (aim {BYTES_AIM}: {})", verdict(each <= BYTES_AIM)),
        false => String::new(),
    };
    let megabytes = probed.bytes as f64 / 1e6;
    format!("The searches by meaning took {megabytes:.1} MB more memory, {each:.0} bytes a vector{aim}.")
}

fn built(written: &Written) -> String {
    let Written { opened_s, words_s, vectors_s } = written;
    format!(
        "Opening the file to build the index of words took {opened_s:.1} s with the backup before it, and the index was whole, \
         built in the background, after {words_s:.1} s; writing vectors and codes through the store took {vectors_s:.1} s \
         (those that the size before did not have)."
    )
}

/// How many of the nearest are the exact ones; and whether filters find as many as there are.
fn recall(vectors: &Vectors, probed: &Probed, queries: &[Vec<f32>]) -> Result<String, String> {
    let size = vectors.len();
    for (case, wanted) in [(Case::Rare, 1), (Case::Percent, BEST), (Case::Recent, BEST)] {
        if found(probed, case)?.iter().any(|found| found.len() != wanted) {
            return Err(format!("{size}: a search ({}) found too few", case.name()));
        }
    }
    let exact = vectors.nearest(&queries[..QUERIES.1], BEST);
    let hits: usize = exact
        .iter()
        .zip(found(probed, Case::Ten)?)
        .map(|(exact, found)| found.iter().filter(|id| exact.contains(id)).count())
        .sum();
    let recall = hits as f64 / (exact.len() * BEST) as f64;
    let (nearest, tenth) = vectors.neighbours();
    Ok(format!(
        "recall@{BEST} against the exact result {recall:.4} (aim .99: {}), where the mean cosines from a vector to its nearest \
         and its tenth are {nearest:.2} and {tenth:.2}",
        verdict(recall >= 0.99)
    ))
}

fn found(probed: &Probed, case: Case) -> Result<&[Vec<i64>], String> {
    let of = probed.cases.iter().find(|(of, _)| *of == case);
    of.map(|(_, found)| found.found.as_slice()).ok_or_else(|| "the probe left a case out".to_owned())
}

/// Through the engine.
fn as_the_product(folder: &Path, size: usize, reading: &Samples, table: &mut Table) -> Result<(), String> {
    let told = probe::start(folder, Job::Whole)?;
    let encoding = probe::times(&told["encode_ms"]);
    let floor = sum(&[&encoding, reading]);
    let floor_name = "encoding the query, and reading the codes";
    let mut used = Vec::new();
    for case in told["cases"].as_array().into_iter().flatten() {
        let name = case["case"].as_str().unwrap_or_default();
        table.row(Row {
            what: format!("{size}, whole: {name}"),
            ours: Figure::times(&probe::times(&case["ms"])),
            floor_name: floor_name.to_owned(),
            floor: Figure::times(&floor),
            aim: None,
        });
        used.push(format!("{:.1} ms ({name})", case["processor_ms"].as_f64().unwrap_or(f64::NAN)));
    }
    let first = told["first_ms"].as_f64().ok_or("the probe did not tell its first search")?;
    table.row(Row {
        what: format!("{size}, whole: first search, from the start of the process"),
        ours: Figure::times(&Samples::from_iter([first])),
        floor_name: floor_name.to_owned(),
        floor: Figure::times(&floor),
        aim: aim(&[FIRST_AIM_MS], size),
    });
    let bytes = told["bytes"].as_u64().unwrap_or_default();
    table.note(format!(
        "At {size}, a whole search takes of processor time: {}; all of them took {:.1} MB of memory, the model included.",
        used.join(", "),
        bytes as f64 / 1e6
    ));
    Ok(())
}

/// Reading the codes of so many vectors once.
fn floor(size: usize) -> Samples {
    let codes = VectorBytes::of(size);
    let mut samples = Samples::new();
    for _ in 0..QUERIES.0 {
        samples.push(codes.read());
    }
    samples
}
