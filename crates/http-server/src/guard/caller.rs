//! Who asks, from where, and how often: found out once for each request, before anything is done for it.
//!
//! 1. A page of another place is refused, whatever it shows (`Origin`).
//! 2. A credential that is wrong costs an attempt of the machine that tries it, and one that was never good is checked so
//!    often only.
//! 3. Whoever is known by a credential may call this server by any name; a page that let a foreign name point here has none.
//!    Others must use a name of this server, and may change nothing from another site (fetch metadata).
//! 4. A credential may ask so often, and a machine without one.
//!
//! A session in a cookie counts on `/api` alone, and only when nothing says that another page asks: browsers send cookies by
//! themselves. So it lets nobody past what stands in 3.

use auth::{Method, Presented, Principal, Refusal};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderName, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use mcp::http::{Authority, Page, Sources};

use super::attempts::Attempts;
use super::open::is_open;
use super::peer::{Machine, machine};
use super::rate::Limit;
use crate::access::{Asker, presented};
use crate::error::Failure;
use crate::web::{self, Cookies, Kind};
use crate::{App, Options};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// Names that always mean this machine.
const OWN_NAMES: [&str; 1] = ["localhost"];
/// Where clients of OAuth register.
const REGISTRATION: &str = "/oauth/register";
/// What tells anybody that the process answers, and nothing else: supervisors call it by whatever name they have.
const PROBES: [&str; 4] = ["/api/health", "/health", "/livez", "/readyz"];

/// What is remembered from one request to the next.
pub(crate) struct Gate {
    sources: Sources,
    attempts: Attempts,
    by_principal: Limit<String>,
    by_machine: Limit<Machine>,
    registrations: Limit<Machine>,
}

impl Gate {
    /// `issuer` is the address that everybody reaches this server by, where it is known.
    pub(crate) fn new(options: &Options, issuer: Option<&str>) -> Self {
        let issuer = issuer.and_then(|issuer| issuer.split_once("://")?.1.split('/').next());
        let names = OWN_NAMES.into_iter().chain(issuer).map(str::to_owned);
        let names = names.chain(options.allowed_hosts.iter().cloned());
        let names: Vec<String> = names.collect();
        Self {
            sources: Sources::new(&names, &options.cors_origins),
            attempts: Attempts::new(options.failures_per_minute),
            by_principal: Limit::per_minute(options.requests_per_minute),
            by_machine: Limit::per_minute(options.requests_per_minute),
            registrations: Limit::per_minute(options.registrations_per_minute),
        }
    }

    /// An address cannot be made to point elsewhere, a name can.
    fn is_own(&self, host: &Authority) -> bool {
        let address = host.host.trim_start_matches('[').trim_end_matches(']');
        address.parse::<std::net::IpAddr>().is_ok() || self.sources.knows(host)
    }
}

