//! Who asks: a route takes one of these handles, and is called only when the caller was granted it.
//!
//! | handle | needs the scope |
//! |---|---|
//! | [`Read`] | `read` |
//! | [`Write`] | `write` |
//! | [`Owner`] | `admin` |

use auth::{Presented, Principal};
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use engine::{Admin, Capability, Grant, Reader, Writer};
use mcp::tools::Caller;

use crate::App;
use crate::error::Failure;

/// The header of an API key.
pub const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Somebody who may read.
pub struct Read(pub Granted);

/// Somebody who may write.
pub struct Write(pub Granted);

/// Somebody who may administer.
pub struct Owner(pub Granted);

/// Who asks, and what was granted.
pub struct Granted {
    /// Who.
    pub principal: Principal,
    /// What.
    pub grant: Grant,
}

impl Read {
    /// The memories, to read.
    #[must_use]
    pub fn reader(&self) -> &Reader {
        self.0.grant.reader()
    }

    /// Whoever asks, as a tool sees them.
    #[must_use]
    pub fn caller(&self) -> Caller {
        self.0.caller()
    }
}

impl Write {
    /// The memories, to write; none never, since the handle was granted.
    #[must_use]
    pub fn writer(&self) -> Option<&Writer> {
        self.0.grant.writer()
    }

    /// The memories, to read.
    #[must_use]
    pub fn reader(&self) -> &Reader {
        self.0.grant.reader()
    }

    /// Whoever asks, as a tool sees them.
    #[must_use]
    pub fn caller(&self) -> Caller {
        self.0.caller()
    }
}

impl Owner {
    /// The memories, to administer; none never, since the handle was granted.
    #[must_use]
    pub fn admin(&self) -> Option<&Admin> {
        self.0.grant.admin()
    }
}

impl Granted {
    fn caller(&self) -> Caller {
        Caller::agent(self.grant.clone(), Some(&self.principal.name))
    }

    /// Finds out who asks and whether that was granted.
    async fn of(parts: &Parts, app: &App, needed: Capability) -> Result<Self, Failure> {
        let principal = identify(&parts.headers, app).await?;
        if principal.capability < needed {
            return Err(Failure::insufficient_scope(needed, principal.capability));
        }
        let grant = app.grant(&principal);
        Ok(Self { principal, grant })
    }
}

/// Who sent these headers.
///
/// # Errors
/// What is answered to somebody who is not known.
pub async fn identify(headers: &HeaderMap, app: &App) -> Result<Principal, Failure> {
    let all = |name: HeaderName| headers.get_all(name).iter().map(HeaderValue::as_bytes);
    let presented = Presented::of_headers(all(AUTHORIZATION), all(API_KEY))?;
    Ok(app.authenticator().authenticate(presented).await?)
}

impl FromRequestParts<App> for Read {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        Granted::of(parts, app, Capability::Read).await.map(Self)
    }
}

impl FromRequestParts<App> for Write {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        Granted::of(parts, app, Capability::Write).await.map(Self)
    }
}

impl FromRequestParts<App> for Owner {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        Granted::of(parts, app, Capability::Admin).await.map(Self)
    }
}
