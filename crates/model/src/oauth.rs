//! What an authorization server keeps: clients, what users allowed them, and the codes and tokens that come of it.
//!
//! Codes, tokens and client secrets are kept as digests alone.
//!
//! | part | what |
//! |---|---|
//! | [`Client`], [`ClientId`], [`ClientName`] | a program that asks for access |
//! | [`Scopes`] | what it asks for by name |
//! | [`RedirectUri`] | where a browser may be sent back to |
//! | [`Authorization`] | what a user allowed a client: the family of all codes and tokens that come of it |
//! | [`AuthorizationCode`], [`AccessToken`], [`RefreshToken`] | its members |

mod authorization;
mod client;
mod redirect;
mod scopes;
mod token;

pub use authorization::{Authorization, AuthorizationId, AuthorizationState, GrantKind};
pub use client::{
    Client, ClientAuthentication, ClientId, ClientName, ClientSource, GrantType, InvalidClientId,
    MAX_CLIENT_ID_BYTES, MAX_CLIENT_NAME_CHARS,
};
pub use redirect::{InvalidRedirectUri, MAX_REDIRECT_URI_BYTES, RedirectUri};
pub use scopes::Scopes;
pub use token::{AccessToken, AuthorizationCode, RefreshToken, Succession};
