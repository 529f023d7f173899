//! What a client is told that did not get what it asked for.

use ports::StoreError;
use serde_json::{Value, json};

/// What a client is told that did not get what it asked for (RFC 6749 section 5.2).
#[derive(Debug, thiserror::Error)]
#[error("{code}: {description}")]
pub struct Error {
    /// The status of the answer.
    pub status: u16,
    /// The name of the protocol for it.
    pub code: &'static str,
    /// What is wrong, for whoever wrote the client.
    pub description: &'static str,
    /// `WWW-Authenticate`, where the answer has it.
    pub challenge: Option<&'static str>,
    /// What is behind it; nobody outside is told.
    #[source]
    pub source: Option<StoreError>,
}

impl Error {
    /// The body of the answer.
    #[must_use]
    pub fn body(&self) -> Value {
        json!({ "error": self.code, "error_description": self.description })
    }

    pub(super) const fn new(code: &'static str, description: &'static str) -> Self {
        Self { status: 400, code, description, challenge: None, source: None }
    }

    pub(super) const fn invalid_request(description: &'static str) -> Self {
        Self::new("invalid_request", description)
    }

    pub(super) const fn invalid_grant(description: &'static str) -> Self {
        Self::new("invalid_grant", description)
    }

    pub(super) const fn invalid_scope() -> Self {
        Self::new("invalid_scope", "no scope is known or allowed of those that were asked for")
    }

    pub(super) const fn invalid_target() -> Self {
        Self::new("invalid_target", "the resource is not one of this server, or more than was allowed")
    }

    pub(super) const fn unauthorized_client(description: &'static str) -> Self {
        Self::new("unauthorized_client", description)
    }

    /// The same for a client that is not known and for one with a wrong secret.
    pub(super) const fn invalid_client() -> Self {
        let description = "the client is unknown or does not show that it is itself: register again";
        Self::new("invalid_client", description).with_status(401)
    }

    pub(super) const fn challenging(mut self, challenge: &'static str) -> Self {
        self.challenge = Some(challenge);
        self
    }

    pub(super) const fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub(super) const fn too_many_clients() -> Self {
        let description = "too many clients registered at the same time: try again in some minutes";
        Self::new("temporarily_unavailable", description).with_status(503)
    }

    pub(super) const fn no_randomness() -> Self {
        let description = "there is no randomness to be had: try again";
        Self::new("temporarily_unavailable", description).with_status(503)
    }
}

impl From<StoreError> for Error {
    fn from(source: StoreError) -> Self {
        let description = "what the server keeps cannot be read or written now: try again";
        Self { status: 503, source: Some(source), ..Self::new("temporarily_unavailable", description) }
    }
}
