//! `memory health`: asks a server whether it is well. A container's health check is this command.

use clap::Args;
use serde_json::{Value, json};

use super::{Desk, Target};
use crate::arguments::Source;
use crate::exit::{Failure, Verdict};
use crate::render::{Format, Terminal};

/// Asks the server over HTTP whether it is well.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory health
  memory health --port 8443 && echo well

It prints the server's answer and ends with 0, or says that the server is not
reachable and ends with 1. No key is needed and none is sent.")]
pub struct Health {
    /// Which server.
    #[command(flatten)]
    pub target: Target,
}

impl Health {
    pub(crate) fn run(self, terminal: &Terminal, source: &Source) -> Result<Verdict, Failure> {
        let desk = Desk::new(terminal, source, self.target)?;
        let launched = desk.launched_there()?;
        let door = desk.door(launched.as_ref().map(|(record, _)| record));
        let error = match door.ask() {
            Ok(answer) => {
                let value = serde_json::from_str(&answer.body).unwrap_or(Value::String(answer.body));
                terminal.print_json(&value)?;
                return Ok(Verdict::Success);
            }
            Err(error) => error,
        };
        match terminal.format() {
            Format::Json => {
                terminal.print_json(&json!({
                    "status": "unreachable",
                    "url": door.url(),
                    "reason": error.to_string(),
                }))?;
            }
            Format::Human => {
                terminal.error(&format!("the server at {} is not reachable: {error}", door.url()));
                terminal.say("hint: start it with `memory launch`, or look at `memory logs`");
            }
        }
        Ok(Verdict::Incomplete)
    }
}
