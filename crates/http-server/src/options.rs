//! How the door behaves, where its owner may choose.

use std::time::Duration;

use auth::Network;
use mcp::Defaults;
use mcp::tools::Profile;

use crate::events::EventOptions;

/// How long an address may be: path and query, in bytes.
pub const MAX_TARGET_BYTES: usize = 8 * 1024;
/// How many fields the head of a request may have.
pub const MAX_HEADERS: usize = 100;
/// How long the fields of the head may be together, in bytes.
pub const MAX_HEADER_BYTES: usize = 32 * 1024;

/// How the door behaves, where its owner may choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The longest body of a request, in bytes (`MCP_HTTP_MAX_BODY_BYTES`).
    pub max_body_bytes: usize,
    /// How long a request may take until its answer begins, its body included.
    pub request_timeout: Duration,
    /// How long the head of a request may take, and a TLS handshake.
    pub head_timeout: Duration,
    /// How long a connection may stay open on which nothing is asked (`MCP_TRANSPORT_TIMEOUT_KEEP_ALIVE`).
    pub keep_alive: Duration,
    /// How long a client may not take what is written to it.
    pub write_timeout: Duration,
    /// How many connections may be open. More are closed as they come.
    pub max_connections: usize,
    /// How many of them may be of one machine: an address, or the first 64 bits of one of IPv6. This machine and the proxies
    /// that are trusted may have all.
    pub max_connections_of_machine: usize,
    /// How many requests may be worked on. More are refused at once; a stream counts until it begins.
    /// One caller may have a quarter of them.
    pub max_concurrent_requests: usize,
    /// How many requests a minute a credential may send, and an address without one; 0 is any number
    /// (`MCP_RATE_LIMIT_PER_MINUTE`).
    pub requests_per_minute: u32,
    /// How many wrong credentials a minute an address may try; 0 is any number. Of those that were never good, twenty times as
    /// many are checked.
    pub failures_per_minute: u32,
    /// How many clients of OAuth a machine may register in a minute; 0 is any number.
    pub registrations_per_minute: u32,
    /// The longest form of a page, and the longest body of a request to the authorization server, in bytes
    /// (`MCP_OAUTH_MAX_BODY_BYTES`).
    pub oauth_max_body_bytes: usize,
    /// The names that this server may be called by, beside `localhost` and addresses (`MCP_ALLOWED_HOSTS`).
    pub allowed_hosts: Vec<String>,
    /// The origins of web pages of other places that may ask (`MCP_CORS_ORIGINS`).
    pub cors_origins: Vec<String>,
    /// The proxies whose `X-Forwarded-For` is believed (`MCP_TRUSTED_PROXIES`).
    pub trusted_proxies: Vec<Network>,
    /// Whether a key may stand in the address of the event stream (`MCP_ALLOW_QUERY_CREDENTIALS`).
    pub query_credentials: bool,
    /// The path under which a proxy has all of it: `/memory` (`MCP_HTTP_ROOT_PATH`). Both forms of a path are answered.
    pub root_path: String,
    /// Whether it is reached over TLS.
    pub is_tls: bool,
    /// How long what runs may go on once the server is told to end (`MCP_TRANSPORT_TIMEOUT_GRACEFUL_SHUTDOWN`).
    pub drain: Duration,
    /// What calls mean that leave something out.
    pub defaults: Defaults,
    /// Which tools MCP lists (`MCP_MEMORY_TOOL_PROFILE`).
    pub profile: Profile,
    /// Live events.
    pub events: EventOptions,
    /// Whether figures are published for Prometheus (`MCP_METRICS_ENABLED`).
    pub metrics: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_body_bytes: 1024 * 1024,
            request_timeout: Duration::from_secs(30),
            head_timeout: Duration::from_secs(10),
            keep_alive: Duration::from_secs(5),
            write_timeout: Duration::from_secs(60),
            max_connections: 16 * 1024,
            max_connections_of_machine: 1024,
            max_concurrent_requests: 256,
            requests_per_minute: 6000,
            failures_per_minute: 30,
            registrations_per_minute: 20,
            oauth_max_body_bytes: 64 * 1024,
            allowed_hosts: Vec::new(),
            cors_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            query_credentials: false,
            root_path: String::new(),
            is_tls: false,
            drain: Duration::from_secs(30),
            defaults: Defaults::default(),
            profile: Profile::default(),
            events: EventOptions::default(),
            metrics: false,
        }
    }
}
