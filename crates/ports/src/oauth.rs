//! What an authorization server keeps, and how it learns of clients that it does not keep.

use async_trait::async_trait;
use model::oauth::{
    AccessToken, Authorization, AuthorizationCode, AuthorizationId, Client, ClientId, RefreshToken,
    Succession,
};
use model::{KeyDigest, Timestamp, UserId};
use thiserror::Error;

use crate::StoreError;

/// How many clients an installation knows at most.
pub const MAX_CLIENTS: usize = 1000;
/// How many authorizations that are good one user may have.
pub const MAX_AUTHORIZATIONS_OF_ONE: usize = 500;

/// How a client was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientKept {
    /// It is kept.
    Kept,
    /// There are [`MAX_CLIENTS`] already, and none could make room. Nothing was written.
    TooMany,
}

/// How an authorization was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Granted {
    /// It is kept.
    Kept,
    /// Its user has [`MAX_AUTHORIZATIONS_OF_ONE`] already that are good. Nothing was written.
    TooMany,
}

/// What came of showing a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redeemed {
    /// The tokens are kept, and the code is used up.
    Done,
    /// It was used before. Its authorization is revoked now.
    Again,
    /// It is unknown or too old, or its authorization is over. Nothing was written.
    Gone,
}

/// What came of showing a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotated {
    /// The new tokens are kept, and the old one is used up.
    Done,
    /// It was used before, is unknown or too old, or its authorization is over. Nothing was written.
    Stale,
}

/// Whose authorizations are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthorizationsOf {
    /// Those that a user gave.
    User(UserId),
    /// Those that a client has.
    Client(ClientId),
}

/// What is too old to be kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StaleBefore {
    /// Tokens that expire at this time or before.
    pub now: Timestamp,
    /// Authorizations by consent that are this old, and of which no code was redeemed.
    pub unredeemed: Timestamp,
    /// Codes that expired, and authorizations that ended, by this time.
    pub ended: Timestamp,
    /// Clients that never got a token and are known since this time or longer.
    pub unused_clients: Timestamp,
    /// Clients that got their last token by this time.
    pub idle_clients: Timestamp,
}

/// What an authorization server keeps. Several processes share it, and what one of them writes holds for all of them at once.
///
/// A store that is not there yet is empty; only [`OAuthStore::put_client`] and [`OAuthStore::grant`] make it.
#[async_trait]
pub trait OAuthStore: Send + Sync {
    /// Keeps a client. One of the same id is replaced, but for when it was made and used. When there is no room, the oldest one
    /// that never got a token, has no authorization, and was made before a time, makes some.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn put_client(&self, client: Client, evictable_before: Timestamp)
    -> Result<ClientKept, StoreError>;

    /// The client with an id.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn client(&self, id: &ClientId) -> Result<Option<Client>, StoreError>;

    /// Every client, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn clients(&self) -> Result<Vec<Client>, StoreError>;

    /// Removes a client and revokes its authorizations. Tells whether it was there.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn remove_client(&self, id: &ClientId, at: Timestamp) -> Result<bool, StoreError>;

    /// Keeps an authorization, and the code that the client gets for it.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn grant(
        &self,
        authorization: Authorization,
        code: Option<AuthorizationCode>,
    ) -> Result<Granted, StoreError>;

    /// The authorization with an id, in whatever state it is.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn authorization(&self, id: &AuthorizationId) -> Result<Option<Authorization>, StoreError>;

    /// Authorizations in whatever state, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn authorizations(&self, of: &AuthorizationsOf) -> Result<Vec<Authorization>, StoreError>;

    /// Revokes an authorization for good, and gives it as it is then; none when there is none. One that was revoked before
    /// keeps the time of that.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn revoke(&self, id: &AuthorizationId, at: Timestamp) -> Result<Option<Authorization>, StoreError>;

    /// Revokes every authorization that a user gave and that is not revoked. Tells how many.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was revoked then.
    async fn revoke_all_of(&self, user: &UserId, at: Timestamp) -> Result<usize, StoreError>;

    /// A code and its authorization, in whatever state they are.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn code(
        &self,
        digest: &KeyDigest,
    ) -> Result<Option<(AuthorizationCode, Authorization)>, StoreError>;

    /// Uses up a code that is good at a time, and keeps the tokens that come of it; all at once. Of several calls for one code at
    /// the same time, one does it. The client and the authorization were used then.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn redeem(
        &self,
        code: &KeyDigest,
        at: Timestamp,
        access: AccessToken,
        refresh: Option<RefreshToken>,
    ) -> Result<Redeemed, StoreError>;

    /// Keeps an access token for an authorization that is good when the token is made. Tells whether it is. The client and the
    /// authorization were used then.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn issue(&self, access: AccessToken) -> Result<bool, StoreError>;

    /// An access token and its authorization, in whatever state they are.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn access_token(
        &self,
        digest: &KeyDigest,
    ) -> Result<Option<(AccessToken, Authorization)>, StoreError>;

    /// A refresh token and its authorization, in whatever state they are.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn refresh_token(
        &self,
        digest: &KeyDigest,
    ) -> Result<Option<(RefreshToken, Authorization)>, StoreError>;

    /// Uses up a refresh token that is good at the time of its succession, and keeps the tokens that come after it; all at once.
    /// Of several calls for one token at the same time, one does it. The client and the authorization were used then, and the
    /// salt of the succession that the old token came of is forgotten.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn rotate(
        &self,
        old: &KeyDigest,
        succession: Succession,
        access: AccessToken,
        refresh: RefreshToken,
    ) -> Result<Rotated, StoreError>;

    /// Forgets an access token.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn remove_access_token(&self, digest: &KeyDigest) -> Result<(), StoreError>;

    /// Notes some time that an authorization was used. Nobody waits for it, and it may be left out when the store is busy. It
    /// is written before any later call that writes. An earlier time than the one that is kept changes nothing.
    fn record_use(&self, id: &AuthorizationId, at: Timestamp);

    /// Removes what is too old. A client stays as long as one of its authorizations does.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was removed then.
    async fn sweep(&self, ages: &StaleBefore) -> Result<(), StoreError>;
}

/// A document that says what a client is (OAuth Client ID Metadata Document).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientDocument {
    /// Its bytes.
    pub body: Vec<u8>,
    /// For how long it need not be read again, in seconds; none when its host did not say.
    pub fresh_s: Option<u64>,
}

/// Why there is no document.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoDocument {
    /// Nothing is fetched from there.
    #[error("nothing is fetched from that address")]
    Refused,
    /// It is not there, or its host did not answer as it has to.
    #[error("there is no document at that address")]
    Missing,
}

/// The way to documents of clients. An adapter fetches from `https` addresses that lead out of the own network, follows no
/// redirect, takes only answers with status 200, no more than 5 kB, and waits for a few seconds.
#[async_trait]
pub trait ClientDocuments: Send + Sync {
    /// The document at an address.
    ///
    /// # Errors
    /// [`NoDocument`].
    async fn fetch(&self, address: &str) -> Result<ClientDocument, NoDocument>;
}
