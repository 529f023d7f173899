//! Users who sign in with a provider of identities (OpenID Connect): the store of who is who, and the way to the provider.

use async_trait::async_trait;
use model::{Account, Identity, KeyDigest, LinkedIdentity, Timestamp, UserId};
use thiserror::Error;

use crate::StoreError;

/// How many identities one user may have.
pub const MAX_IDENTITIES_OF_ONE: usize = 10;
/// How many returns from a provider are remembered, so that none counts twice.
pub const MAX_USED_STATES: usize = 2000;

/// How an identity was linked with a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentityLinked {
    /// It is that user's from now on.
    Linked,
    /// It is somebody's already, perhaps that user's. Nothing was written.
    Taken,
    /// The user has [`MAX_IDENTITIES_OF_ONE`]. Nothing was written.
    TooMany,
    /// There is no such user.
    NoUser,
}

/// How somebody with an identity became a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedUp {
    /// The account and the identity are kept.
    Added,
    /// Another user has the name. Nothing was written.
    NameTaken,
    /// The identity is somebody's already. Nothing was written.
    IdentityTaken,
    /// There are [`MAX_USERS`](crate::MAX_USERS). Nothing was written.
    TooMany,
    /// There is no user yet, and the first one owns the installation. Nothing was written.
    NotSetUp,
}

/// Whether a return from a provider counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateUsed {
    /// It does, this once.
    Now,
    /// It did before.
    Before,
    /// There are [`MAX_USED_STATES`], so nobody could tell the next time.
    TooMany,
}

/// Who is who. Several processes use it, and what one of them writes holds for all of them at once. It lives where the accounts
/// are and is closed with them.
#[async_trait]
pub trait IdentityStore: Send + Sync {
    /// Links an identity with a user.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn link(&self, linked: LinkedIdentity) -> Result<IdentityLinked, StoreError>;

    /// Adds an account that is no owner's, and links an identity with it: both or nothing. Which user the identity is linked with
    /// is said by the account.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn sign_up(&self, account: Account, linked: LinkedIdentity) -> Result<SignedUp, StoreError>;

    /// Whose an identity is; none when it is nobody's.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn linked(&self, identity: &Identity) -> Result<Option<LinkedIdentity>, StoreError>;

    /// The identities of a user, the oldest link first.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn identities_of(&self, user: &UserId) -> Result<Vec<LinkedIdentity>, StoreError>;

    /// Takes an identity from a user, and says whether that user had it.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn unlink(&self, user: &UserId, identity: &Identity) -> Result<bool, StoreError>;

    /// Uses up a return from a provider, known by a digest, which is refused by its time from `expires_at` on. What is over at
    /// `now` is forgotten.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn use_up(
        &self,
        state: &KeyDigest,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<StateUsed, StoreError>;
}

/// What a provider answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderAnswer {
    /// The status, of HTTP.
    pub status: u16,
    /// The body, which is bounded.
    pub body: Vec<u8>,
}

/// Why there is no answer of a provider. The log says more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NoAnswer {
    /// It is not asked there: neither `https` nor this machine.
    #[error("the provider is not asked there")]
    Refused,
    /// It cannot be reached, takes too long, says too much, or is asked by too many at once.
    #[error("the provider cannot be reached")]
    Unreachable,
}

/// The way to a provider of identities, whose address the owner of the installation named. What comes back is judged by the caller.
#[async_trait]
pub trait IdentityProvider: Send + Sync {
    /// Reads a document.
    ///
    /// # Errors
    /// [`NoAnswer`].
    async fn read(&self, address: &str) -> Result<ProviderAnswer, NoAnswer>;

    /// Sends a form (`application/x-www-form-urlencoded`), with an `Authorization` where one is given.
    ///
    /// # Errors
    /// [`NoAnswer`].
    async fn send(
        &self,
        address: &str,
        authorization: Option<&str>,
        form: &str,
    ) -> Result<ProviderAnswer, NoAnswer>;
}
