//! `memory spaces create`: makes a shared space.

use auth::spaces::Actor;
use clap::Args;
use model::SpaceName;

use super::{Desk, for_programs, name, refusal};
use crate::exit::{Failure, Verdict};
use crate::render::Format;
use crate::render::text::{GOOD, one_line, styled};

/// Makes a shared space. Its database is made with the first memory in it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory spaces create crew
  memory keys create --name agent --space crew     a key that opens it
  memory list --space crew")]
pub struct Create {
    /// What to call it: a name that no other space has
    #[arg(value_name = "NAME", value_parser = name)]
    pub name: SpaceName,
}

impl Create {
    pub(super) async fn run(self, desk: &Desk) -> Result<Verdict, Failure> {
        let made = desk.spaces.create(&Actor::Installation, self.name).await.map_err(refusal)?;
        let name = one_line(made.name.as_str());
        match desk.terminal.format() {
            Format::Json => desk.terminal.print_json(&for_programs(&made))?,
            Format::Human => {
                desk.terminal.print(&format!("{} {name} ({})", styled(GOOD, "created"), made.id))?;
            }
        }
        desk.terminal.say("`memory keys create --space` makes a key that opens it.");
        Ok(Verdict::Success)
    }
}
