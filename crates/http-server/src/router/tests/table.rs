//! Every route of every door, and what whoever asks must have been granted.
//!
//! A new route needs a row here: the document and the router are both held against these rows.

use Needed::{Known, Lasting, Nothing, Scope, Server};
use axum::http::Method;
use engine::Capability;

use crate::Surface;

/// What a route wants of whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needed {
    /// Anybody may.
    Nothing,
    /// That much must have been granted.
    Scope(Capability),
    /// That much, to somebody who showed a credential.
    Known(Capability),
    /// The same, and to no program that acts for a user.
    Lasting(Capability),
    /// That much, to somebody who reaches what concerns everybody on the server.
    Server(Capability),
}

impl Needed {
    /// How much must have been granted, if anything.
    pub(super) fn capability(self) -> Option<Capability> {
        match self {
            Nothing => None,
            Scope(needed) | Known(needed) | Lasting(needed) | Server(needed) => Some(needed),
        }
    }
}

/// A route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) method: Method,
    pub(super) path: &'static str,
    pub(super) needed: Needed,
}

impl Row {
    /// A place that it has, for each parameter of its path.
    pub(super) fn place(&self) -> String {
        let steps = self.path.split('/').map(|step| match step {
            "{content_hash}" => HASH,
            "{operation}" => "status",
            step if step.starts_with('{') => "some-tag",
            step => step,
        });
        steps.collect::<Vec<_>>().join("/")
    }

    /// Whether it is the stream of live events, which tickets open.
    pub(super) fn is_stream(&self) -> bool {
        self.method == Method::GET && self.path == "/api/events"
    }
}

const HASH: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const READ: Needed = Scope(Capability::Read);
const ADD: Needed = Scope(Capability::Add);
const KEYS: Needed = Known(Capability::Admin);
const WRITE: Needed = Scope(Capability::Write);

/// What the OpenAPI document has.
pub(super) const DOCUMENTED: [(&str, &str, Needed); 39] = [
    ("GET", "/api/events", READ),
    ("GET", "/api/events/stats", READ),
    ("POST", "/api/events/ticket", READ),
    ("GET", "/api/health", Nothing),
    ("GET", "/api/health/detailed", READ),
    ("GET", "/api/health/model", READ),
    ("GET", "/api/health/sync-status", READ),
    ("GET", "/api/keys", KEYS),
    ("POST", "/api/keys", Lasting(Capability::Admin)),
    ("DELETE", "/api/keys/{id}", KEYS),
    ("GET", "/api/manage/tags/stats", WRITE),
    ("PUT", "/api/manage/tags/{old_tag}", WRITE),
    ("GET", "/api/manage/untagged/count", WRITE),
    ("POST", "/api/manage/bulk-delete", WRITE),
    ("POST", "/api/manage/cleanup-duplicates", WRITE),
    ("POST", "/api/manage/delete-untagged", WRITE),
    ("POST", "/api/manage/system/{operation}", WRITE),
    ("GET", "/api/memories", READ),
    ("POST", "/api/memories", ADD),
    ("GET", "/api/memories/hashes", READ),
    ("POST", "/api/memories/search", READ),
    ("GET", "/api/memories/{content_hash}", READ),
    ("PUT", "/api/memories/{content_hash}", WRITE),
    ("DELETE", "/api/memories/{content_hash}", WRITE),
    ("GET", "/api/memory-stats", Server(Capability::Write)),
    ("POST", "/api/clear-caches", WRITE),
    ("POST", "/api/search", READ),
    ("POST", "/api/search/by-tag", READ),
    ("POST", "/api/search/by-time", READ),
    ("GET", "/api/search/similar/{content_hash}", READ),
    ("GET", "/api/server/status", Server(Capability::Read)),
    ("POST", "/api/sessions", ADD),
    ("GET", "/api/spaces", READ),
    ("GET", "/api/tags", READ),
    ("GET", "/api/types", READ),
    ("GET", "/mcp/health", Nothing),
    ("GET", "/mcp/tools", READ),
    ("GET", "/livez", Nothing),
    ("GET", "/readyz", Nothing),
];

