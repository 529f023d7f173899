//! `memory users reset`: gives a user another password.

use auth::spaces::Actor;
use clap::Args;

use super::{Desk, password, refusal};
use crate::commands::filter::not_blank;
use crate::exit::{Failure, Verdict};

/// Gives a user another password and takes the second factor away, for one who lost them.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory users reset ben
  memory users reset ben < password.txt

All sessions end, and so does everything that programs were allowed. The password is
asked for as with `memory users add`; the user changes it after signing in.
Identities of a provider stay: `memory users unlink` takes them away.")]
pub struct Reset {
    /// Name or id of the user
    #[arg(value_name = "NAME", value_parser = not_blank)]
    pub user: String,
}

impl Reset {
    pub(super) async fn run(self, desk: &Desk) -> Result<Verdict, Failure> {
        let user = desk.meant(&self.user).await?;
        let password = password::asked(&desk.terminal, &user.name)?;
        let reset = desk.accounts.reset(&Actor::Installation, &user.id, password.reveal().as_bytes());
        let user = reset.await.map_err(refusal)?;
        desk.tell(&user, "reset").await
    }
}
