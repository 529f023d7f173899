//! `memory spaces remove`: ends a space and its keys, and puts its database aside.

use std::io;
use std::path::{Path, PathBuf};

use auth::spaces::Actor;
use clap::Args;
use model::{SharedSpace, Timestamp};
use ports::{Clock, SystemClock};
use serde_json::json;

use super::meant::meant_shared;
use super::{Desk, refusal};
use crate::commands::filter::not_blank;
use crate::exit::{Failure, Verdict};
use crate::render::Format;
use crate::render::text::{GOOD, one_line, plain, styled};

/// Ends a space for its members and its keys. Its memories are kept: their database is put aside, under another name.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory spaces remove crew
  memory spaces remove crew --yes          without a question, as a script needs it

Its keys are refused from now on, also where a server is running. To get rid of its
memories for good, delete the directory that this command names; to look at them, or
to take them in elsewhere, name the database in it with --db.")]
pub struct Remove {
    /// Its name or its id
    #[arg(value_name = "SPACE", value_parser = not_blank)]
    pub which: String,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

impl Remove {
    pub(super) async fn run(self, desk: &Desk) -> Result<Verdict, Failure> {
        let all = desk.all().await?;
        let meant = meant_shared(&all, &self.which)?;
        if !self.yes && !confirmed(desk, meant)? {
            desk.terminal.say("nothing was changed");
            return Ok(Verdict::Success);
        }
        let removed = desk.spaces.remove(&Actor::Installation, &meant.id).await.map_err(refusal)?;
        let directory = &desk.settings.access.spaces.value;
        let aside = put_aside(directory, &removed, SystemClock.now()).map_err(|error| {
            Failure::system("the space has ended, but its database is where it was", &error)
        })?;
        let name = one_line(removed.name.as_str());
        match desk.terminal.format() {
            Format::Json => desk.terminal.print_json(&json!({
                "id": removed.id.as_str(),
                "name": removed.name.as_str(),
                "kept": aside.as_ref().map(|path| path.display().to_string()),
            }))?,
            Format::Human => {
                let mut text =
                    format!("{} {name}: its keys are refused from now on", styled(GOOD, "removed"));
                if let Some(path) = &aside {
                    let path = plain(&path.display().to_string());
                    text.push_str(&format!("\nits memories are kept in {path}"));
                }
                desk.terminal.print(&text)?;
            }
        }
        Ok(Verdict::Success)
    }
}

fn confirmed(desk: &Desk, space: &SharedSpace) -> Result<bool, Failure> {
    let name = one_line(space.name.as_str());
    if !desk.terminal.can_ask() {
        return Err(Failure::invalid(
            format!("the space {name} would be removed, and nobody can be asked here"),
            "give --yes to remove it; its memories are put aside",
        ));
    }
    let question = format!("Remove the space {name} and revoke its keys?");
    desk.terminal.ask(&question).map_err(|error| Failure::system("the answer could not be read", &error))
}

/// Gives the directory of a space another name, and says which; none when nothing was ever stored there. A server that has it open
/// goes on with the same files until it closes them.
fn put_aside(directory: &Path, space: &SharedSpace, now: Timestamp) -> io::Result<Option<PathBuf>> {
    let aside = directory.join(format!("removed-{}-{}", space.id, now.as_microseconds() / 1_000_000));
    match std::fs::rename(directory.join(space.id.as_str()), &aside) {
        Ok(()) => Ok(Some(aside)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{SpaceId, SpaceName};

    #[test]
    fn the_database_of_a_removed_space_is_kept_under_another_name() {
        let spaces = tempfile::tempdir().unwrap();
        let space = SharedSpace {
            id: SpaceId::from_bytes([1; 10]),
            name: SpaceName::new("crew").unwrap(),
            created_at: Timestamp::from_microseconds(0),
            created_by: None,
        };
        let now = Timestamp::from_microseconds(1_700_000_000_000_000);
        assert_eq!(put_aside(spaces.path(), &space, now).unwrap(), None, "nothing was stored there");
        let own = spaces.path().join(space.id.as_str());
        std::fs::create_dir(&own).unwrap();
        std::fs::write(own.join("memory.db"), "x").unwrap();
        let aside = put_aside(spaces.path(), &space, now).unwrap().unwrap();
        assert!(aside.ends_with(format!("removed-{}-1700000000", space.id)) && !own.exists());
        assert_eq!(std::fs::read_to_string(aside.join("memory.db")).unwrap(), "x");
        // Under another of its kind nothing is written over.
        std::fs::create_dir(&own).unwrap();
        assert!(put_aside(spaces.path(), &space, now).is_err() && own.exists());
    }
}
