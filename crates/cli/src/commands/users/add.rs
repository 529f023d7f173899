//! `memory users add`: adds a user.

use auth::spaces::Actor;
use clap::Args;
use model::{InvalidUserName, UserName};

use super::{Desk, password, refusal};
use crate::exit::{Failure, Verdict};

/// Adds a user, who has memories of its own. The first user owns this installation.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory users add anna
  memory users add ben < password.txt
  memory users add anna@example.org --json | jq -r .id

The password is asked for twice, without showing it; where nobody can be asked, it is
the first line of standard input. It needs 12 characters and nothing else. It is
never an argument: others on the machine could read that.")]
pub struct Add {
    /// With what the user signs in: letters and digits without accents and . _ - + @
    #[arg(value_name = "NAME", value_parser = name)]
    pub name: UserName,
}

impl Add {
    pub(super) async fn run(self, desk: &Desk) -> Result<Verdict, Failure> {
        if desk.accounts.find(self.name.as_str()).await.map_err(engine::EngineError::from)?.is_some() {
            // Before anybody thinks of a password.
            return Err(refusal(auth::accounts::AccountsError::NameTaken));
        }
        let password = password::asked(&desk.terminal, &self.name)?;
        let added = desk.accounts.add(&Actor::Installation, self.name.as_str(), password.reveal().as_bytes());
        let user = added.await.map_err(refusal)?;
        let verdict = desk.tell(&user, "added").await?;
        desk.terminal.say(match user.is_owner {
            true => "The first user: owns this installation and the memories that are there already.",
            false => "The memories of this user are in a space of their own, which nobody else sees.",
        });
        Ok(verdict)
    }
}

fn name(text: &str) -> Result<UserName, InvalidUserName> {
    UserName::new(text)
}
