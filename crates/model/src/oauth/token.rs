//! The members of the family of an authorization.

use super::{AuthorizationId, RedirectUri};
use crate::{Capability, KeyDigest, Timestamp};

/// A code: what a browser carries to the client, for which the client gets its first tokens, once.
#[derive(Debug, Clone, PartialEq)]
pub struct AuthorizationCode {
    /// By which it is found.
    pub digest: KeyDigest,
    /// Of what it comes.
    pub authorization: AuthorizationId,
    /// Where the browser was sent.
    pub redirect_uri: RedirectUri,
    /// The digest of the client's verifier (PKCE with S256).
    pub challenge: KeyDigest,
    /// From when on it is refused.
    pub expires_at: Timestamp,
    /// When it was redeemed.
    pub used_at: Option<Timestamp>,
}

/// A token that is shown with each request.
#[derive(Debug, Clone, PartialEq)]
pub struct AccessToken {
    /// By which it is found.
    pub digest: KeyDigest,
    /// Of what it comes.
    pub authorization: AuthorizationId,
    /// What its holder may do; never more than the authorization says.
    pub capability: Capability,
    /// What it is good for; the resource of the authorization, or a part of it.
    pub resource: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is refused.
    pub expires_at: Timestamp,
}

/// A token for which a client gets new tokens, once.
#[derive(Debug, Clone, PartialEq)]
pub struct RefreshToken {
    /// By which it is found.
    pub digest: KeyDigest,
    /// Of what it comes.
    pub authorization: AuthorizationId,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is refused.
    pub expires_at: Timestamp,
    /// What came after it; none while it is good.
    pub succession: Option<Succession>,
}

/// What came after a refresh token that was used.
#[derive(Debug, Clone, PartialEq)]
pub struct Succession {
    /// When it was used.
    pub at: Timestamp,
    /// From this and the old token, and from nothing less, the new tokens can be made again, for a client that did not get the
    /// answer. Forgotten as soon as the next refresh token is used: whoever used it got the answer.
    pub salt: Option<[u8; 16]>,
    /// The next refresh token.
    pub refresh: KeyDigest,
    /// The access token that came with it.
    pub access: KeyDigest,
}
