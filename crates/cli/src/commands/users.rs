//! `memory users`: people who sign in to the server over HTTP.
//!
//! | file | command |
//! |---|---|
//! | [`add`] | `memory users add` |
//! | [`list`] | `memory users list` |
//! | [`disable`] | `memory users disable` |
//! | [`enable`] | `memory users enable` |
//! | [`reset`] | `memory users reset` |
//! | [`link`], [`unlink`] | `memory users link`, `memory users unlink` |
//! | `password` | where a new password comes from |

pub mod add;
pub mod disable;
pub mod enable;
pub mod link;
pub mod list;
mod password;
pub mod reset;
pub mod unlink;

use std::sync::Arc;

use auth::accounts::{Accounts, AccountsError, Identities};
use clap::{Args, Subcommand};
use engine::{EngineError, ErrorCode};
use model::{Account, Identity, User};
use serde_json::{Value, json};

use super::access;
use crate::arguments::Source;
use crate::exit::{Failure, Verdict};
use crate::render::text::one_line;
use crate::render::{Format, Terminal};
use crate::wiring;

/// Adds, lists, disables, enables and resets users: people who sign in to the server over HTTP.
#[derive(Debug, Args)]
#[command(
    arg_required_else_help = true,
    subcommand_required = true,
    after_help = "Examples:
  memory users add anna
  memory users list
  memory users disable anna

Each user has memories of its own, which no other user sees. The first user owns
this installation, and the memories that are there already. Passwords are asked
for, or read from standard input; they are kept as Argon2id hashes. Everything that
is done with users is written into the audit log (`memory audit`)."
)]
pub struct Users {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do with users.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Add a user
    Add(add::Add),
    /// List users
    List(list::List),
    /// Let a user in nowhere any more
    Disable(disable::Disable),
    /// Let a user in again
    Enable(enable::Enable),
    /// Give a user another password, without a second factor or passkeys
    Reset(reset::Reset),
    /// Let a user sign in with an identity of a provider
    Link(link::Link),
    /// Take identities of a provider from a user
    Unlink(unlink::Unlink),
}

impl Users {
    pub(crate) fn run(self, terminal: &Terminal, source: &Source) -> Result<Verdict, Failure> {
        access::run(source, async |settings, access| {
            let accounts = Arc::new(wiring::accounts_of(&access));
            let identities = Identities::new(Arc::clone(&accounts), access.clone());
            let issuer = settings.openid.issuer.value;
            let desk = Desk { terminal: *terminal, accounts, identities, issuer };
            match self.command {
                Command::Add(command) => command.run(&desk).await,
                Command::List(command) => command.run(&desk).await,
                Command::Disable(command) => command.run(&desk).await,
                Command::Enable(command) => command.run(&desk).await,
                Command::Reset(command) => command.run(&desk).await,
                Command::Link(command) => command.run(&desk).await,
                Command::Unlink(command) => command.run(&desk).await,
            }
        })
    }
}

/// What these commands work with.
struct Desk {
    terminal: Terminal,
    accounts: Arc<Accounts>,
    identities: Identities,
    /// The provider of the settings.
    issuer: Option<String>,
}

impl Desk {
    async fn meant(&self, text: &str) -> Result<User, Failure> {
        meant(&self.accounts, text).await
    }

    /// An identity of a provider: of the one of the settings, when none is named.
    fn identity(&self, issuer: Option<&str>, subject: &str) -> Result<Identity, Failure> {
        let refused = |message: String, hint: Option<&str>| Failure::Known {
            code: ErrorCode::InvalidInput,
            message,
            hint: hint.map(str::to_owned),
        };
        let issuer = issuer.or(self.issuer.as_deref()).ok_or_else(|| {
            refused("no provider is known".to_owned(), Some("set MCP_OIDC_ISSUER, or name it with --issuer"))
        })?;
        Identity::new(issuer, subject).map_err(|error| refused(error.to_string(), None))
    }

    /// Tells what a user is now, after something was done.
    async fn tell(&self, user: &User, done: &str) -> Result<Verdict, Failure> {
        match self.terminal.format() {
            Format::Json => {
                let account = self.accounts.account(&user.id).await.map_err(EngineError::from)?;
                self.terminal.print_json(&account.as_ref().map(for_programs).unwrap_or_default())?;
            }
            Format::Human => self.terminal.print(&format!("{done} {} ({})", user.name, user.id))?,
        }
        Ok(Verdict::Success)
    }
}

/// The user whose name or id this is.
pub(crate) async fn meant(accounts: &Accounts, text: &str) -> Result<User, Failure> {
    let found = accounts.find(text).await.map_err(EngineError::from)?;
    found.map(|account| account.user).ok_or_else(|| refusal(AccountsError::NoUser))
}

fn refusal(error: AccountsError) -> Failure {
    let error = match error {
        AccountsError::Unavailable(error) => return EngineError::from(error).into(),
        error => error,
    };
    let (code, hint) = match &error {
        AccountsError::NoUser => (ErrorCode::NotFound, Some("`memory users list` shows them")),
        AccountsError::NameTaken
        | AccountsError::TooManyUsers
        | AccountsError::IdentityTaken
        | AccountsError::TooManyIdentities => (ErrorCode::Conflict, None),
        AccountsError::Randomness(_) => (ErrorCode::Internal, None),
        _ => (ErrorCode::InvalidInput, None),
    };
    Failure::Known { code, message: one_line(&error.to_string()), hint: hint.map(str::to_owned) }
}

/// What programs are told of a user: nothing that anybody signs in with.
fn for_programs(account: &Account) -> Value {
    let user = &account.user;
    json!({
        "id": user.id.as_str(),
        "name": user.name.as_str(),
        "is_owner": user.is_owner,
        "space": user.space.to_string(),
        "state": state(user),
        "created_at": user.created_at.to_string(),
        "disabled_at": user.disabled_at.map(|time| time.to_string()),
        "password_since": account.password_since.to_string(),
        "has_password": !account.password.is_of_none(),
        "has_second_factor": account.totp.is_some(),
        "recovery_codes_left": account.recovery_codes,
    })
}

fn state(user: &User) -> &'static str {
    match user.is_active() {
        true => "active",
        false => "disabled",
    }
}

#[cfg(test)]
mod tests;
