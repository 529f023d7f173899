//! One request and its answer.

use std::io;
use std::time::Duration;

use thiserror::Error;
use ureq::Agent;
use ureq::http::{self, HeaderMap, HeaderName, HeaderValue};
use ureq::unversioned::resolver::{DefaultResolver, Resolver};
use ureq::unversioned::transport::DefaultConnector;

use crate::resolver::{Forbidden, Guarded};
use crate::{InvalidTarget, Target};

/// Where a client may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// In the public internet: for addresses that strangers name.
    Public,
    /// Anywhere: for addresses that the owner of this machine names.
    Anywhere,
}

/// What an answer may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For all of it: the name, the connection, the answer.
    pub time: Duration,
    /// The longest body, in bytes.
    pub body_bytes: u64,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Where.
    pub target: &'a Target,
    /// Fields besides those that every request has.
    pub fields: &'a [(&'a str, &'a str)],
    /// What for.
    pub purpose: Purpose<'a>,
}

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose<'a> {
    /// `GET`.
    Get,
    /// `POST` with a body.
    Post(&'a [u8]),
    /// `OPTIONS`: what a page of another origin may ask (CORS).
    Preflight,
}

/// What was answered, whatever its status.
#[derive(Debug, Clone)]
pub struct Response {
    /// Its status.
    pub status: u16,
    /// Its fields.
    pub fields: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

/// Why there is no answer. The texts say nothing about the network that the client is in.
#[derive(Debug, Error)]
pub enum EgressError {
    /// The text is no address that is asked.
    #[error(transparent)]
    Target(#[from] InvalidTarget),
    /// The host is in a network that is not asked.
    #[error("{host} is in a network that is not asked")]
    Forbidden {
        /// Which.
        host: String,
    },
    /// The request cannot be written.
    #[error("the field {field:?} of a request cannot be sent")]
    Field {
        /// Which.
        field: String,
    },
    /// The answer took too long.
    #[error("{host} did not answer within {limit:?}")]
    TimedOut {
        /// Which.
        host: String,
        /// How long it might have taken.
        limit: Duration,
    },
    /// The answer is too long.
    #[error("the answer of {host} is longer than {limit} bytes")]
    TooLong {
        /// Which.
        host: String,
        /// How long it might have been.
        limit: u64,
    },
    /// There is no such host, nobody listens there, or it does not speak TLS as it should.
    #[error("{host} cannot be reached")]
    Unreachable {
        /// Which.
        host: String,
        /// Why.
        #[source]
        source: Box<ureq::Error>,
    },
}

/// A client. Keeps no connection, no cookie and no answer.
#[derive(Debug, Clone)]
pub struct Egress {
    agent: Agent,
    limits: Limits,
}

impl Egress {
    /// One that may ask there, and waits and reads so long.
    #[must_use]
    pub fn new(reach: Reach, limits: Limits) -> Self {
        Self::resolving(reach, limits, DefaultResolver::default())
    }

    fn resolving(reach: Reach, limits: Limits, inner: impl Resolver) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .max_idle_connections(0)
            .https_only(reach == Reach::Public)
            .timeout_global(Some(limits.time))
            .max_response_header_size(16 << 10)
            .user_agent(concat!("memory/", env!("CARGO_PKG_VERSION")))
            .build();
        let agent = Agent::with_parts(config, DefaultConnector::default(), Guarded { inner, reach });
        Self { agent, limits }
    }

    /// Asks, and gives what is answered. Nothing is followed: a redirect is an answer like any other.
    ///
    /// # Errors
    /// [`EgressError`].
    pub fn send(&self, request: Request<'_>) -> Result<Response, EgressError> {
        let Request { target, fields, purpose } = request;
        let method = match purpose {
            Purpose::Get => http::Method::GET,
            Purpose::Post(_) => http::Method::POST,
            Purpose::Preflight => http::Method::OPTIONS,
        };
        let mut asked = http::Request::builder().method(method).uri(target.uri().clone());
        for (name, value) in fields {
            let wrong = || EgressError::Field { field: (*name).to_owned() };
            let name = name.parse::<HeaderName>().map_err(|_| wrong())?;
            asked = asked.header(name, HeaderValue::from_str(value).map_err(|_| wrong())?);
        }
        let failed = |error| self.failure(target, error);
        let answer = match purpose {
            Purpose::Post(body) => {
                asked.body(body).map_err(ureq::Error::from).and_then(|asked| self.agent.run(asked))
            }
            Purpose::Get | Purpose::Preflight => {
                asked.body(()).map_err(ureq::Error::from).and_then(|asked| self.agent.run(asked))
            }
        };
        let mut answer = answer.map_err(failed)?;
        let reader = answer.body_mut().with_config().limit(self.limits.body_bytes);
        let body = reader.read_to_vec().map_err(failed)?;
        Ok(Response { status: answer.status().as_u16(), fields: answer.headers().clone(), body })
    }

    fn failure(&self, target: &Target, error: ureq::Error) -> EgressError {
        let host = target.host().to_owned();
        match error {
            ureq::Error::Timeout(_) => EgressError::TimedOut { host, limit: self.limits.time },
            ureq::Error::BodyExceedsLimit(limit) => EgressError::TooLong { host, limit },
            ureq::Error::Io(error) if is_forbidden(&error) => EgressError::Forbidden { host },
            ureq::Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => {
                EgressError::TimedOut { host, limit: self.limits.time }
            }
            source => EgressError::Unreachable { host, source: Box::new(source) },
        }
    }
}

fn is_forbidden(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| {
        inner.is::<Forbidden>() || inner.source().is_some_and(|source| source.is::<Forbidden>())
    })
}

impl Response {
    /// The media type of the body without its parameters, in small letters.
    #[must_use]
    pub fn media_type(&self) -> Option<String> {
        let value = self.fields.get(http::header::CONTENT_TYPE)?.to_str().ok()?;
        let media_type = value.split(';').next().unwrap_or_default().trim();
        Some(media_type.to_ascii_lowercase())
    }
}

#[cfg(test)]
mod tests;
