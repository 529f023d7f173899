//! What was allowed, and the end of it.

use std::fmt;
use std::net::IpAddr;

use model::oauth::{Authorization, AuthorizationId, Client, ClientId, GrantKind, GrantType, Scopes};
use model::{AuditAction, AuditOutcome, Capability, Space, UserId};
use ports::{AuthorizationsOf, Granted, StoreError};

use super::{AuthorizationServer, Error};

/// What came of taking back what was allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withdrawal {
    /// It is over from now on.
    Done,
    /// There is no such authorization, or it is another user's: nobody is told which.
    NotFound,
}

impl AuthorizationServer {
    /// What a user allowed, and what is good of it now, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn authorizations_of(&self, user: &UserId) -> Result<Vec<Authorization>, StoreError> {
        let now = self.now();
        let all = self.store.authorizations(&AuthorizationsOf::User(user.clone())).await?;
        Ok(all.into_iter().filter(|own| own.is_active(now)).collect())
    }

    /// Whether what was allowed is good now: for what stays open.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn authorization(&self, id: &AuthorizationId) -> Result<Option<Authorization>, StoreError> {
        let now = self.now();
        Ok(self.store.authorization(id).await?.filter(|own| own.is_active(now)))
    }

    /// A user takes back what it allowed: every code and token of it is refused from now on.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was taken back then.
    pub async fn withdraw(
        &self,
        user: &UserId,
        id: &AuthorizationId,
        from: Option<IpAddr>,
    ) -> Result<Withdrawal, StoreError> {
        match self.store.authorization(id).await? {
            Some(own) if own.user == *user => {}
            _ => return Ok(Withdrawal::NotFound),
        }
        self.store.revoke(id, self.now()).await?;
        let entry = self.entry(AuditAction::AuthorizationRevoke, AuditOutcome::Done, from);
        let entry = entry.by(format_args!("user:{user}")).on(format_args!("authorization:{id}"));
        self.note(entry).await;
        Ok(Withdrawal::Done)
    }

    /// Takes back everything that a user allowed: when the password changes, when the user is disabled. Tells how much it was.
    /// `by` is who wants it, as the audit log names them.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was taken back then.
    pub async fn end_all_of(&self, user: &UserId, by: impl fmt::Display + Send) -> Result<usize, StoreError> {
        let ended = self.store.revoke_all_of(user, self.now()).await?;
        if ended > 0 {
            let entry = self.entry(AuditAction::AuthorizationRevoke, AuditOutcome::Done, None);
            let entry = entry.by(by).on(format_args!("user:{user}")).saying(format_args!("all {ended}"));
            self.note(entry).await;
        }
        Ok(ended)
    }

    /// Every client that is known, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn clients(&self) -> Result<Vec<Client>, StoreError> {
        self.store.clients().await
    }

    /// Removes a client and ends everything that was allowed to it. Tells whether it was there.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was removed then.
    pub async fn remove_client(
        &self,
        id: &ClientId,
        by: impl fmt::Display + Send,
    ) -> Result<bool, StoreError> {
        let removed = self.store.remove_client(id, self.now()).await?;
        if removed {
            let entry = self.entry(AuditAction::ClientRemove, AuditOutcome::Done, None);
            let entry = entry.by(by).on(format_args!("client:{id}"));
            self.note(entry).await;
        }
        Ok(removed)
    }

    /// The owner approves that a client acts on its own in a space, for a user who answers for it. What was approved before is
    /// over.
    ///
    /// # Errors
    /// [`Error`]; nothing was approved then.
    pub async fn approve(
        &self,
        client: &ClientId,
        user: &UserId,
        space: &Space,
        capability: Capability,
    ) -> Result<Authorization, Error> {
        let client = self.store.client(client).await?.filter(|client| client.secret.is_some());
        let client = client
            .filter(|client| client.may_use(GrantType::ClientCredentials))
            .ok_or(Error::unauthorized_client("no client of that id registered for client_credentials"))?;
        let now = self.now();
        let own = Authorization {
            id: self.id(AuthorizationId::from_bytes)?,
            client: client.id.clone(),
            client_name: client.name.clone(),
            user: user.clone(),
            space: space.clone(),
            capability,
            scopes: Scopes::default(),
            resource: self.settings.issuer.clone(),
            kind: GrantKind::Approval,
            redirect_owner: None,
            created_at: now,
            expires_at: None,
            revoked_at: None,
            last_used_at: None,
        };
        while let Some(before) = self.approval(&client).await? {
            self.store.revoke(&before.id, now).await?;
        }
        let entry = self.entry(AuditAction::AuthorizationGrant, AuditOutcome::Done, None);
        let entry = entry.by(format_args!("user:{user}")).on(format_args!("client:{}", client.id));
        let name = capability.name();
        let entry = entry.saying(format_args!("on its own, scope {name}, space {space}"));
        self.log.record(entry).await?;
        match self.store.grant(own.clone(), None).await? {
            Granted::Kept => Ok(own),
            Granted::TooMany => {
                Err(Error::new("access_denied", "the user allowed too much to too many programs already"))
            }
        }
    }
}

#[cfg(test)]
mod tests;
