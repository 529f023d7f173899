//! `memory service status`: whether the unit is there and runs.

use clap::Args;
use serde_json::json;

use super::manager::{Manager, Which};
use crate::arguments::Source;
use crate::exit::{Failure, Verdict};
use crate::render::{Format, Terminal};
use crate::settings::Environment;

/// Says whether the unit is there and runs.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory service status
  memory service status --system --json

Whether the server is well says `memory health`.")]
pub struct Status {
    /// Which unit.
    #[command(flatten)]
    pub which: Which,
}

impl Status {
    pub(crate) fn run(self, terminal: &Terminal, _: &Source) -> Result<Verdict, Failure> {
        let manager = Manager::of(self.which, &Environment::of_process())?;
        let (file, is_installed) = (manager.file.display().to_string(), manager.file.exists());
        // Nobody to ask: not known.
        let runs = if is_installed { manager.ask().run().ok() } else { Some(false) };
        match terminal.format() {
            Format::Json => {
                terminal.print_json(&json!({ "file": file, "installed": is_installed, "active": runs }))?;
            }
            Format::Human => {
                let state = match runs {
                    Some(true) => "it runs",
                    Some(false) if is_installed => "it does not run",
                    Some(false) => "not installed",
                    None => "whether it runs is not known: its manager is not here",
                };
                terminal.print(&format!("Unit:  {file}\nState: {state}"))?;
            }
        }
        Ok(Verdict::Success)
    }
}
