//! `memory clients remove`: forgets a program, and ends everything that it was allowed.

use auth::spaces::COMMAND_LINE;
use clap::Args;
use serde_json::json;

use super::{Desk, failure, id, unknown};
use crate::commands::filter::not_blank;
use crate::exit::{Failure, Verdict};
use crate::render::Format;
use crate::render::text::{GOOD, one_line, styled};

/// Forgets a program, and ends everything that it was allowed, from the next request on.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory clients remove qszk4cgmtbnxilh2

It may register itself again, and ask again.")]
pub struct Remove {
    /// Id of the program
    #[arg(value_name = "ID", value_parser = not_blank)]
    pub client: String,
}

impl Remove {
    pub(super) async fn run(self, desk: &Desk) -> Result<Verdict, Failure> {
        let client = id(&self.client)?;
        if !desk.server.remove_client(&client, COMMAND_LINE).await.map_err(failure)? {
            return Err(unknown(&self.client));
        }
        match desk.terminal.format() {
            Format::Json => desk.terminal.print_json(&json!({ "id": client.as_str() }))?,
            Format::Human => {
                let text = format!(
                    "{} {}: its tokens are refused from now on",
                    styled(GOOD, "removed"),
                    one_line(client.as_str())
                );
                desk.terminal.print(&text)?;
            }
        }
        Ok(Verdict::Success)
    }
}
