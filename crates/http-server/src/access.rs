//! Who asks: a route takes one of these handles, and is called only when the caller was granted it.
//!
//! | handle | needs the scope |
//! |---|---|
//! | [`Read`] | `read` |
//! | [`Add`] | `add` |
//! | [`Write`] | `write` |
//! | [`Owner`] | `admin` |
//! | [`KnownOwner`] | `admin`, and a credential: not for callers who are served without one |
//! | [`LastingOwner`] | the same, and no program that acts for a user |
//! | [`OfServer`] of one of these | the same, from a credential that reaches what concerns everybody on this server |

use auth::{Method, Presented, Principal, Reach, Refusal};
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

/// The header of the space that is meant.
pub const SPACE: HeaderName = HeaderName::from_static("x-memory-space");

/// Somebody who may read.
pub struct Read(pub Granted);

/// Somebody who may store, and need not be one who may change anything.
pub struct Add(pub Granted);

/// Somebody who may write.
pub struct Write(pub Granted);

/// Somebody who may administer.
pub struct Owner(pub Granted);

/// Somebody who may administer and is known: what they do outlives the settings by which everybody is let in.
pub struct KnownOwner(pub Granted);

/// Somebody who may administer, is known, and is no program that acts for a user: what they make would outlive what the user
/// allowed that program and takes back.
pub struct LastingOwner(pub Granted);

/// Somebody who may deal with what concerns everybody on this server, as far as the handle inside says. Whoever has a
/// space of their own on it learns nothing there of the others.
pub struct OfServer<H>(pub H);

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

impl Add {
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

    /// Whether whoever asks was granted that.
    fn of(parts: &Parts, app: &App, needed: Capability) -> Result<Self, Failure> {
        let principal = asker(parts)?;
        if principal.capability < needed {
            return Err(Failure::insufficient_scope(needed, principal.capability));
        }
        let grant = app.grant(&principal);
        Ok(Self { principal, grant })
    }
}

/// Who asks, as the guard found out; it puts this into the extensions of every request.
#[derive(Clone)]
pub(crate) struct Asker(pub(crate) Result<Principal, Failure>);

/// Who asks.
///
/// # Errors
/// What is answered to somebody who is not known.
pub fn asker(parts: &Parts) -> Result<Principal, Failure> {
    match parts.extensions.get::<Asker>() {
        Some(Asker(found)) => found.clone(),
        None => {
            tracing::error!("a route was reached around the guards");
            Err(Failure::internal())
        }
    }
}

/// What a request shows of who sent it.
///
/// # Errors
/// [`Refusal::Invalid`] when a header is there twice, [`Refusal::NoSpace`] when two spaces are meant.
pub(crate) fn presented(headers: &HeaderMap) -> Result<Presented<'_>, Refusal> {
    let all = |name: HeaderName| headers.get_all(name).iter().map(HeaderValue::as_bytes);
    let shown = Presented::of_headers(all(AUTHORIZATION), all(API_KEY))?;
    let mut spaces = all(SPACE);
    match (spaces.next(), spaces.next()) {
        (_, Some(_)) => Err(Refusal::NoSpace),
        (space, None) => Ok(Presented { space, ..shown }),
    }
}

impl FromRequestParts<App> for Read {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        Granted::of(parts, app, Capability::Read).map(Self)
    }
}

impl FromRequestParts<App> for Add {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        Granted::of(parts, app, Capability::Add).map(Self)
    }
}

impl FromRequestParts<App> for Write {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        Granted::of(parts, app, Capability::Write).map(Self)
    }
}

impl FromRequestParts<App> for Owner {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        Granted::of(parts, app, Capability::Admin).map(Self)
    }
}

impl FromRequestParts<App> for KnownOwner {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        match asker(parts)?.method {
            Method::Anonymous => Err(Refusal::Missing.into()),
            _ => Granted::of(parts, app, Capability::Admin).map(Self),
        }
    }
}

impl FromRequestParts<App> for LastingOwner {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let KnownOwner(granted) = KnownOwner::from_request_parts(parts, app).await?;
        match granted.principal.method {
            Method::Token(_) => Err(Failure::not_for_programs()),
            _ => Ok(Self(granted)),
        }
    }
}

impl<H: FromRequestParts<App, Rejection = Failure>> FromRequestParts<App> for OfServer<H> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let handle = H::from_request_parts(parts, app).await?;
        match asker(parts)?.reach {
            Reach::Installation => Ok(Self(handle)),
            Reach::Space => Err(Failure::out_of_reach()),
        }
    }
}
