//! `memory restore`: puts a backup in the place of the database.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use store_sqlite::Restored;

use super::Session;
use super::file::{failure, off_the_runtime};
use crate::exit::{Failure, Verdict};
use crate::render::Format;
use crate::render::text::{GOOD, memories, plain, styled};
use crate::wiring;

/// Puts a backup in the place of the database. What was there is kept beside it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory verify backup.db && memory restore backup.db
  memory restore backup.db --yes          without a question, as a script needs it

Stop every server first: a database in use is not replaced. The backup is
verified before anything is touched, and an interrupted restore leaves the old
database or the new one. The backup itself stays as it is.")]
pub struct Restore {
    /// Backup to put in place
    #[arg(value_name = "FILE")]
    pub backup: PathBuf,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

impl Restore {
    pub(crate) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        if !self.yes && !confirmed(session)? {
            session.terminal.say("nothing was changed");
            return Ok(Verdict::Success);
        }
        let options = wiring::database(&session.settings, session.space());
        let work = move || {
            store_sqlite::restore(&options, &self.backup).map_err(|error| failure(&self.backup, error))
        };
        let restored = off_the_runtime(&session.terminal, "restoring", work).await??;
        match session.terminal.format() {
            Format::Json => session.terminal.print_json(&json!({
                "memories": restored.memories,
                "previous": restored.previous.as_ref().map(|path| path.display().to_string()),
            }))?,
            Format::Human => session.terminal.print(&for_people(&restored))?,
        }
        Ok(Verdict::Success)
    }
}

fn confirmed(session: &Session) -> Result<bool, Failure> {
    let path = session.place.database.display();
    if !session.terminal.can_ask() {
        return Err(Failure::invalid(
            format!("the database {path} would be replaced, and nobody can be asked here"),
            "give --yes to replace it; it is kept beside the new one",
        ));
    }
    session
        .terminal
        .ask(&format!("Replace the database {}?", plain(&path.to_string())))
        .map_err(|error| Failure::system("the answer could not be read", &error))
}

fn for_people(restored: &Restored) -> String {
    let mut lines = vec![format!("{} {}", styled(GOOD, "restored"), memories(restored.memories))];
    if let Some(previous) = &restored.previous {
        lines.push(format!("the database that was there is now {}", plain(&previous.display().to_string())));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests;
