//! A token for a client itself, which the owner approved.

use std::net::IpAddr;

use model::oauth::{Authorization, Client, GrantKind};
use model::{AuditAction, AuditOutcome};
use ports::AuthorizationsOf;
use serde_json::Value;

use super::parameters::Parameters;
use super::token::answer;
use super::{ACCESS, AuthorizationServer, Error};

const NOT_APPROVED: Error =
    Error::unauthorized_client("the owner of this server did not approve that the client acts on its own");

impl AuthorizationServer {
    /// Registering gives a client nothing: anybody may do that.
    pub(super) async fn client_credentials(
        &self,
        client: &Client,
        form: Parameters<'_>,
        from: Option<IpAddr>,
    ) -> Result<Value, Error> {
        let own = self.approval(client).await?.ok_or(NOT_APPROVED)?;
        let resource = self.narrowed_resource(form, &own)?;
        let (capability, scopes) = self.narrowed_scope(form, &own)?;
        let access = self.secret(ACCESS)?;
        let now = self.now();
        let kept = self.access_token(&access, &own, capability, resource, now);
        let digest = kept.digest;
        if !self.store.issue(kept.clone()).await? {
            return Err(NOT_APPROVED);
        }
        let entry = self.about(AuditAction::TokenIssue, AuditOutcome::Done, client, &own, from);
        if let Err(error) = self.log.record(entry.saying("for the client itself")).await {
            // Nobody can read of it later, so it is not given.
            self.store.remove_access_token(&digest).await?;
            return Err(error.into());
        }
        Ok(answer(&access, &kept, None, scopes, now))
    }

    /// What the owner approved that a client does on its own, if that is good now.
    pub(super) async fn approval(&self, client: &Client) -> Result<Option<Authorization>, Error> {
        let now = self.now();
        let all = self.store.authorizations(&AuthorizationsOf::Client(client.id.clone())).await?;
        let own = all.into_iter().rev().find(|own| own.kind == GrantKind::Approval && own.is_active(now));
        // It is for the whole of this server. The command line, where it is given, need not know by which address that is reached.
        Ok(own.map(|own| Authorization { resource: self.settings.issuer.clone(), ..own }))
    }
}
