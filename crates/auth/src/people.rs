//! Users and the programs that act for them: from a session or an access token to who asks.
//!
//! What either may do is found out at each request: whether the user is active, what the user may do in the space, and for a
//! program how much of that it was allowed.

use std::sync::Arc;

use model::oauth::AuthorizationId;
use model::{Capability, SessionId, Space, User, UserId};
use ports::StoreError;

use crate::accounts::Accounts;
use crate::oauth::AuthorizationServer;
use crate::openid::RelyingParty;
use crate::spaces::{Held, Spaces};
use crate::{Method, Principal, Reach};

/// The users of an installation, their spaces, and the programs that act for them. Cheap to clone.
#[derive(Clone)]
pub struct People {
    accounts: Arc<Accounts>,
    spaces: Arc<Spaces>,
    server: Arc<AuthorizationServer>,
    provider: Option<Arc<RelyingParty>>,
}

impl People {
    /// All of them.
    #[must_use]
    pub fn new(accounts: Arc<Accounts>, spaces: Arc<Spaces>, server: Arc<AuthorizationServer>) -> Self {
        Self { accounts, spaces, server, provider: None }
    }

    /// The same, who can sign in with a provider of identities, too.
    #[must_use]
    pub fn with_provider(mut self, provider: Arc<RelyingParty>) -> Self {
        self.provider = Some(provider);
        self
    }

    /// With whose identities they sign in, if with any.
    #[must_use]
    pub fn provider(&self) -> Option<&RelyingParty> {
        self.provider.as_deref()
    }

    /// Who there is.
    #[must_use]
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// What they may do where.
    #[must_use]
    pub fn spaces(&self) -> &Spaces {
        &self.spaces
    }

    /// What they allowed programs.
    #[must_use]
    pub fn server(&self) -> &AuthorizationServer {
        &self.server
    }

    /// The same, to be kept.
    #[must_use]
    pub fn shared_server(&self) -> Arc<AuthorizationServer> {
        Arc::clone(&self.server)
    }

    /// The address of this server, as browsers and programs know it.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.server.issuer()
    }

    /// Who has a session, in the private space. It opens the others, too, when one of them is meant.
    pub(crate) async fn of_session(&self, secret: &[u8]) -> Result<Option<Principal>, StoreError> {
        let found = self.accounts.session(secret).await?;
        Ok(found.map(|(session, user)| {
            let reach = reach(&user, &user.space);
            Principal {
                id: format!("user:{}", user.id),
                name: user.name.to_string(),
                capability: Capability::Admin,
                space: user.space,
                reach,
                method: Method::Session(session.id, user.id),
                credential: crate::Credential::Own,
            }
        }))
    }

    /// Who shows an access token that is good at a path of this server.
    pub(crate) async fn of_token(&self, token: &[u8], path: &str) -> Result<Option<Principal>, StoreError> {
        let found = self.server.bearer(token).await?;
        let Some(bearer) = found.filter(|bearer| self.server.is_good_at(bearer, path)) else {
            return Ok(None);
        };
        let Some((user, allowed)) = self.allowed(&bearer.user, &bearer.space).await? else { return Ok(None) };
        let name = bearer.client_name.map_or_else(|| user.name.to_string(), |name| name.as_str().to_owned());
        Ok(Some(Principal {
            id: format!("token:{}", bearer.authorization),
            name,
            capability: bearer.capability.min(allowed),
            reach: reach(&user, &bearer.space),
            space: bearer.space,
            method: Method::Token(bearer.authorization),
            credential: crate::Credential::Own,
        }))
    }

    /// Whether a session that was good before, for that much in that space, is so now.
    pub(crate) async fn confirms_session(
        &self,
        id: &SessionId,
        user: &UserId,
        space: &Space,
        capability: Capability,
    ) -> Result<bool, StoreError> {
        let sessions = self.accounts.sessions_of(user).await?;
        let is_there = sessions.iter().any(|session| session.id == *id);
        let allowed = self.allowed(user, space).await?.map(|(_, allowed)| allowed);
        Ok(is_there && allowed >= Some(capability))
    }

    /// Whether what a program was allowed before, with that much in that space, is so now.
    pub(crate) async fn confirms_token(
        &self,
        id: &AuthorizationId,
        space: &Space,
        capability: Capability,
    ) -> Result<bool, StoreError> {
        let Some(own) = self.server.authorization(id).await? else { return Ok(false) };
        let allowed = self.allowed(&own.user, &own.space).await?.map(|(_, allowed)| allowed);
        Ok(own.space == *space && own.capability >= capability && allowed >= Some(capability))
    }

    /// A user who is active, and what that user may do in a space; none is nothing.
    pub(crate) async fn allowed(
        &self,
        user: &UserId,
        space: &Space,
    ) -> Result<Option<(User, Capability)>, StoreError> {
        let Some(user) = self.active(user).await? else { return Ok(None) };
        let role = self.spaces.may(&user.id, &user.space, space).await?;
        Ok(role.map(|role| (user, role.capability())))
    }

    /// Every space in which a user may do something, the private one first; none when the user is not active.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn spaces_of(&self, user: &UserId) -> Result<Vec<Held>, StoreError> {
        match self.active(user).await? {
            Some(user) => self.spaces.of(&user.id, &user.space).await,
            None => Ok(Vec::new()),
        }
    }

    async fn active(&self, user: &UserId) -> Result<Option<User>, StoreError> {
        Ok(self.accounts.user(user).await?.filter(|user| user.disabled_at.is_none()))
    }
}

/// Whom the installation belongs to deals with all of it, from the space that is the installation's.
pub(crate) fn reach(user: &User, space: &Space) -> Reach {
    if user.is_owner && *space == Space::Default { Reach::Installation } else { Reach::Space }
}
