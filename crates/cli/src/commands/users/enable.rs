//! `memory users enable`: lets a user in again.

use auth::spaces::Actor;
use clap::Args;

use super::{Desk, refusal};
use crate::commands::filter::not_blank;
use crate::exit::{Failure, Verdict};

/// Lets a user in again, and forgets how often signing in failed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory users enable ben

Also for a user who has to wait because somebody tried wrong passwords.")]
pub struct Enable {
    /// Name or id of the user
    #[arg(value_name = "NAME", value_parser = not_blank)]
    pub user: String,
}

impl Enable {
    pub(super) async fn run(self, desk: &Desk) -> Result<Verdict, Failure> {
        let user = desk.meant(&self.user).await?;
        let user = desk.accounts.enable(&Actor::Installation, &user.id).await.map_err(refusal)?;
        desk.tell(&user, "enabled").await
    }
}