pub(super) async fn check(app: App, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match admit(&app, &parts).await {
        Ok(asker) => {
            parts.extensions.insert(asker);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(failure) => failure.into_response(),
    }
}

async fn admit(app: &App, parts: &Parts) -> Result<Asker, Failure> {
    let (gate, options) = (app.gate(), app.options());
    let host = Authority::of(parts).ok_or_else(|| {
        Failure::new(StatusCode::BAD_REQUEST, "the Host header is missing, written twice or not a host")
    })?;
    if is_open(app, parts) {
        return open(app, parts, &host);
    }
    let page = gate.sources.page(&parts.headers, &host);
    // Pages for people are for no other page, whichever the owner lists (O8).
    let is_for_people =
        app.authenticator().people().is_some() && web::is_page(below(parts, &options.root_path));
    if page == Page::Foreign || (page == Page::Allowed && is_for_people) {
        let detail = "web pages of this origin may not ask: MCP_CORS_ORIGINS lists those that may";
        return Err(Failure::new(StatusCode::FORBIDDEN, detail));
    }
    let machine = machine(parts, &options.trusted_proxies);
    let found = identify(app, parts, page, machine).await?;
    let known = found.as_ref().ok().filter(|principal| principal.method != Method::Anonymous);
    if known.is_none_or(|principal| matches!(principal.method, Method::Session(..))) {
        foreign_name(gate, &host, parts, &options.root_path)?;
        cross_site(parts, page)?;
    }
    let taken = match (known, &machine) {
        (Some(principal), _) => gate.by_principal.take(&principal.id),
        (None, Some(machine)) => gate.by_machine.take(machine),
        (None, None) => Ok(()),
    };
    taken.map_err(Failure::too_many)?;
    Ok(Asker(found.map_err(Failure::from)))
}

/// What clients of OAuth ask before they have anything to show: their pages may be anywhere, and what they show is for the route to
/// look at.
fn open(app: &App, parts: &Parts, host: &Authority) -> Result<Asker, Failure> {
    let (gate, options) = (app.gate(), app.options());
    foreign_name(gate, host, parts, &options.root_path)?;
    if let Some(machine) = machine(parts, &options.trusted_proxies) {
        gate.by_machine.take(&machine).map_err(Failure::too_many)?;
        if !parts.method.is_safe() && parts.uri.path().ends_with(REGISTRATION) {
            gate.registrations.take(&machine).map_err(Failure::too_many)?;
        }
    }
    Ok(Asker(Err(Failure::from(Refusal::Missing))))
}

/// Who asks, or why nobody is known; an error when too much was tried.
async fn identify(
    app: &App,
    parts: &Parts,
    page: Page,
    machine: Option<Machine>,
) -> Result<Result<Principal, Refusal>, Failure> {
    let path = below(parts, &app.options().root_path);
    let people = app.authenticator().people();
    if people.is_some() && web::is_page(path) {
        return Ok(Err(Refusal::Missing));
    }
    let shown = match presented(&parts.headers) {
        Ok(shown) => {
            let cookies = people.map(|people| Cookies::of(people.issuer()));
            let session = cookies.filter(|_| path.starts_with("/api/") && is_same_site(parts, page));
            let session = session.and_then(|cookies| cookies.read(Kind::Session, &parts.headers));
            Presented { session: session.map(str::as_bytes), path, ..shown }
        }
        Err(Refusal::NoSpace) => return Ok(Err(Refusal::NoSpace)),
        Err(refusal) => {
            app.gate().attempts.failed(machine).map_err(Failure::too_many)?;
            return Ok(Err(refusal));
        }
    };
    if shown.bearer.is_none() && shown.api_key.is_none() {
        return Ok(app.authenticator().authenticate(shown).await);
    }
    let attempt = app.gate().attempts.begin(shown, machine).map_err(Failure::too_many)?;
    let found = app.authenticator().authenticate(shown).await;
    match &found {
        Ok(_) => attempt.was_good(),
        Err(Refusal::Unavailable(_) | Refusal::NoSpace) => {}
        Err(Refusal::Invalid | Refusal::Missing) => attempt.was_bad().map_err(Failure::too_many)?,
    }
    Ok(found)
}

/// A page that let a name point here (DNS rebinding) shows that name.
fn foreign_name(gate: &Gate, host: &Authority, parts: &Parts, root_path: &str) -> Result<(), Failure> {
    if gate.is_own(host) || PROBES.contains(&below(parts, root_path)) {
        return Ok(());
    }
    let detail = "this server does not answer to the name in the Host header without a key: \
                  MCP_ALLOWED_HOSTS lists its names";
    Err(Failure::new(StatusCode::MISDIRECTED_REQUEST, detail))
}

/// What a browser sends for a page of another site may change nothing, when nothing but the place it is sent from speaks for
/// it. A credential in a header is no such thing: browsers do not add one by themselves.
fn cross_site(parts: &Parts, page: Page) -> Result<(), Failure> {
    if parts.method.is_safe() || page == Page::Allowed || is_same_site(parts, page) {
        return Ok(());
    }
    let detail = "pages of another site may change nothing here without a key";
    Err(Failure::new(StatusCode::FORBIDDEN, detail))
}

/// Whether nothing says that a page of another place asks.
fn is_same_site(parts: &Parts, page: Page) -> bool {
    let mut sites = parts.headers.get_all(SEC_FETCH_SITE).iter();
    matches!(page, Page::None | Page::Own)
        && sites.all(|site| matches!(site.as_bytes(), b"same-origin" | b"none"))
}

/// What is asked for, without what a proxy puts before it.
fn below<'a>(parts: &'a Parts, root_path: &str) -> &'a str {
    let path = parts.uri.path();
    path.strip_prefix(root_path).unwrap_or(path)
}

#[cfg(test)]
mod tests;
