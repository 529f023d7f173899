//! The HTTP door: REST, MCP over HTTP, events.
//!
//! A request passes the guards (limits, headers, where it comes from), then its route. A route takes a capability handle
//! from [`access`]: that is where it is found out who asks, and a route that takes no handle is open to everybody.
//!
//! | module | what |
//! |---|---|
//! | [`app`] | what every route works with |
//! | [`access`] | who asks, as capability handles that a route takes |
//! | `extract` | bodies, query strings and paths, and what is answered when they are wrong |
//! | [`error`] | failures, as the wire has them |
//! | `document` | the OpenAPI document |
//! | `routes` | the routes, one file each; `routes/oauth`: those of the authorization server |
//! | `wire` | what requests and answers look like |
//! | `tool`, `time` | calls of tools; times in words |
//! | `events` | live events: what happens to memories, to those who listen |
//! | `web` | pages on which people sign in and allow programs what they ask for |
//! | `protocol` | MCP over HTTP, behind the same doors |
//! | `standing` | whether who listens on an open stream still may |
//! | `readiness`, `metrics` | whether it works, and what is counted |
//! | `completion`, `idempotency` | writes whose client goes away; writes that are sent again |
//! | `machine` | what the operating system says |
//! | `guard` | what every request and every answer passes |
//! | [`mod@router`] | all of it put together, and the OpenAPI document |
//! | [`serve`] | listening, and ending in good order |
//! | [`tls`] | which certificate, and what is done when it changes |
//! | [`announcement`] | being found in the local network |
//! | [`probe`] | asking a server whether it answers |
//!
//! # Adding a route
//! One file in `routes`: the types of its wire, its handler with `#[utoipa::path]`, its tests. Then one line in
//! `routes::all`, and a row in the authorisation matrix (`router/tests.rs`), without which a test fails.

pub mod access;
pub mod announcement;
pub mod app;
#[cfg(test)]
mod clients;
mod completion;
mod document;
pub mod error;
mod events;
mod extract;
#[cfg(test)]
mod fixture;
mod guard;
mod idempotency;
mod machine;
mod metrics;
pub mod options;
pub mod probe;
mod protocol;
mod readiness;
pub mod router;
mod routes;
pub mod serve;
mod standing;
mod time;
pub mod tls;
mod tool;
mod web;
mod wire;

pub use announcement::{Announcement, AnnouncementError, Announcer};
pub use app::{App, Parts};
pub use events::EventOptions;
pub use options::Options;
pub use router::{Surface, openapi, router, router_in_front_of, router_of};
pub use serve::{ServeError, Server};
pub use tls::{Certificate, Tls, TlsError};
