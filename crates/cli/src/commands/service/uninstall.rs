//! `memory service uninstall`: stops the unit and removes it.

use std::fs;
use std::io;

use clap::Args;
use serde_json::json;

use super::manager::{Manager, Which, by_hand, carry_out};
use crate::arguments::Source;
use crate::exit::{Failure, Verdict};
use crate::render::{Format, Terminal};
use crate::settings::Environment;

/// Stops the unit and removes it. Memories, keys and logs stay.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory service uninstall
  sudo memory service uninstall --system")]
pub struct Uninstall {
    /// Which unit.
    #[command(flatten)]
    pub which: Which,
}

impl Uninstall {
    pub(crate) fn run(self, terminal: &Terminal, _: &Source) -> Result<Verdict, Failure> {
        let manager = Manager::of(self.which, &Environment::of_process())?;
        let file = manager.file.display().to_string();
        if !manager.file.exists() {
            match terminal.format() {
                Format::Json => terminal.print_json(&json!({ "file": file, "removed": false }))?,
                Format::Human => terminal.print(&format!("there is no unit at {file}"))?,
            }
            return Ok(Verdict::Success);
        }
        let (stop, forget) = (manager.stop(), manager.forget());
        let mut left = carry_out(&stop).to_vec();
        match fs::remove_file(&manager.file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Failure::system(&format!("{file} could not be removed"), &error));
            }
            _ => {}
        }
        left.extend_from_slice(carry_out(&forget));
        match terminal.format() {
            Format::Json => terminal.print_json(&json!({ "file": file, "removed": true }))?,
            Format::Human => terminal.print(&format!("removed {file}"))?,
        }
        if left.is_empty() {
            return Ok(Verdict::Success);
        }
        terminal.say(&format!("it could not be stopped from here; do this by hand:{}", by_hand(&left)));
        Ok(Verdict::Incomplete)
    }
}
