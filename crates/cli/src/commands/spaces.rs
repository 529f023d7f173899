//! `memory spaces`: shared spaces, and memories between spaces.
//!
//! | file | command |
//! |---|---|
//! | [`create`] | `memory spaces create` |
//! | [`list`] | `memory spaces list` |
//! | [`rename`] | `memory spaces rename` |
//! | [`remove`] | `memory spaces remove` |
//! | [`members`] | `memory spaces members`, `add-member`, `remove-member` |
//! | [`carry`] | `memory spaces move`, `memory spaces copy` |
//! | `meant` | which space a text means |

pub mod carry;
pub mod create;
pub mod list;
pub(crate) mod meant;
pub mod members;
pub mod remove;
pub mod rename;

use auth::accounts::Accounts;
use auth::spaces::{self, SpacesError};
use clap::{Args, Subcommand};
use engine::{EngineError, ErrorCode};
use model::{InvalidSpaceName, SharedSpace, SpaceName};
use serde_json::{Value, json};

use super::Session;
use super::access;
use crate::arguments::Source;
use crate::exit::{Failure, Verdict};
use crate::render::Terminal;
use crate::render::text::one_line;
use crate::settings::Settings;
use crate::wiring;

/// Makes, lists, renames and removes shared spaces, and moves memories between spaces.
#[derive(Debug, Args)]
#[command(
    arg_required_else_help = true,
    subcommand_required = true,
    after_help = "Examples:
  memory spaces create crew
  memory keys create --name agent --space crew
  memory store \"The ferry leaves at nine\" --space crew
  memory spaces add-member crew anna --role reader
  memory spaces move crew --tags travel
  memory spaces list

A space is a database of its own. Who has a key of one space sees nothing of any
other: no memory, no count, no tag. Everything that is done with spaces is written
into the audit log."
)]
pub struct Spaces {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do with spaces.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a shared space
    Create(create::Create),
    /// List shared spaces
    List(list::List),
    /// Call a space something else
    Rename(rename::Rename),
    /// End a space and its keys, and put its database aside
    Remove(remove::Remove),
    /// List the members of a space
    Members(members::Members),
    /// Make a user a member of a space, or give a member another role
    AddMember(members::AddMember),
    /// End a membership
    RemoveMember(members::RemoveMember),
    /// Move memories to another space
    Move(carry::Move),
    /// Copy memories to another space
    Copy(carry::Copy),
}

impl Spaces {
    /// Whether it does something to what is in one space.
    pub(crate) fn works_in_a_space(&self) -> bool {
        matches!(self.command, Command::Move(_) | Command::Copy(_))
    }

    pub(crate) fn run(self, terminal: &Terminal, source: &Source) -> Result<Verdict, Failure> {
        match self.command {
            Command::Create(command) => Desk::run(terminal, source, async |desk| command.run(desk).await),
            Command::List(command) => Desk::run(terminal, source, async |desk| command.run(desk).await),
            Command::Rename(command) => Desk::run(terminal, source, async |desk| command.run(desk).await),
            Command::Remove(command) => Desk::run(terminal, source, async |desk| command.run(desk).await),
            Command::Members(command) => Desk::run(terminal, source, async |desk| command.run(desk).await),
            Command::AddMember(command) => Desk::run(terminal, source, async |desk| command.run(desk).await),
            Command::RemoveMember(command) => {
                Desk::run(terminal, source, async |desk| command.run(desk).await)
            }
            Command::Move(command) => {
                Session::run(terminal, source, async |session| command.run(session).await)
            }
            Command::Copy(command) => {
                Session::run(terminal, source, async |session| command.run(session).await)
            }
        }
    }
}

/// What commands work with that touch no memory.
struct Desk {
    terminal: Terminal,
    settings: Settings,
    spaces: spaces::Spaces,
    accounts: Accounts,
}

impl Desk {
    fn run(
        terminal: &Terminal,
        source: &Source,
        command: impl AsyncFnOnce(&Self) -> Result<Verdict, Failure>,
    ) -> Result<Verdict, Failure> {
        access::run(source, async |settings, access| {
            let (spaces, accounts) = (wiring::spaces_of(&access), wiring::accounts_of(&access));
            command(&Self { terminal: *terminal, settings, spaces, accounts }).await
        })
    }

    async fn all(&self) -> Result<Vec<SharedSpace>, Failure> {
        Ok(self.spaces.all().await.map_err(EngineError::from)?)
    }
}

fn name(text: &str) -> Result<SpaceName, InvalidSpaceName> {
    SpaceName::new(text)
}

fn refusal(error: SpacesError) -> Failure {
    let error = match error {
        SpacesError::Store(error) => return EngineError::from(error).into(),
        error => error,
    };
    let code = match &error {
        SpacesError::NotFound | SpacesError::NoMember => ErrorCode::NotFound,
        SpacesError::NameTaken(_)
        | SpacesError::TooManySpaces
        | SpacesError::TooManyMembers
        | SpacesError::LastOwner => ErrorCode::Conflict,
        SpacesError::NotOwner => ErrorCode::InvalidInput,
        SpacesError::Randomness(_) | SpacesError::Store(_) => ErrorCode::Internal,
    };
    Failure::Known { code, message: one_line(&error.to_string()), hint: None }
}

/// What programs are told of a space.
fn for_programs(space: &SharedSpace) -> Value {
    json!({
        "id": space.id.as_str(),
        "name": space.name.as_str(),
        "created_at": space.created_at.to_string(),
        "created_by": space.created_by.as_ref().map(|user| user.as_str()),
    })
}
