//! `memory info`: where the launched server is.

use std::fs;

use clap::Args;
use serde_json::json;

use super::{Desk, Target};
use crate::arguments::Source;
use crate::exit::{Failure, Verdict};
use crate::render::size::bytes;
use crate::render::{Format, Terminal};

/// Says whether the server over HTTP runs, and where.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory info
  memory info --json | jq -r .url")]
pub struct Info {
    /// Which server.
    #[command(flatten)]
    pub target: Target,
}

impl Info {
    pub(crate) fn run(self, terminal: &Terminal, source: &Source) -> Result<Verdict, Failure> {
        let desk = Desk::new(terminal, source, self.target)?;
        let launched = desk.launched_there()?;
        let door = desk.door(launched.as_ref().map(|(record, _)| record));
        let is_active = door.ask().is_ok();
        let pid = launched.map(|(record, _)| record.pid);
        let log = desk.place.errors();
        let length = fs::metadata(&log).ok().map(|found| found.len());
        match terminal.format() {
            Format::Json => terminal.print_json(&json!({
                "status": if is_active { "active" } else { "inactive" },
                "url": door.url(),
                "port": door.port,
                "pid": pid,
                "log": { "path": log.display().to_string(), "bytes": length },
            }))?,
            Format::Human => {
                let size = length.map_or_else(|| "no file".to_owned(), bytes);
                let launched = match pid {
                    Some(pid) => pid.to_string(),
                    None => "none that was launched".to_owned(),
                };
                terminal.print(&format!(
                    "Status:  {}\nPort:    {}\nURL:     {}\nProcess: {launched}\nLog:     {} ({size})",
                    if is_active { "ACTIVE" } else { "INACTIVE" },
                    door.port,
                    door.url(),
                    log.display(),
                ))?;
            }
        }
        Ok(Verdict::Success)
    }
}
