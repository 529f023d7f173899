//! The user's yes or no.

use std::net::IpAddr;

use model::oauth::{Authorization, AuthorizationCode, AuthorizationId, GrantKind, GrantType};
use model::{AuditAction, AuditEntry, AuditOutcome, Capability, Space, UserId};
use ports::Granted;

use super::{Asked, AuthorizationServer, CODE, Error};

impl AuthorizationServer {
    /// A user allows a client to act in a space; never more than the client asked for. What the user may do there is for the
    /// caller to know, now and at each request. Gives where the browser is to be sent (303).
    ///
    /// # Errors
    /// [`Error`]; nothing was allowed then.
    pub async fn allow(
        &self,
        asked: &Asked,
        user: &UserId,
        space: &Space,
        capability: Capability,
        from: Option<IpAddr>,
    ) -> Result<String, Error> {
        let now = self.now();
        let lifetimes = self.settings.lifetimes;
        let lasts_s = match asked.client.may_use(GrantType::RefreshToken) {
            true => lifetimes.absolute_s,
            false => lifetimes.code_s + lifetimes.access_s,
        };
        let authorization = Authorization {
            id: self.id(AuthorizationId::from_bytes)?,
            client: asked.client.id.clone(),
            client_name: asked.client.name.clone(),
            user: user.clone(),
            space: space.clone(),
            capability: asked.capability.min(capability),
            scopes: asked.scopes,
            resource: asked.resource.clone(),
            kind: GrantKind::Consent,
            redirect_owner: Some(asked.redirect_owner().to_owned()),
            created_at: now,
            expires_at: Some(now.plus_seconds(lasts_s)),
            revoked_at: None,
            last_used_at: None,
        };
        let secret = self.secret(CODE)?;
        let code = AuthorizationCode {
            digest: secret.digest(),
            authorization: authorization.id.clone(),
            redirect_uri: asked.redirect_uri.clone(),
            challenge: asked.challenge,
            expires_at: now.plus_seconds(lifetimes.code_s),
            used_at: None,
        };
        self.sweep().await;
        self.keep_document(&asked.client).await?;
        // Written down first: what nobody can read of later is not given.
        let entry = self.decision(asked, user, AuditOutcome::Done, from).saying(format_args!(
            "scope {}, space {space}, authorization {}, to {}",
            authorization.capability.name(),
            authorization.id,
            asked.redirect_owner(),
        ));
        self.log.record(entry).await?;
        match self.store.grant(authorization, Some(code)).await? {
            Granted::Kept => {}
            Granted::TooMany => {
                let description = "the user allowed too much to too many programs already";
                return Err(Error::new("access_denied", description));
            }
        }
        Ok(self.location(&asked.redirect_uri, asked.state.as_deref(), &[("code", secret.reveal())]))
    }

    /// A user says no. Gives where the browser is to be sent (303).
    pub async fn deny(&self, asked: &Asked, user: &UserId, from: Option<IpAddr>) -> String {
        let entry = self.decision(asked, user, AuditOutcome::Refused, from);
        let entry = entry.saying(format_args!("the user said no, to {}", asked.redirect_owner()));
        self.note(entry).await;
        let parameters = [("error", "access_denied"), ("error_description", "the user said no")];
        self.location(&asked.redirect_uri, asked.state.as_deref(), &parameters)
    }

    /// A client is told that its user can not be asked now. Gives where the browser is to be sent (303).
    #[must_use]
    pub fn give_up(&self, asked: &Asked, error: &Error) -> String {
        let parameters = [("error", error.code), ("error_description", error.description)];
        self.location(&asked.redirect_uri, asked.state.as_deref(), &parameters)
    }

    fn decision(
        &self,
        asked: &Asked,
        user: &UserId,
        outcome: AuditOutcome,
        from: Option<IpAddr>,
    ) -> AuditEntry {
        let entry = self.entry(AuditAction::AuthorizationGrant, outcome, from);
        entry.by(format_args!("user:{user}")).on(format_args!("client:{}", asked.client.id))
    }
}

#[cfg(test)]
mod tests;
