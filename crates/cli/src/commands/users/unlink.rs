//! `memory users unlink`: takes identities of a provider from a user.

use auth::spaces::Actor;
use clap::Args;
use engine::{EngineError, ErrorCode};

use super::{Desk, refusal};
use crate::commands::filter::not_blank;
use crate::exit::{Failure, Verdict};

/// Takes an identity of a provider from a user, or all of them.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory users unlink ben
  memory users unlink ben --subject 248289761001

Without --subject, all are taken away, those of other providers, too. Sessions go on:
`memory users disable` ends those.")]
pub struct Unlink {
    /// Name or id of the user
    #[arg(value_name = "NAME", value_parser = not_blank)]
    pub user: String,
    /// Only this one: what the provider calls the person
    #[arg(long, value_name = "SUB", value_parser = not_blank)]
    pub subject: Option<String>,
    /// Address of the provider, instead of MCP_OIDC_ISSUER
    #[arg(long, value_name = "ADDRESS", value_parser = not_blank, requires = "subject")]
    pub issuer: Option<String>,
}

impl Unlink {
    pub(super) async fn run(self, desk: &Desk) -> Result<Verdict, Failure> {
        let user = desk.meant(&self.user).await?;
        let meant = match &self.subject {
            Some(subject) => vec![desk.identity(self.issuer.as_deref(), subject)?],
            None => {
                let own = desk.identities.of(&user.id).await.map_err(EngineError::from)?;
                own.into_iter().map(|linked| linked.identity).collect()
            }
        };
        let mut had_any = false;
        for identity in meant {
            had_any |= desk
                .identities
                .unlink_by(&Actor::Installation, &user.id, &identity)
                .await
                .map_err(refusal)?;
        }
        if !had_any {
            let message = "this user has no such identity".to_owned();
            return Err(Failure::Known { code: ErrorCode::NotFound, message, hint: None });
        }
        desk.tell(&user, "unlinked").await
    }
}
