//! `memory clients`: programs that connect with OAuth.
//!
//! | file | command |
//! |---|---|
//! | [`list`] | `memory clients list` |
//! | [`approve`] | `memory clients approve` |
//! | [`remove`] | `memory clients remove` |

pub mod approve;
pub mod list;
pub mod remove;

use auth::accounts::Accounts;
use auth::oauth::AuthorizationServer;
use auth::spaces::Spaces;
use clap::{Args, Subcommand};
use engine::ErrorCode;
use http_server::Surface;
use model::oauth::ClientId;

use super::access::{self, failure};
use super::server::http::address;
use crate::arguments::Source;
use crate::exit::{Failure, Verdict};
use crate::render::Terminal;
use crate::render::text::one_line;
use crate::wiring;

/// Lists, approves and removes programs that connect to the server over HTTP with OAuth.
#[derive(Debug, Args)]
#[command(
    arg_required_else_help = true,
    subcommand_required = true,
    after_help = "Examples:
  memory clients list
  memory clients approve qszk4cgmtbnxilh2 --user anna --scope read
  memory clients remove qszk4cgmtbnxilh2

A program registers itself, and may do nothing by that: a user allows it something in
a browser, and takes it back at /account. A program that acts on its own, without a
browser (client_credentials), is approved here."
)]
pub struct Clients {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do with programs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List programs that are known
    List(list::List),
    /// Allow a program to act on its own, without a browser
    Approve(approve::Approve),
    /// Forget a program, and end everything that it was allowed
    Remove(remove::Remove),
}

impl Clients {
    pub(crate) fn run(self, terminal: &Terminal, source: &Source) -> Result<Verdict, Failure> {
        access::run(source, async |settings, access| {
            let issuer = wiring::issuer(&settings, address(&settings, Surface::Everything)?);
            let desk = Desk {
                terminal: *terminal,
                server: wiring::authorization_server(&settings, &access, issuer),
                accounts: wiring::accounts_of(&access),
                spaces: wiring::spaces_of(&access),
            };
            match self.command {
                Command::List(command) => command.run(&desk).await,
                Command::Approve(command) => command.run(&desk).await,
                Command::Remove(command) => command.run(&desk).await,
            }
        })
    }
}

/// What these commands work with.
struct Desk {
    terminal: Terminal,
    server: AuthorizationServer,
    accounts: Accounts,
    spaces: Spaces,
}

/// An id as it was written.
fn id(text: &str) -> Result<ClientId, Failure> {
    ClientId::parse(text.trim()).map_err(|_| unknown(text))
}

fn unknown(text: &str) -> Failure {
    Failure::Known {
        code: ErrorCode::NotFound,
        message: format!("there is no program with the id '{}'", one_line(text)),
        hint: Some("`memory clients list` shows them".to_owned()),
    }
}