/// What the document and the router have where there is an authorization server. Anybody may ask: what is shown there is a client's.
pub(super) const OAUTH: [(&str, &str, Needed); 10] = [
    ("GET", "/.well-known/oauth-authorization-server", Nothing),
    ("GET", "/.well-known/oauth-authorization-server/{resource}", Nothing),
    ("GET", "/.well-known/openid-configuration", Nothing),
    ("GET", "/.well-known/openid-configuration/{resource}", Nothing),
    ("GET", "/.well-known/oauth-protected-resource", Nothing),
    ("GET", "/.well-known/oauth-protected-resource/{resource}", Nothing),
    ("POST", "/oauth/register", Nothing),
    ("POST", "/oauth/token", Nothing),
    ("POST", "/oauth/revoke", Nothing),
    ("POST", "/oauth/introspect", Nothing),
];

/// What only the router has.
const PAGES: [(&str, &str, Needed); 7] = [
    ("GET", "/", Nothing),
    ("GET", "/api/docs", Nothing),
    ("GET", "/api/docs/style.css", Nothing),
    ("GET", "/api/redoc", Nothing),
    ("GET", "/docs", Nothing),
    ("GET", "/openapi.json", Nothing),
    ("GET", "/metrics", Server(Capability::Read)),
];
const MCP: [(&str, &str, Needed); 2] = [("POST", "/mcp", READ), ("POST", "/mcp/", READ)];
/// The service of the older transport takes messages at both of its addresses.
const SSE: [(&str, &str, Needed); 3] =
    [("GET", "/sse", READ), ("POST", "/sse", READ), ("POST", "/messages/", READ)];
const PROBES: [(&str, &str, Needed); 4] = [
    ("GET", "/health", Nothing),
    ("GET", "/livez", Nothing),
    ("GET", "/readyz", Nothing),
    ("GET", "/metrics", Server(Capability::Read)),
];

/// Pages for people, where there are accounts. What they want of whoever comes, they look at themselves: a person is sent to sign in.
const PEOPLE: [(&str, &str, Needed); 19] = [
    ("GET", "/sign-in", Nothing),
    ("POST", "/sign-in", Nothing),
    ("GET", "/set-up", Nothing),
    ("POST", "/set-up", Nothing),
    ("GET", "/account", Nothing),
    ("POST", "/account/sign-out", Nothing),
    ("POST", "/account/sessions", Nothing),
    ("POST", "/account/programs", Nothing),
    ("POST", "/account/password", Nothing),
    ("POST", "/account/second-factor", Nothing),
    ("POST", "/account/passkeys", Nothing),
    ("POST", "/sign-in/passkey", Nothing),
    ("GET", "/oauth/passkeys.js", Nothing),
    ("GET", "/sign-in/provider", Nothing),
    ("GET", "/sign-in/callback", Nothing),
    ("POST", "/account/identities", Nothing),
    ("GET", "/oauth/authorize", Nothing),
    ("POST", "/oauth/authorize", Nothing),
    ("GET", "/oauth/style.css", Nothing),
];

/// The doors.
pub(super) const SURFACES: [Surface; 3] = [Surface::Everything, Surface::Mcp, Surface::Sse];

/// The rows of a door, where figures are published.
pub(super) fn rows(surface: Surface) -> Vec<Row> {
    let parts: &[&[(&'static str, &'static str, Needed)]] = match surface {
        Surface::Everything => &[&DOCUMENTED, &PAGES, &MCP],
        Surface::Mcp => &[&PROBES, &MCP],
        Surface::Sse => &[&PROBES, &SSE],
    };
    made(parts)
}

/// The rows of the authorization server: those of the doors that have it.
pub(super) fn oauth_rows(surface: Surface) -> Vec<Row> {
    if surface == Surface::Sse { Vec::new() } else { made(&[&OAUTH]) }
}

fn made(parts: &[&[(&'static str, &'static str, Needed)]]) -> Vec<Row> {
    let row = |(method, path, needed): &(&str, &'static str, Needed)| Row {
        method: method.parse().unwrap(),
        path,
        needed: *needed,
    };
    parts.iter().copied().flatten().map(row).collect()
}

/// The rows of pages for people that a door with accounts has.
pub(super) fn people_rows(surface: Surface) -> Vec<Row> {
    if surface == Surface::Sse { Vec::new() } else { made(&[&PEOPLE]) }
}
