//! `cargo xtask bench`: what the product costs, each figure beside the floor that the same run measured.
//!
//! | part | what it does |
//! |---|---|
//! | `product`, `client` | the release executable, driven over stdio as a client drives it |
//! | `workload` | what is stored and asked |
//! | `floor`, `peak`, `onnx` | what the figures are held against |
//! | `startup`, `store`, `memory`, `size`, `encoder` | one subject each: a function from the product to a table |
//! | `http` | what HTTP adds to the engine, load on many connections, many event streams |
//! | `isolation` | whether the time of an answer tells what others have |
//! | `scale` | searching among up to a million memories: by meaning in the store alone, and as the product does |
//! | `words` | searching by words among up to a million memories, in the store alone |
//! | `retrieval` | whether what was kept is found again |
//! | `statistics`, `table`, `machine` | medians, Markdown, and what it was measured on |
//!
//! A new subject is a file with `measure`, a variant of [`Subject`] and an arm in [`measure`].

mod client;
mod encoder;
mod floor;
mod http;
mod isolation;
mod machine;
mod memory;
mod onnx;
mod peak;
mod product;
mod retrieval;
mod scale;
mod size;
mod startup;
mod statistics;
mod store;
mod table;
mod words;
mod workload;

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

use product::Product;
use table::Table;

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// One subject, or all.
    #[arg(value_enum, default_value_t = Subject::All)]
    subject: Subject,
    /// The most vectors of `scale`, and the most memories of `words`.
    #[arg(long, default_value_t = 1_000_000)]
    vectors: usize,
    /// For `scale` itself: searches in the file of a folder.
    #[arg(long, hide = true)]
    probe: Option<PathBuf>,
    /// For `scale` itself: searches in the file of a folder as the product does.
    #[arg(long, hide = true)]
    whole: Option<PathBuf>,
    /// For `scale` itself: makes the codes in the file of a folder anew.
    #[arg(long, hide = true)]
    rebuild: Option<PathBuf>,
    /// For `http`: how long its mixed load lasts, in seconds.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(2..))]
    seconds: u32,
    /// For `http`: how many event streams are opened.
    #[arg(long, default_value_t = 10_000)]
    streams: usize,
    /// For `http` itself: does what is told on standard input.
    #[arg(long, hide = true)]
    job: bool,
    /// For `retrieval`: the file of the LoCoMo data set, `locomo10.json`.
    #[arg(long)]
    locomo: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Subject {
    Startup,
    Store,
    Memory,
    /// The encoder beside ONNX Runtime.
    #[value(alias = "embed")]
    Encoder,
    Size,
    /// The server over HTTP beside the engine in process, and under load: some two minutes.
    Http,
    /// Whether the time of an answer tells what others have: a minute.
    Isolation,
    /// Up to a million memories: some twenty minutes, and 8 GB of disk.
    Scale,
    /// Up to a million memories: some minutes, and 2 GB of disk.
    Words,
    /// Whether what was kept is found again: some minutes.
    Retrieval,
    /// All but `http`, `isolation`, `scale`, `words` and `retrieval`.
    All,
}

/// Prints the tables as Markdown.
pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    if cfg!(debug_assertions) {
        return run_optimised(arguments);
    }
    for (folder, job) in [
        (&arguments.probe, scale::Job::Search),
        (&arguments.whole, scale::Job::Whole),
        (&arguments.rebuild, scale::Job::Rebuild),
    ] {
        if let Some(folder) = folder {
            return scale::probe(folder, job);
        }
    }
    if arguments.job {
        return http::job();
    }
    if arguments.subject == Subject::Http {
        let product = Product::build()?;
        println!("{}", machine::description());
        let options = http::Options { seconds: arguments.seconds, streams: arguments.streams };
        println!("{}", http::measure(&product, &options)?);
        return Ok(());
    }
    if arguments.subject == Subject::Isolation {
        let product = Product::build()?;
        println!("{}", machine::description());
        println!("{}", isolation::measure(&product)?);
        return Ok(());
    }
    if arguments.subject == Subject::Retrieval {
        println!("{}", machine::description());
        return retrieval::run(arguments.locomo.as_deref());
    }
    let subjects = match arguments.subject {
        Subject::All => {
            vec![Subject::Startup, Subject::Store, Subject::Memory, Subject::Size, Subject::Encoder]
        }
        one => vec![one],
    };
    // The encoder and the store are measured as libraries: that needs no executable.
    let needs_product =
        subjects.iter().any(|subject| !matches!(subject, Subject::Encoder | Subject::Scale | Subject::Words));
    let product = if needs_product { Some(Product::build()?) } else { None };
    println!("{}", machine::description());
    for subject in subjects {
        println!("{}", measure(subject, product.as_ref(), arguments.vectors)?.markdown());
    }
    Ok(())
}

fn measure(subject: Subject, product: Option<&Product>, vectors: usize) -> Result<Table, String> {
    match (subject, product) {
        (Subject::Startup, Some(product)) => startup::measure(product),
        (Subject::Store, Some(product)) => store::measure(product),
        (Subject::Memory, Some(product)) => memory::measure(product),
        (Subject::Size, Some(product)) => size::measure(product),
        (Subject::Encoder, _) => encoder::measure(),
        (Subject::Scale, _) => scale::measure(vectors),
        (Subject::Words, _) => words::measure(vectors),
        _ => Err("this subject needs the executable".to_owned()),
    }
}

/// Floors of an unoptimised program would be no floors.
fn run_optimised(arguments: &Arguments) -> Result<(), String> {
    use clap::ValueEnum;
    let value = arguments.subject.to_possible_value();
    let value = value.map_or_else(|| "all".to_owned(), |value| value.get_name().to_owned());
    let vectors = arguments.vectors.to_string();
    let status = Command::new("cargo")
        .args(["run", "--quiet", "--release", "--locked", "--package", "xtask", "--", "bench", &value])
        .args(["--vectors", &vectors])
        .args(["--seconds", &arguments.seconds.to_string(), "--streams", &arguments.streams.to_string()])
        .args(arguments.locomo.iter().flat_map(|path| [OsStr::new("--locomo"), path.as_os_str()]))
        .current_dir(machine::root())
        .status()
        .map_err(|error| format!("cargo run: {error}"))?;
    if status.success() { Ok(()) } else { Err("the bench failed".to_owned()) }
}
