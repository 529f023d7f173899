//! Developer commands: `cargo xtask <command>`.
//!
//! | command | what it does |
//! |---|---|
//! | `bench` | what the product costs, each figure beside its floor (`docs/benchmarks.md`) |
//! | `compat` | runs it beside the original, on the same databases (`docs/compatibility.md`) |
//! | `docs` | writes the reference pages from the code, or checks them (`docs/reference`) |
//! | `model` | makes the encoder's data from the published float weights, or checks them (`crates/embed`) |
//! | `test` | every check that a change must pass: format, lints, layout, tests (`README.md`, `.ci/run`) |
//! | `tidy` | checks the directions between the crates and the rules of `docs/ARCHITECTURE.md` |

mod bench;
mod compat;
mod docs;
mod model;
mod test;
mod tidy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Developer commands of MCP Memory Service")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measure the product, each figure beside the floor that it is held against.
    Bench(bench::Arguments),
    /// Run it beside the original, on the same databases.
    Compat(compat::Arguments),
    /// Write the reference pages from the code, or check them.
    Docs(docs::Arguments),
    /// Make the encoder's data from the published float weights.
    Model(model::Arguments),
    /// Run every check that a change must pass.
    Test(test::Arguments),
    /// Check the directions between the crates and the layout rules.
    Tidy,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Compat(arguments) => compat::run(&arguments),
        Command::Docs(arguments) => docs::run(&arguments),
        Command::Model(arguments) => model::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Tidy => tidy::run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
