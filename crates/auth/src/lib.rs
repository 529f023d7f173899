//! Who a request is from, and what that caller may do: protocol logic without input or output of its own.
//!
//! | part | what |
//! |---|---|
//! | [`Secret`] | a text that is not shown |
//! | [`KeySecret`], [`new_key`] | API keys: making, reading, checking them |
//! | [`keys`] | the keys of an installation: making, listing, revoking them, with the audit log |
//! | [`Presented`] | what a request shows, from its headers |
//! | [`Principal`] | who a request is from |
//! | [`Authenticator`] | from the one to the other |
//! | [`People`] | users by their sessions, programs that act for them by their tokens |
//! | [`Network`] | addresses of proxies that are trusted |
//! | [`accounts`] | who people are, how they sign in, and where they are signed in |
//! | [`oauth`] | an OAuth 2.1 authorization server: programs that act for users |
//! | [`openid`] | signing in with a provider of identities (OpenID Connect) |
//! | [`spaces`] | spaces that users share: who may do what there |
//! | [`Tickets`] | a right to open one stream, for callers that cannot send headers |
//!
//! Keys are kept behind [`ports::KeyStore`], time comes from [`ports::Clock`] and randomness from [`ports::Rng`]. Why keys look
//! as they do and where they are kept: `docs/decisions/0013-keys-and-principals.md`.
//!
//! # Adding a way to authenticate
//! A variant of [`Method`], what a request shows of it in [`Presented`], and its turn in [`Authenticator::authenticate`].

pub mod accounts;
mod authenticator;
mod base62;
mod key;
pub mod keys;
mod minted;
mod network;
pub mod oauth;
pub mod openid;
mod people;
mod presented;
mod principal;
mod secret;
pub mod spaces;
mod tickets;

pub use authenticator::{Authenticator, Policy, Refusal, USE_INTERVAL_S};
pub use key::{KeyRequest, KeySecret, new_key};
pub use minted::is_minted;
pub use network::{InvalidNetwork, Network};
pub use people::People;
pub use presented::{MAX_CREDENTIAL_BYTES, Presented, bearer};
pub use principal::{Credential, Method, Principal, Reach};
pub use secret::Secret;
pub use tickets::{MAX_PENDING_TICKETS, MAX_TICKETS_OF_ONE, NoTicket, TICKET_LIFETIME_S, Ticket, Tickets};
