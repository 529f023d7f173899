//! `cargo xtask compat`: this product beside the original, two of its releases from the Python package index, on the same
//! databases (`docs/compatibility.md`). It needs the network once and is not part of the checks.
//!
//! | part | what it does |
//! |---|---|
//! | `original` | the releases and the environments that they run in |
//! | `server` | a server of either side, driven over standard input and output |
//! | `workshop` | working copies of databases, and who opens them |
//! | `inspection`, `inspect.py` | a look into a database by SQLite alone |
//! | `handover` | ours writes, the original reads and writes, ours reads |
//! | `together` | both write one file at the same time |
//! | `calls`, `calls.json`, `table` | the same calls to both; what differs |
//!
//! A new release is a row of [`original::RELEASES`]; a new call is a row of `calls.json`.

mod calls;
mod handover;
mod inspection;
mod original;
mod server;
mod table;
mod together;
mod workshop;

use original::Release;
use workshop::Workshop;

/// What to compare.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// One part, or all.
    #[arg(value_enum, default_value_t = Part::All)]
    part: Part,
    /// Only this release of the original.
    #[arg(long)]
    release: Option<String>,
    /// Compare this build, instead of making one.
    #[arg(long, value_name = "PATH")]
    executable: Option<std::path::PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Ours writes, the original reads and writes, ours reads.
    Handover,
    /// Both write one file at the same time.
    Together,
    /// The same calls to both.
    Calls,
    /// Every part.
    All,
}

/// Runs a part with one release.
type Run = fn(&Workshop) -> Result<(), String>;

/// Runs the parts with every release; a release that cannot be installed is told and passed over.
pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    let wanted = |release: &&Release| arguments.release.as_deref().is_none_or(|name| name == release.version);
    let releases: Vec<&Release> = original::RELEASES.iter().filter(wanted).collect();
    if releases.is_empty() {
        let known: Vec<&str> = original::RELEASES.iter().map(|release| release.version).collect();
        return Err(format!("--release must be one of {}", known.join(", ")));
    }
    let executable = arguments.executable.clone().map_or_else(workshop::build, Ok)?;
    let mut failures = Vec::new();
    for release in releases {
        println!("## {}\n", release.version);
        let outcome = original::prepare(release).and_then(|environment| {
            let workshop = Workshop::new(release, environment, executable.clone())?;
            compare(&workshop, arguments.part)
        });
        if let Err(error) = outcome {
            println!("Failed: {error}\n");
            failures.push(format!("{}: {error}", release.version));
        }
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

fn compare(workshop: &Workshop, part: Part) -> Result<(), String> {
    let parts: [(Part, Run); 3] =
        [(Part::Handover, handover::run), (Part::Together, together::run), (Part::Calls, calls::run)];
    let mut failures = Vec::new();
    for (name, run) in parts {
        if part == name || part == Part::All {
            failures.extend(run(workshop).err());
        }
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}
