//! `memory users disable`: lets a user in nowhere any more.

use auth::spaces::Actor;
use clap::Args;

use super::{Desk, refusal};
use crate::commands::filter::not_blank;
use crate::exit::{Failure, Verdict};

/// Lets a user in nowhere any more, from the next request on.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory users disable ben

All sessions end, and so does everything that programs were allowed; both stay ended
when the user is enabled again. The memories stay where they are. API keys are no
user's: `memory keys revoke` ends those.")]
pub struct Disable {
    /// Name or id of the user
    #[arg(value_name = "NAME", value_parser = not_blank)]
    pub user: String,
}

impl Disable {
    pub(super) async fn run(self, desk: &Desk) -> Result<Verdict, Failure> {
        let user = desk.meant(&self.user).await?;
        let user = desk.accounts.disable(&Actor::Installation, &user.id).await.map_err(refusal)?;
        desk.tell(&user, "disabled").await
    }
}
