//! `cargo xtask bench`: what the product costs, each figure beside the floor that the same run measured.
//!
//! | part | what it does |
//! |---|---|
//! | `product`, `client` | the release executable, driven over stdio as a client drives it |
//! | `workload` | what is stored and asked |
//! | `floor`, `peak`, `onnx` | what the figures are held against |
//! | `startup`, `store`, `memory`, `size`, `encoder` | one subject each: a function from the product to a table |
//! | `statistics`, `table`, `machine` | medians, Markdown, and what it was measured on |
//!
//! A new subject is a file with `measure`, a variant of [`Subject`] and an arm in [`measure`].

mod client;
mod encoder;
mod floor;
mod machine;
mod memory;
mod onnx;
mod peak;
mod product;
mod size;
mod startup;
mod statistics;
mod store;
mod table;
mod workload;

use std::process::Command;

use product::Product;
use table::Table;

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// One subject, or all.
    #[arg(value_enum, default_value_t = Subject::All)]
    subject: Subject,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Subject {
    Startup,
    Store,
    Memory,
    Encoder,
    Size,
    All,
}

/// Prints the tables as Markdown.
pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    if cfg!(debug_assertions) {
        return run_optimised(arguments.subject);
    }
    let subjects = match arguments.subject {
        Subject::All => {
            vec![Subject::Startup, Subject::Store, Subject::Memory, Subject::Size, Subject::Encoder]
        }
        one => vec![one],
    };
    // The encoder is measured as a library: that needs no executable.
    let needs_product = subjects.iter().any(|subject| *subject != Subject::Encoder);
    let product = if needs_product { Some(Product::build()?) } else { None };
    println!("{}", machine::description());
    for subject in subjects {
        println!("{}", measure(subject, product.as_ref())?.markdown());
    }
    Ok(())
}

fn measure(subject: Subject, product: Option<&Product>) -> Result<Table, String> {
    match (subject, product) {
        (Subject::Startup, Some(product)) => startup::measure(product),
        (Subject::Store, Some(product)) => store::measure(product),
        (Subject::Memory, Some(product)) => memory::measure(product),
        (Subject::Size, Some(product)) => size::measure(product),
        (Subject::Encoder, _) => encoder::measure(),
        _ => Err("this subject needs the executable".to_owned()),
    }
}

/// Floors of an unoptimised program would be no floors.
fn run_optimised(subject: Subject) -> Result<(), String> {
    use clap::ValueEnum;
    let value =
        subject.to_possible_value().map_or_else(|| "all".to_owned(), |value| value.get_name().to_owned());
    let status = Command::new("cargo")
        .args(["run", "--quiet", "--release", "--locked", "--package", "xtask", "--", "bench", &value])
        .current_dir(machine::root())
        .status()
        .map_err(|error| format!("cargo run: {error}"))?;
    if status.success() { Ok(()) } else { Err("the bench failed".to_owned()) }
}
