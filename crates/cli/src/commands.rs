//! The commands, one file each.

mod access;
pub mod audit;
pub mod backup;
pub mod clients;
pub mod completions;
pub mod config;
pub mod delete;
pub mod doctor;
pub mod export;
mod file;
pub mod filter;
pub mod get;
pub mod history;
pub mod import;
pub mod keys;
pub mod list;
pub mod purge;
pub mod restore;
pub mod search;
pub mod server;
pub mod service;
mod session;
pub mod spaces;
pub mod stats;
pub mod status;
pub mod store;
pub mod undelete;
pub mod update;
pub mod users;
pub mod verify;

pub(crate) use session::{Answered, Session};

use crate::arguments::{Arguments, Command};
use crate::exit::{Failure, Verdict};
use crate::render::Terminal;
use doctor::{Doctor, Subject};

/// Carries out a command.
///
/// # Errors
/// [`Failure`]: what it could not do.
pub fn run(arguments: Arguments, terminal: &Terminal) -> Result<Verdict, Failure> {
    let Arguments { source, command, .. } = arguments;
    if source.space.is_some() && !command.works_in_a_space() {
        return Err(Failure::invalid(
            "--space says in which space a command works, and this one works in none",
            "leave --space out; what a server does in a space is said by the key it is shown",
        ));
    }
    match command {
        Command::Completions(command) => command.run(terminal),
        Command::Config(command) => command.run(terminal, &source),
        Command::Keys(command) => command.run(terminal, &source),
        Command::Spaces(command) => command.run(terminal, &source),
        Command::Clients(command) => command.run(terminal, &source),
        Command::Users(command) => command.run(terminal, &source),
        Command::Audit(command) => command.run(terminal, &source),
        Command::Server(command) => command.run(terminal, &source),
        Command::Launch(command) => command.run(terminal, &source),
        Command::Stop(command) => command.run(terminal, &source),
        Command::Restart(command) => command.run(terminal, &source),
        Command::Info(command) => command.run(terminal, &source),
        Command::Health(command) => command.run(terminal, &source),
        Command::Logs(command) => command.run(terminal, &source),
        Command::Service(command) => command.run(terminal, &source),
        Command::Store(command) => {
            Session::run(terminal, &source, async |session| command.run(session).await)
        }
        Command::Search(command) => {
            Session::run(terminal, &source, async |session| command.run(session).await)
        }
        Command::Get(command) => Session::run(terminal, &source, async |session| command.run(session).await),
        Command::List(command) => Session::run(terminal, &source, async |session| command.run(session).await),
        Command::Delete(command) => {
            Session::run(terminal, &source, async |session| command.run(session).await)
        }
        Command::Status(command) => {
            Session::run(terminal, &source, async |session| command.run(session).await)
        }
        Command::Backup(command) => {
            Session::run(terminal, &source, async |session| command.run(session).await)
        }
        Command::Verify(command) => {
            Session::run(terminal, &source, async |session| command.run(session).await)
        }
        Command::Restore(command) => {
            Session::run(terminal, &source, async |session| command.run(session).await)
        }
        Command::Import(command) => {
            Session::run(terminal, &source, async |session| command.run(session).await)
        }
        Command::Export(command) => {
            Session::run(terminal, &source, async |session| command.run(session).await)
        }
        Command::Update(command) => {
            Session::run(terminal, &source, async |session| command.run(session).await)
        }
        Command::History(command) => {
            Session::run(terminal, &source, async |session| command.run(session).await)
        }
        Command::Undelete(command) => {
            Session::run(terminal, &source, async |session| command.run(session).await)
        }
        Command::Purge(command) => {
            Session::run(terminal, &source, async |session| command.run(session).await)
        }
        Command::Tags(command) => Session::run(terminal, &source, async |session| command.run(session).await),
        Command::Stats(command) => {
            Session::run(terminal, &source, async |session| command.run(session).await)
        }
        Command::Doctor(Doctor { subject: Some(Subject::OAuth(command)), .. }) => command.run(terminal),
        Command::Doctor(command) => {
            Session::run(terminal, &source, async |session| command.run(session).await)
        }
    }
}
