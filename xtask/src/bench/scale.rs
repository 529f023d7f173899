//! Searching by meaning among 10,000, 100,000 and 1,000,000 vectors.
//!
//! | part | what it does |
//! |---|---|
//! | `vectors` | makes the vectors, and finds the nearest exactly |
//! | `database` | a file that holds them, through the store |
//! | `probe` | a process of its own that opens the file and searches: times, memory, what was found |

pub(crate) mod database;
mod probe;
mod vectors;

use std::path::Path;

use embed::Encoder;

use super::floor::VectorBytes;
use super::machine;
use super::statistics::Samples;
use super::table::{Figure, Row, Table};
use super::workload::Workload;
use probe::{Case, Probed};
pub(crate) use probe::{Job, run as probe};
use vectors::{DIMENSION, Vectors};

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
    let encoder = Encoder::load().map_err(|error| error.to_string())?;
    let workload = Workload::new();
    let folder = machine::root().join("target").join("bench-scale");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
    }
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let mut table = Table::new("Search by meaning at scale");
    let mut vectors = Vectors::new(&encoder, &workload)?;
    let queries = vectors.queries(&encoder, &workload, QUERIES.0)?;
    std::fs::write(folder.join("queries"), bytes(&queries)).map_err(|error| error.to_string())?;
    for size in SIZES.into_iter().filter(|size| *size <= largest) {
        vectors.grow(size);
        measure_size(&folder, &vectors, &queries, &mut table)?;
    }
    table.note(format!(
        "{} queries at each size, each in the store alone, in a process of its own and one after the other; the text of a \
         query is encoded before. Each floor is read in the same run. {}",
        QUERIES.0,
        vectors::DESCRIPTION
    ));
    std::fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
    Ok(table)
}

fn measure_size(
    folder: &Path,
    vectors: &Vectors,
    queries: &[Vec<f32>],
    table: &mut Table,
) -> Result<(), String> {
    let (size, path) = (vectors.len(), folder.join("vectors.db"));
    let written = database::write(&path, vectors)?;
    let bytes = std::fs::metadata(&path).map_err(|error| error.to_string())?.len();
    let probed = probe::start(folder, Job::Search)?;
    let floor = floor(size);
    let aim = |aims: &[(usize, f64)]| aims.iter().find(|(of, _)| *of == size).map(|(_, aim)| *aim);
    let floor_name = format!("reading {} bytes a vector, one thread", VectorBytes::EACH);
    for (case, found) in &probed.cases {
        table.row(Row {
            what: format!("{size}: {}", case.name()),
            ours: Figure::times(&found.times),
            floor_name: floor_name.clone(),
            floor: Figure::times(&floor),
            aim: aim(&SEARCH_AIMS_MS).filter(|_| matches!(case, Case::Ten | Case::Hundred)),
        });
    }
    table.row(Row {
        what: format!("{size}: first search, with opening the file"),
        ours: Figure::times(&Samples::from_iter(probed.first_ms)),
        floor_name,
        floor: Figure::times(&floor),
        aim: aim(&[FIRST_AIM_MS]),
    });
    let anew = probe::start(folder, Job::Rebuild)?;
    table.note(note(vectors, &probed, &anew, queries, written, bytes)?);
    Ok(())
}

fn note(
    vectors: &Vectors,
    probed: &Probed,
    anew: &Probed,
    queries: &[Vec<f32>],
    written: f64,
    bytes: u64,
) -> Result<String, String> {
    let size = vectors.len();
    let ten = probed.cases.iter().find(|(case, _)| *case == Case::Ten).ok_or("the probe left a case out")?;
    let exact = vectors.nearest(&queries[..QUERIES.1], BEST);
    let hits: usize = exact
        .iter()
        .zip(&ten.1.found)
        .map(|(exact, found)| found.iter().filter(|id| exact.contains(id)).count())
        .sum();
    let recall = hits as f64 / (exact.len() * BEST) as f64;
    let (nearest, tenth) = vectors.neighbours();
    let each = probed.bytes as f64 / size as f64;
    let verdict = |met: bool| if met { "met" } else { "**missed**" };
    for (case, wanted) in [(Case::Rare, 1), (Case::Percent, BEST), (Case::Recent, BEST)] {
        let found = probed.cases.iter().find(|(of, _)| *of == case).ok_or("the probe left a case out")?;
        if found.1.found.iter().any(|found| found.len() != wanted) {
            return Err(format!("{size}: a search ({}) found too few", case.name()));
        }
    }
    Ok(format!(
        "At {size}: recall@{BEST} against the exact result {recall:.4} (aim .99: {}); the first search took {:.1} MB more \
         memory, {each:.0} bytes a vector{}; writing the vectors through the store took {written:.1} s; without codes the \
         first search took {:.0} ms, and the codes were in the file again after {:.1} s; the file has {:.0} MB, {:.0} bytes a \
         memory. Cosines from a vector to its nearest and its tenth: {nearest:.2} and {tenth:.2}.",
        verdict(recall >= 0.99),
        probed.bytes as f64 / 1e6,
        if size >= 1_000_000 {
            format!(" (aim {BYTES_AIM}: {})", verdict(each <= BYTES_AIM))
        } else {
            String::new()
        },
        anew.first_ms[0],
        anew.rebuilt_s,
        bytes as f64 / 1e6,
        bytes as f64 / size as f64,
    ))
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

fn bytes(vectors: &[Vec<f32>]) -> Vec<u8> {
    debug_assert!(vectors.iter().all(|vector| vector.len() == DIMENSION));
    vectors.iter().flatten().flat_map(|number| number.to_le_bytes()).collect()
}
