//! New tokens for a refresh token.

use std::net::IpAddr;

use model::oauth::{Authorization, Client, Succession};
use model::{AuditAction, AuditOutcome, KeyDigest};
use ports::Rotated;
use serde_json::Value;

use super::parameters::Parameters;
use super::succession::successors;
use super::token::answer;
use super::{AuthorizationServer, Error, REFRESH};
use crate::secret::same;
use crate::{Secret, minted};

/// For how long a client that did not get the answer may ask again, in seconds.
pub const GRACE_S: f64 = 10.0;
/// How often another call may come in between.
const ROUNDS: usize = 3;

/// What a client is told of a refresh token that is not good for it, whatever the reason.
const REFUSED: Error = Error::invalid_grant(
    "the refresh token is unknown, too old, used or revoked, or of another client: ask the user again",
);

/// A refresh token that a client shows.
struct Shown<'a> {
    client: &'a Client,
    secret: Secret,
    digest: KeyDigest,
    form: Parameters<'a>,
    from: Option<IpAddr>,
}

impl AuthorizationServer {
    pub(super) async fn refresh(
        &self,
        client: &Client,
        form: Parameters<'_>,
        from: Option<IpAddr>,
    ) -> Result<Value, Error> {
        let text = form.need("refresh_token", "refresh_token is missing")?;
        let secret = minted::parse(REFRESH, text.as_bytes()).ok_or(REFUSED)?;
        let shown = Shown { client, digest: secret.digest(), secret, form, from };
        for _ in 0..ROUNDS {
            let (token, own) = self.store.refresh_token(&shown.digest).await?.ok_or(REFUSED)?;
            if own.client != client.id {
                let entry = self.about(AuditAction::TokenRefresh, AuditOutcome::Refused, client, &own, from);
                self.note(entry.saying("the refresh token of another client")).await;
                return Err(REFUSED);
            }
            let now = self.now();
            if !own.is_active(now) || now >= token.expires_at {
                return Err(REFUSED);
            }
            match token.succession {
                Some(succession) => return self.repeat(&shown, &own, &succession).await,
                // None when another call was faster.
                None => match self.rotate(&shown, &own).await? {
                    Some(tokens) => return Ok(tokens),
                    None => continue,
                },
            }
        }
        Err(REFUSED)
    }

    /// Uses up a refresh token. What is narrowed is the access token: what the client may ask for the next time stays.
    async fn rotate(&self, shown: &Shown<'_>, own: &Authorization) -> Result<Option<Value>, Error> {
        let resource = self.narrowed_resource(shown.form, own)?;
        let (capability, scopes) = self.narrowed_scope(shown.form, own)?;
        let mut salt = [0; 16];
        self.rng.fill(&mut salt).map_err(|_| Error::no_randomness())?;
        let (access, refresh) = successors(&shown.secret, &salt).map_err(|_| Error::no_randomness())?;
        let now = self.now();
        let succession =
            Succession { at: now, salt: Some(salt), refresh: refresh.digest(), access: access.digest() };
        let kept = self.access_token(&access, own, capability, resource, now);
        let next = self.refresh_token(&refresh, own, now);
        match self.store.rotate(&shown.digest, succession, kept.clone(), next).await? {
            Rotated::Stale => return Ok(None),
            Rotated::Done => {}
        }
        // When this cannot be written, the client asks again and gets the same tokens.
        let entry = self.refreshed(shown, own).saying(format_args!("user {}", own.user));
        self.log.record(entry).await?;
        Ok(Some(answer(&access, &kept, Some(&refresh), scopes, now)))
    }

    /// A refresh token that was used: a client that did not get the answer gets it once more. Whoever else shows it has stolen it,
    /// or somebody stole what came after it, and nobody can tell which: the family ends.
    async fn repeat(
        &self,
        shown: &Shown<'_>,
        own: &Authorization,
        succession: &Succession,
    ) -> Result<Value, Error> {
        let now = self.now();
        let is_late = now > succession.at.plus_seconds(GRACE_S);
        let is_unused = match self.store.refresh_token(&succession.refresh).await? {
            Some((next, _)) => next.succession.is_none(),
            None => false,
        };
        let kept = self.store.access_token(&succession.access).await?;
        let (Some(salt), Some((kept, _)), true, false) = (succession.salt, kept, is_unused, is_late) else {
            self.end_reused(own, "a refresh token", shown.from).await?;
            return Err(REFUSED);
        };
        let (access, refresh) = successors(&shown.secret, &salt).map_err(|_| Error::no_randomness())?;
        let is_same =
            same(&access.digest(), &succession.access) && same(&refresh.digest(), &succession.refresh);
        if !is_same {
            return Err(REFUSED);
        }
        self.log.record(self.refreshed(shown, own).saying("the same answer once more")).await?;
        let scopes = match self.scopes(shown.form)? {
            asked if asked.capability() == Some(kept.capability) => asked,
            _ => own.scopes.within(kept.capability),
        };
        Ok(answer(&access, &kept, Some(&refresh), scopes, now))
    }

    fn refreshed(&self, shown: &Shown<'_>, own: &Authorization) -> model::AuditEntry {
        self.about(AuditAction::TokenRefresh, AuditOutcome::Done, shown.client, own, shown.from)
    }
}
