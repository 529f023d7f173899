//! `memory users link`: lets a user sign in with an identity of a provider.

use auth::spaces::Actor;
use clap::Args;

use super::{Desk, refusal};
use crate::commands::filter::not_blank;
use crate::exit::{Failure, Verdict};

/// Lets a user sign in with an identity of the provider (MCP_OIDC_ISSUER).
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory users link ben --subject 248289761001
  memory users link ben --subject 8f6c... --issuer https://id.example/realms/main

An identity is known by what the provider calls `sub`, never by an e-mail address:
the audit log has it (`memory audit`) when somebody tried to sign in whom nobody
linked. Users link their own identities on the account page.")]
pub struct Link {
    /// Name or id of the user
    #[arg(value_name = "NAME", value_parser = not_blank)]
    pub user: String,
    /// What the provider calls the person: `sub`
    #[arg(long, value_name = "SUB", value_parser = not_blank)]
    pub subject: String,
    /// Address of the provider, instead of MCP_OIDC_ISSUER
    #[arg(long, value_name = "ADDRESS", value_parser = not_blank)]
    pub issuer: Option<String>,
}

impl Link {
    pub(super) async fn run(self, desk: &Desk) -> Result<Verdict, Failure> {
        let user = desk.meant(&self.user).await?;
        let identity = desk.identity(self.issuer.as_deref(), &self.subject)?;
        desk.identities.link_by(&Actor::Installation, &user.id, identity).await.map_err(refusal)?;
        desk.tell(&user, "linked").await
    }
}
