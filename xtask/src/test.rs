//! `cargo xtask test`: every check that a change must pass, in the order in which they fail fastest.

mod node;
mod programs;
mod python;

use std::process::Command;

use crate::{docs, tidy};

/// What to check.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only the tests: neither format nor lints nor layout nor reference pages.
    #[arg(long)]
    only_tests: bool,
    /// Passed on to the test runner, as a part of a test's name.
    filter: Option<String>,
}

/// Runs the checks; the first that fails ends the run.
pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    programs::check()?;
    if !arguments.only_tests {
        cargo(&["fmt", "--all", "--check"])?;
        tidy::run()?;
        docs::check()?;
        cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"])?;
        let documentation = ["doc", "--workspace", "--locked", "--no-deps", "--document-private-items"];
        cargo_with(&documentation, &[("RUSTDOCFLAGS", "--deny warnings")])?;
    }
    python::prepare()?;
    node::prepare()?;
    // The black-box tests drive the executable that users run.
    cargo(&["build", "--release", "--locked", "--package", "cli"])?;
    let filter = arguments.filter.as_deref();
    if has_nextest() {
        let mut nextest = vec!["nextest", "run", "--workspace", "--locked", "--no-tests", "pass"];
        nextest.extend(filter);
        cargo(&nextest)?;
    } else {
        let mut test = vec!["test", "--workspace", "--locked", "--all-targets"];
        test.extend(filter);
        cargo(&test)?;
    }
    cargo(&["test", "--workspace", "--locked", "--doc"])
}

fn has_nextest() -> bool {
    Command::new("cargo").args(["nextest", "--version"]).output().is_ok_and(|output| output.status.success())
}

fn cargo(arguments: &[&str]) -> Result<(), String> {
    cargo_with(arguments, &[])
}

fn cargo_with(arguments: &[&str], variables: &[(&str, &str)]) -> Result<(), String> {
    let line = format!("cargo {}", arguments.join(" "));
    eprintln!("==> {line}");
    let status = Command::new("cargo")
        .args(arguments)
        .envs(variables.iter().copied())
        .status()
        .map_err(|error| format!("{line}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{line}` failed")) }
}
