//! Ending a token (RFC 7009) and examining one (RFC 7662).

use std::net::IpAddr;

use model::oauth::{AccessToken, Authorization, Client, RefreshToken};
use model::{AuditAction, AuditOutcome, KeyDigest};
use serde_json::{Value, json};

use super::parameters::Parameters;
use super::{ACCESS, AuthorizationServer, Error, REFRESH};
use crate::minted;

/// A token of a client.
enum Token {
    Access(AccessToken, Authorization),
    Refresh(RefreshToken, Authorization),
}

impl AuthorizationServer {
    /// A client ends a token of its own; a refresh token with everything that was allowed with it. Of tokens that are unknown or
    /// another's nothing is told: they are no good ones for this client either way.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn revoke(
        &self,
        form: &[(String, String)],
        authorization: Option<&[u8]>,
        from: Option<IpAddr>,
    ) -> Result<(), Error> {
        let form = Parameters(form);
        let client = self.authenticated(form, authorization).await?;
        let shown = form.need("token", "token is missing")?;
        let (action, own, detail) = match self.token_of(&client, shown).await? {
            None => return Ok(()),
            Some(Token::Access(token, own)) => {
                self.store.remove_access_token(&token.digest).await?;
                (AuditAction::TokenRevoke, own, "an access token")
            }
            Some(Token::Refresh(_, own)) => {
                self.store.revoke(&own.id, self.now()).await?;
                (AuditAction::AuthorizationRevoke, own, "by its client")
            }
        };
        self.note(self.about(action, AuditOutcome::Done, &client, &own, from).saying(detail)).await;
        Ok(())
    }

    /// What a client with a secret may know of a token: whether it is a good one of its own.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn introspect(
        &self,
        form: &[(String, String)],
        authorization: Option<&[u8]>,
    ) -> Result<Value, Error> {
        let form = Parameters(form);
        let client = self.authenticated(form, authorization).await?;
        if client.secret.is_none() {
            // Whoever knows its id could ask.
            return Err(Error::invalid_client());
        }
        let shown = form.need("token", "token is missing")?;
        let now = self.now();
        let (own, capability, end, start, resource, kind) = match self.token_of(&client, shown).await? {
            Some(Token::Access(token, own)) if now < token.expires_at && own.is_active(now) => {
                (own, token.capability, token.expires_at, token.created_at, token.resource, Some("Bearer"))
            }
            Some(Token::Refresh(token, own))
                if now < token.expires_at && own.is_active(now) && token.succession.is_none() =>
            {
                let resource = own.resource.clone();
                let capability = own.capability;
                (own, capability, token.expires_at, token.created_at, resource, None)
            }
            _ => return Ok(json!({ "active": false })),
        };
        let seconds = |time: model::Timestamp| time.as_microseconds() / 1_000_000;
        let mut told = json!({
            "active": true,
            "client_id": client.id.as_str(),
            "sub": own.user.as_str(),
            "scope": own.scopes.within(capability).to_string(),
            "aud": resource,
            "iss": self.settings.issuer,
            "iat": seconds(start),
            "exp": seconds(end),
        });
        if let Some(kind) = kind {
            told["token_type"] = kind.into();
        }
        Ok(told)
    }

    /// A token, if it is one of this client.
    async fn token_of(&self, client: &Client, shown: &str) -> Result<Option<Token>, Error> {
        let digest = |prefix| minted::parse(prefix, shown.as_bytes()).map(|secret| secret.digest());
        let found = match (digest(ACCESS), digest(REFRESH)) {
            (Some(digest), _) => self.access_by(&digest).await?,
            (None, Some(digest)) => self.refresh_by(&digest).await?,
            (None, None) => None,
        };
        let is_its = |token: &Token| match token {
            Token::Access(_, own) | Token::Refresh(_, own) => own.client == client.id,
        };
        Ok(found.filter(is_its))
    }

    async fn access_by(&self, digest: &KeyDigest) -> Result<Option<Token>, Error> {
        let found = self.store.access_token(digest).await?;
        Ok(found.map(|(token, own)| Token::Access(token, own)))
    }

    async fn refresh_by(&self, digest: &KeyDigest) -> Result<Option<Token>, Error> {
        let found = self.store.refresh_token(digest).await?;
        Ok(found.map(|(token, own)| Token::Refresh(token, own)))
    }
}
