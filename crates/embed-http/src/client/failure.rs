//! Why there was no answer, and whether asking again may help.

use std::error::Error;
use std::io;
use std::time::Duration;

use ports::EmbedError;
use ureq::http::header::RETRY_AFTER;
use ureq::http::{HeaderMap, StatusCode};

use crate::endpoint::Endpoint;

/// Why there was no answer. The server's own words are left out: some repeat the key or the texts.
pub(super) struct Failure {
    reason: String,
    kind: Kind,
    source: Option<Box<dyn Error + Send + Sync>>,
}

enum Kind {
    /// May be over soon; the server may have said when.
    Passing { after: Option<Duration> },
    /// Needs somebody who changes something.
    Lasting,
    /// Concerns these texts, or what came back for them.
    Refused,
}

impl Failure {
    pub(super) fn lasting(reason: &str, source: Option<Box<dyn Error + Send + Sync>>) -> Self {
        Self { reason: reason.to_owned(), kind: Kind::Lasting, source }
    }

    pub(super) fn refused(reason: String) -> Self {
        Self { reason, kind: Kind::Refused, source: None }
    }

    /// What is wrong with an answer of this status; nothing with a success.
    pub(super) fn of_status(status: StatusCode, headers: &HeaderMap) -> Option<Self> {
        let code = status.as_u16();
        let passing = Kind::Passing { after: retry_after(headers) };
        let (advice, kind) = match code {
            200..=299 => return None,
            300..=399 => ("it redirects, which is not followed: set the final address", Kind::Lasting),
            401 | 403 => ("it wants another key: check MCP_EXTERNAL_EMBEDDING_API_KEY", Kind::Lasting),
            404 | 405 => {
                ("check the whole path of the address, and that the server has the model", Kind::Lasting)
            }
            429 => ("it has too much to do", passing),
            400 | 413 | 422 => (
                "it refuses the request: a text is too long for the model, or it has no such model",
                Kind::Refused,
            ),
            500.. => ("it failed", passing),
            _ => ("it refuses the request", Kind::Lasting),
        };
        Some(Self { reason: format!("HTTP status {code}: {advice}"), kind, source: None })
    }

    pub(super) fn of_transport(error: ureq::Error, limit: Duration) -> Self {
        let passing = Kind::Passing { after: None };
        let (reason, kind) = match &error {
            ureq::Error::BodyExceedsLimit(bytes) => {
                (format!("its answer is longer than {bytes} bytes"), Kind::Refused)
            }
            ureq::Error::Timeout(_) => (format!("no answer within {} s", limit.as_secs_f32()), passing),
            ureq::Error::HostNotFound => ("there is no such host".to_owned(), passing),
            ureq::Error::ConnectionFailed => ("no connection".to_owned(), passing),
            // A certificate that cannot be trusted.
            ureq::Error::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
                ("no secure connection".to_owned(), Kind::Lasting)
            }
            ureq::Error::Io(error) => (format!("no connection ({})", error.kind()), passing),
            ureq::Error::Rustls(_) | ureq::Error::Tls(_) => {
                ("no secure connection".to_owned(), Kind::Lasting)
            }
            _ => ("its answer is not HTTP".to_owned(), Kind::Lasting),
        };
        Self { reason, kind, source: Some(Box::new(error)) }
    }

    /// How long to wait before it is worth asking again; none when it is not. The server's word goes before ours.
    pub(super) fn worth_waiting(&self, otherwise: Duration) -> Option<Duration> {
        match self.kind {
            Kind::Passing { after } => Some(after.unwrap_or(otherwise)),
            Kind::Lasting | Kind::Refused => None,
        }
    }

    /// The error of the port.
    pub(super) fn of(self, endpoint: &Endpoint) -> EmbedError {
        let model = endpoint.model.name.clone();
        let reason = format!("{}: {}", endpoint.shown(), self.reason);
        match self.kind {
            Kind::Refused => EmbedError::BadVector { model, reason },
            Kind::Passing { .. } | Kind::Lasting => {
                EmbedError::Unavailable { model, reason, source: self.source }
            }
        }
    }
}

/// `Retry-After` in seconds. Its other form, a date, is not understood: the usual pause is made then.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}
