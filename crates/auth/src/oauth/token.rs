//! The token endpoint.

use std::net::IpAddr;

use model::oauth::{AccessToken, Authorization, Client, GrantType, RefreshToken, Scopes};
use model::{AuditAction, AuditEntry, AuditOutcome, Capability, Timestamp};
use serde_json::{Value, json};

use super::parameters::Parameters;
use super::resource::covers;
use super::{AuthorizationServer, Error};
use crate::Secret;

impl AuthorizationServer {
    /// Gives a client tokens, for a form and what stands in the header `Authorization`.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn token(
        &self,
        form: &[(String, String)],
        authorization: Option<&[u8]>,
        from: Option<IpAddr>,
    ) -> Result<Value, Error> {
        let form = Parameters(form);
        let named = form.need("grant_type", "grant_type is missing")?;
        let Some(grant) = GrantType::parse(named) else {
            let description = "grant_type must be authorization_code, refresh_token or client_credentials";
            return Err(Error::new("unsupported_grant_type", description));
        };
        let client = self.authenticated(form, authorization).await?;
        if !client.may_use(grant) {
            return Err(Error::unauthorized_client("the client did not register for this grant_type"));
        }
        self.sweep().await;
        match grant {
            GrantType::AuthorizationCode => self.redeem(&client, form, from).await,
            GrantType::RefreshToken => self.refresh(&client, form, from).await,
            GrantType::ClientCredentials => self.client_credentials(&client, form, from).await,
        }
    }

    /// What a token is to be good for: what was allowed, or a part of it.
    pub(super) fn narrowed_resource(
        &self,
        form: Parameters<'_>,
        own: &Authorization,
    ) -> Result<String, Error> {
        match self.resource(form.all("resource"))? {
            None => Ok(own.resource.clone()),
            Some(asked) if covers(&own.resource, &asked) => Ok(asked),
            Some(_) => Err(Error::invalid_target()),
        }
    }

    /// What a token may do, and the names for it: what was allowed, or less.
    pub(super) fn narrowed_scope(
        &self,
        form: Parameters<'_>,
        own: &Authorization,
    ) -> Result<(Capability, Scopes), Error> {
        let asked = self.scopes(form)?;
        let allowed = own.scopes.within(own.capability);
        let Some(capability) = asked.capability() else { return Ok((own.capability, allowed)) };
        // Who may write may read, too, whether or not it asked for that by name.
        let is_allowed = capability <= own.capability && (!asked.is_offline() || allowed.is_offline());
        if is_allowed { Ok((capability, asked)) } else { Err(Error::invalid_scope()) }
    }

    /// An access token that is kept by that secret.
    pub(super) fn access_token(
        &self,
        secret: &Secret,
        own: &Authorization,
        capability: Capability,
        resource: String,
        now: Timestamp,
    ) -> AccessToken {
        let end = now.plus_seconds(self.settings.lifetimes.access_s);
        AccessToken {
            digest: secret.digest(),
            authorization: own.id.clone(),
            capability,
            resource,
            created_at: now,
            expires_at: ending(end, own),
        }
    }

    /// A refresh token that is kept by that secret.
    pub(super) fn refresh_token(&self, secret: &Secret, own: &Authorization, now: Timestamp) -> RefreshToken {
        RefreshToken {
            digest: secret.digest(),
            authorization: own.id.clone(),
            created_at: now,
            expires_at: ending(now.plus_seconds(self.settings.lifetimes.idle_s), own),
            succession: None,
        }
    }

    /// What the audit log says of a token.
    pub(super) fn about(
        &self,
        action: AuditAction,
        outcome: AuditOutcome,
        client: &Client,
        own: &Authorization,
        from: Option<IpAddr>,
    ) -> AuditEntry {
        let entry = self.entry(action, outcome, from);
        entry.by(format_args!("client:{}", client.id)).on(format_args!("authorization:{}", own.id))
    }
}

/// Nothing outlives its authorization.
fn ending(end: Timestamp, own: &Authorization) -> Timestamp {
    match own.expires_at {
        Some(last) if last < end => last,
        _ => end,
    }
}

/// What a client gets.
pub(super) fn answer(
    access: &Secret,
    kept: &AccessToken,
    refresh: Option<&Secret>,
    scopes: Scopes,
    now: Timestamp,
) -> Value {
    let left_s = (kept.expires_at.as_microseconds() - now.as_microseconds()) / 1_000_000;
    let mut told = json!({
        "access_token": access.reveal(),
        "token_type": "Bearer",
        "expires_in": left_s.max(0),
        "scope": scopes.to_string(),
    });
    if let Some(refresh) = refresh {
        told["refresh_token"] = refresh.reveal().into();
    }
    told
}
