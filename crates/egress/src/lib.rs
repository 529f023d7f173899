//! The way out to addresses that others name: one client that cannot be turned against the inner network.
//!
//! A server that fetches what a stranger names can be made to ask its own network: the metadata service of a cloud, an
//! administrator's page on this machine ("server-side request forgery"). [`Egress`] asks where [`Reach`] lets it, and
//! nowhere else: a name is resolved once, each of its addresses is looked at, and the connection goes to one of those.
//! No answer sends it elsewhere (redirects), no variable of the environment does (proxies), and both the length of an answer
//! and the time it may take are bounded.
//!
//! | module | what |
//! |---|---|
//! | [`address`] | which addresses of the internet are everybody's |
//! | [`target`] | which texts are addresses to ask |
//! | `resolver` | names to addresses, the forbidden ones refused |
//! | [`client`] | one request and its answer |
//! | [`documents`] | documents of OAuth clients ([`ports::ClientDocuments`]) |
//! | [`provider`] | a provider of identities ([`ports::IdentityProvider`]) |
//! | `aside` | threads that wait, a few at once |
//!
//! Blocks: call it from a thread that may. Why so: `docs/decisions/0021-egress.md`.

pub mod address;
mod aside;
pub mod client;
pub mod documents;
pub mod provider;
mod resolver;
pub mod target;

pub use address::is_public;
pub use client::{Egress, EgressError, Limits, Purpose, Reach, Request, Response};
pub use documents::PublicDocuments;
pub use provider::OwnersProvider;
pub use target::{InvalidTarget, Target, is_public_name};
