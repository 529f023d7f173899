//! `memory spaces rename`: calls a space something else.

use auth::spaces::Actor;
use clap::Args;
use model::SpaceName;
use serde_json::json;

use super::meant::meant_shared;
use super::{Desk, name, refusal};
use crate::commands::filter::not_blank;
use crate::exit::{Failure, Verdict};
use crate::render::Format;
use crate::render::text::{GOOD, one_line, styled};

/// Calls a space something else. Its id, its keys and its memories stay as they are.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory spaces rename crew \"ferry crew\"")]
pub struct Rename {
    /// Its name or its id
    #[arg(value_name = "SPACE", value_parser = not_blank)]
    pub which: String,
    /// What to call it: a name that no other space has
    #[arg(value_name = "NAME", value_parser = name)]
    pub name: SpaceName,
}

impl Rename {
    pub(super) async fn run(self, desk: &Desk) -> Result<Verdict, Failure> {
        let all = desk.all().await?;
        let before = meant_shared(&all, &self.which)?;
        desk.spaces.rename(&Actor::Installation, &before.id, self.name.clone()).await.map_err(refusal)?;
        match desk.terminal.format() {
            Format::Json => desk.terminal.print_json(&json!({
                "id": before.id.as_str(),
                "name": self.name.as_str(),
                "previous_name": before.name.as_str(),
            }))?,
            Format::Human => {
                let (old, new) = (one_line(before.name.as_str()), one_line(self.name.as_str()));
                desk.terminal.print(&format!("{} {old}: it is {new} now", styled(GOOD, "renamed")))?;
            }
        }
        Ok(Verdict::Success)
    }
}
