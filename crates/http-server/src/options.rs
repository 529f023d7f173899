//! How the door behaves, where its owner may choose.

use std::time::Duration;

use mcp::Defaults;

/// How the door behaves, where its owner may choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The longest body of a request, in bytes (`MCP_HTTP_MAX_BODY_BYTES`).
    pub max_body_bytes: usize,
    /// How long a request may take until its answer begins.
    pub request_timeout: Duration,
    /// How long what runs may go on once the server is told to end (`MCP_TRANSPORT_TIMEOUT_GRACEFUL_SHUTDOWN`).
    pub drain: Duration,
    /// What calls mean that leave something out.
    pub defaults: Defaults,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_body_bytes: 1024 * 1024,
            request_timeout: Duration::from_secs(30),
            drain: Duration::from_secs(30),
            defaults: Defaults::default(),
        }
    }
}
