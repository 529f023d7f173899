//! How an authorization server behaves.

use crate::Secret;

/// How an authorization server behaves.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The address that everybody reaches it by, as clients compare it, byte for byte: no slash at its end.
    pub issuer: String,
    /// The paths beneath it that are resources of their own: `/mcp`. Tokens can be good for one of them, or for everything.
    pub resources: Vec<String>,
    /// Who may register.
    pub registration: Registration,
    /// How long what it gives is good.
    pub lifetimes: Lifetimes,
    /// How long what it is asked may be.
    pub limits: Limits,
}

impl Settings {
    /// What is usual, for a server that is reached there.
    #[must_use]
    pub fn at(issuer: impl Into<String>) -> Self {
        Self {
            issuer: issuer.into(),
            resources: vec!["/mcp".to_owned()],
            registration: Registration::Open,
            lifetimes: Lifetimes::default(),
            limits: Limits::default(),
        }
    }
}

/// Who may register a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registration {
    /// Whoever asks.
    Open,
    /// Whoever shows this.
    Key(Secret),
    /// Nobody.
    Off,
}

/// How long what an authorization server gives is good, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lifetimes {
    /// An access token. It is looked up at each request, so that revoking it does not wait for this.
    pub access_s: f64,
    /// A code.
    pub code_s: f64,
    /// A refresh token that nobody uses.
    pub idle_s: f64,
    /// An authorization, however much it is used.
    pub absolute_s: f64,
}

impl Default for Lifetimes {
    fn default() -> Self {
        let day = 86_400.0;
        Self { access_s: 3600.0, code_s: 60.0, idle_s: 30.0 * day, absolute_s: 90.0 * day }
    }
}

/// How long what an authorization server is asked may be, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// `state`.
    pub state_bytes: usize,
    /// `scope`.
    pub scope_bytes: usize,
    /// A redirect URI; never more than [`model::oauth::MAX_REDIRECT_URI_BYTES`].
    pub redirect_uri_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { state_bytes: 4096, scope_bytes: 1024, redirect_uri_bytes: 2048 }
    }
}
