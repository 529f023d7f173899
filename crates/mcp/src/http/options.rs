//! How MCP over HTTP behaves.

use std::time::Duration;

use crate::server::{MAX_CONCURRENT_CALLS, MAX_LINE_BYTES, Options};

/// How MCP over HTTP behaves, where its owner may choose.
#[derive(Debug, Clone)]
pub struct HttpOptions {
    /// How its tools behave.
    pub server: Options,
    /// The names that requests may call this server by: a host with a port or, for any port, without. `*` where the door
    /// has looked at the name already.
    pub allowed_hosts: Vec<String>,
    /// The origins of web pages that may send requests, beside the one that this server itself is: `https://app.example`,
    /// `http://localhost:6274`, `http://localhost:*`.
    pub allowed_origins: Vec<String>,
    /// How long a body may be, in bytes.
    pub max_body_bytes: usize,
    /// How much memory the requests may take that are not answered yet, in bytes, about. More are refused.
    pub max_waiting_bytes: usize,
    /// How many calls run at the same time; more wait.
    pub max_concurrent_calls: usize,
    /// How many streams may be open: event streams of the older transport, and clients that listen. A quarter of them may
    /// be of the same principal.
    pub max_streams: usize,
    /// How often a stream on which nothing happens says that it is there.
    pub keep_alive: Duration,
    /// After how long without a message an event stream of the older transport is closed.
    pub session_idle: Duration,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            server: Options::default(),
            allowed_hosts: ["localhost", "127.0.0.1", "[::1]"].map(str::to_owned).to_vec(),
            allowed_origins: Vec::new(),
            max_body_bytes: MAX_LINE_BYTES,
            max_waiting_bytes: 64 * 1024 * 1024,
            max_concurrent_calls: MAX_CONCURRENT_CALLS,
            max_streams: 256,
            keep_alive: Duration::from_secs(15),
            session_idle: Duration::from_secs(4 * 60 * 60),
        }
    }
}
