//! The tokens for a code.

use std::net::IpAddr;

use model::oauth::{Authorization, AuthorizationCode, Client, GrantType};
use model::{AuditAction, AuditOutcome, KeyDigest};
use ports::Redeemed;
use serde_json::Value;

use super::parameters::Parameters;
use super::token::answer;
use super::{ACCESS, AuthorizationServer, CODE, Error, REFRESH};
use crate::secret::same;
use crate::{Secret, minted};

/// What a client is told of a code that is not good for it, whatever the reason.
const REFUSED: Error = Error::invalid_grant(
    "the code is unknown, too old, used, or of another client, redirect_uri or code_verifier",
);

impl AuthorizationServer {
    pub(super) async fn redeem(
        &self,
        client: &Client,
        form: Parameters<'_>,
        from: Option<IpAddr>,
    ) -> Result<Value, Error> {
        let shown = form.need("code", "code is missing")?;
        let verifier = verifier(form)?;
        let digest = minted::parse(CODE, shown.as_bytes()).ok_or(REFUSED)?.digest();
        let (code, own) = self.store.code(&digest).await?.ok_or(REFUSED)?;
        if code.used_at.is_some() {
            // Whoever shows it: two have it.
            self.end_reused(&own, "a code", from).await?;
            return Err(REFUSED);
        }
        if !is_its(client, &code, &own, form, &verifier)? {
            // It is not used up: whoever it belongs to can still come.
            let entry = self.about(AuditAction::TokenIssue, AuditOutcome::Refused, client, &own, from);
            self.note(entry.saying("another client, redirect_uri or code_verifier")).await;
            return Err(REFUSED);
        }
        let (capability, resource) = (own.capability, self.narrowed_resource(form, &own)?);
        let access = self.secret(ACCESS)?;
        let refresh = match client.may_use(GrantType::RefreshToken) {
            true => Some(self.secret(REFRESH)?),
            false => None,
        };
        let now = self.now();
        let kept = self.access_token(&access, &own, capability, resource, now);
        let kept_refresh = refresh.as_ref().map(|secret: &Secret| self.refresh_token(secret, &own, now));
        match self.store.redeem(&digest, now, kept.clone(), kept_refresh).await? {
            Redeemed::Done => {}
            Redeemed::Again => {
                self.end_reused(&own, "a code", from).await?;
                return Err(REFUSED);
            }
            Redeemed::Gone => return Err(REFUSED),
        }
        let entry = self.about(AuditAction::TokenIssue, AuditOutcome::Done, client, &own, from);
        let entry = entry.saying(format_args!("user {}", own.user));
        if let Err(error) = self.log.record(entry).await {
            // Nobody can read of it later, so it is not given.
            self.store.revoke(&own.id, now).await?;
            return Err(error.into());
        }
        Ok(answer(&access, &kept, refresh.as_ref(), own.scopes.within(capability), now))
    }
}

/// The digest of what shows that whoever asks now is the one that sent the browser.
fn verifier(form: Parameters<'_>) -> Result<KeyDigest, Error> {
    let verifier = form.need("code_verifier", "code_verifier is missing: PKCE is needed")?;
    let is_verifier = (43..=128).contains(&verifier.len())
        && verifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    match is_verifier {
        true => Ok(KeyDigest::of(verifier.as_bytes())),
        false => {
            Err(Error::invalid_request("code_verifier must be 43 to 128 characters of A-Z a-z 0-9 - . _ ~"))
        }
    }
}

/// Whether a code is the client's, and the client the one that sent the browser. An OAuth 2.0 client says again where that came
/// back; one of OAuth 2.1 need not, since the verifier tells more.
fn is_its(
    client: &Client,
    code: &AuthorizationCode,
    own: &Authorization,
    form: Parameters<'_>,
    verifier: &KeyDigest,
) -> Result<bool, Error> {
    let redirect_uri = form.get("redirect_uri")?;
    Ok(own.client == client.id
        && redirect_uri.is_none_or(|uri| uri == code.redirect_uri.as_str())
        && same(verifier, &code.challenge))
}
