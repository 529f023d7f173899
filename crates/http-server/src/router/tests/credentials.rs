//! Every kind of credential, every way to show it, and the one rule of what comes of it.

use std::net::{Ipv4Addr, SocketAddr};

use auth::oauth::Settings;
use auth::{KeyRequest, Principal, new_key};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{Request, StatusCode};
use axum::response::Response;
use engine::Capability;
use model::{ApiKey, KeyName, Space};
use ports::{Clock, KeyStore, SystemRng};
use testkit::Bench;
use tower::ServiceExt;

use super::table::{Needed, Row};
use crate::fixture::{Door, ISSUER, OWNERS_KEY};
use crate::{Options, Surface, router_of};

/// What somebody shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Nothing,
    Garbage,
    Expired,
    Revoked,
    Key(Capability),
    /// A key of another space than the default one.
    Guest(Capability),
    /// The key of the settings.
    OwnersKey,
}

/// How it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    ApiKey,
    Bearer,
    /// In the address, under a name that is in use for keys.
    Query(&'static str),
    /// As a ticket that was bought with it while it was good.
    Ticket,
}

/// What is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answered {
    /// The route's own answer, which may be that what is asked cannot be done.
    Served,
    /// A credential does not belong into an address.
    BadRequest,
    Unauthorized,
    Forbidden,
}

/// Everything that can be shown.
pub(super) fn all_shown() -> Vec<Shown> {
    let mut all = vec![Shown::Nothing, Shown::Garbage, Shown::Expired, Shown::Revoked, Shown::OwnersKey];
    all.extend(Capability::ALL.map(Shown::Key));
    all.extend(Capability::ALL.map(Shown::Guest));
    all
}

pub(super) const ALL_WAYS: [Way; 7] = [
    Way::ApiKey,
    Way::Bearer,
    Way::Ticket,
    Way::Query("api_key"),
    Way::Query("token"),
    Way::Query("access_token"),
    Way::Query("key"),
];

/// What is said of credentials in an address.
const IN_THE_ADDRESS: &str = "does not belong into an address";

/// What those may do who show nothing.
pub(super) const MODES: [Option<Capability>; 3] = [None, Some(Capability::Read), Some(Capability::Write)];

/// A door with keys of every kind.
pub(super) struct Keyring {
    pub(super) door: Door,
    router: Router,
    anonymous: Option<Capability>,
    query_credentials: bool,
    stale: [(Shown, String, ApiKey); 2],
}

impl Keyring {
    pub(super) async fn of(surface: Surface, anonymous: Option<Capability>, query_credentials: bool) -> Self {
        let options = Self::options(query_credentials);
        Self::before(Door::of(Bench::default(), options, anonymous).await, surface, anonymous).await
    }

    /// The same before a door with an authorization server.
    pub(super) async fn issuing(surface: Surface, anonymous: Option<Capability>) -> Self {
        let door = Door::issuing(Settings::at(ISSUER), Self::options(false), anonymous).await;
        Self::before(door, surface, anonymous).await
    }

    fn options(query_credentials: bool) -> Options {
        Options {
            failures_per_minute: 0,
            requests_per_minute: 0,
            metrics: true,
            query_credentials,
            registrations_per_minute: 0,
            ..Options::default()
        }
    }

    async fn before(door: Door, surface: Surface, anonymous: Option<Capability>) -> Self {
        let now = door.bench.clock.now();
        let stale = async |shown: Shown, name: &str, expires_at| {
            let name = KeyName::new(name).unwrap();
            let request =
                KeyRequest { name, capability: Capability::Admin, space: Space::Default, expires_at };
            let (secret, key) = new_key(request, now.plus_seconds(-20.0), &SystemRng).unwrap();
            door.keys.insert(key.clone()).await.unwrap();
            (shown, secret.reveal().to_owned(), key)
        };
        let expired = stale(Shown::Expired, "expired", Some(now.plus_seconds(-10.0))).await;
        let revoked = stale(Shown::Revoked, "revoked", None).await;
        door.keys.revoke(&revoked.2.id, now.plus_seconds(-10.0)).await.unwrap();
        let (router, query_credentials) =
            (router_of(&door.app, surface), door.app.options().query_credentials);
        Self { router, anonymous, query_credentials, stale: [expired, revoked], door }
    }

    /// The router, for what it says of itself.
    pub(super) fn router(&self) -> &Router {
        &self.router
    }

    /// The text of a credential.
    pub(super) fn text(&self, shown: Shown) -> Option<&str> {
        match shown {
            Shown::Nothing => None,
            Shown::Garbage => Some("mem_garbage"),
            Shown::Key(capability) => Some(self.door.key(capability)),
            Shown::Guest(capability) => Some(self.door.guest_key(capability)),
            Shown::OwnersKey => Some(OWNERS_KEY),
            Shown::Expired | Shown::Revoked => {
                self.stale.iter().find(|(of, ..)| *of == shown).map(|of| &*of.1)
            }
        }
    }

    /// A ticket that was bought with this while it was good; none for who cannot buy one.
    async fn ticket(&self, shown: Shown) -> Option<String> {
        let principal = match shown {
            Shown::Garbage => return Some("garbage".to_owned()),
            Shown::Nothing => Principal::anonymous(self.anonymous?),
            Shown::OwnersKey => Principal::owner(),
            Shown::Key(capability) | Shown::Guest(capability) => {
                let keys = self.door.keys.list().await.unwrap();
                let kind = if shown == Shown::Key(capability) { " key" } else { " guest" };
                let is_it = |key: &&ApiKey| key.capability == capability && key.name.as_str().ends_with(kind);
                Principal::of_key(keys.iter().find(is_it).unwrap())
            }
            Shown::Expired | Shown::Revoked => {
                Principal::of_key(&self.stale.iter().find(|(of, ..)| *of == shown).unwrap().2)
            }
        };
        let app = &self.door.app;
        Some(app.tickets().issue(&principal, app.now()).unwrap().reveal().to_owned())
    }

    /// What is answered to somebody who shows this at a route: the rule of the whole table.
    pub(super) fn expected(&self, row: &Row, shown: Shown, way: Way) -> Answered {
        let granted = match shown {
            Shown::Nothing => self.anonymous,
            Shown::Garbage | Shown::Expired | Shown::Revoked => None,
            Shown::Key(capability) | Shown::Guest(capability) => Some(capability),
            Shown::OwnersKey => Some(Capability::Admin),
        };
        let granted = match way {
            Way::ApiKey | Way::Bearer => granted,
            Way::Ticket if row.is_stream() => granted,
            // Another route knows no tickets: nothing was shown.
            Way::Ticket => self.anonymous,
            Way::Query(_) if row.is_stream() && self.query_credentials => granted,
            Way::Query(_) if shown == Shown::Nothing => granted,
            Way::Query(_) => return Answered::BadRequest,
        };
        // Without a credential nobody is known, whatever is granted to everybody.
        let granted = match row.needed {
            Needed::Known(_) | Needed::Lasting(_) if shown == Shown::Nothing || way == Way::Ticket => None,
            _ => granted,
        };
        let is_guest = matches!((shown, way), (Shown::Guest(_), Way::ApiKey | Way::Bearer));
        match (row.needed.capability(), granted) {
            (None, _) => Answered::Served,
            (Some(_), None) => Answered::Unauthorized,
            (Some(needed), Some(granted)) if granted < needed => Answered::Forbidden,
            (Some(_), Some(_)) if is_guest && matches!(row.needed, Needed::Server(_)) => Answered::Forbidden,
            (Some(_), Some(_)) => Answered::Served,
        }
    }

    /// Asks at a route and shows this; none where that cannot be.
    pub(super) async fn ask(&self, row: &Row, shown: Shown, way: Way) -> Option<Response> {
        let mut target = row.place();
        let text = self.text(shown);
        let mut request = Request::builder().method(row.method.clone());
        match (way, text) {
            (Way::Ticket, _) => target = format!("{target}?ticket={}", self.ticket(shown).await?),
            (_, None) => {}
            (Way::ApiKey, Some(text)) => request = request.header("x-api-key", text),
            (Way::Bearer, Some(text)) => request = request.header("authorization", format!("Bearer {text}")),
            (Way::Query(name), Some(text)) => target = format!("{target}?{name}={text}"),
        }
        // Nobody is told what is wrong with a body who may not ask: what is sent here is right nowhere.
        let request = request.uri(target).header(CONTENT_TYPE, "application/json").body(Body::from("[]"));
        Some(self.send(request.unwrap()).await)
    }

    /// Sends a request as one from this machine.
    pub(super) async fn send(&self, request: Request<Body>) -> Response {
        send(&self.router, request).await
    }
}

/// Sends a request to a router as one from this machine.
pub(super) async fn send(router: &Router, mut request: Request<Body>) -> Response {
    request.headers_mut().entry(HOST).or_insert("127.0.0.1:8000".parse().unwrap());
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from((Ipv4Addr::LOCALHOST, 50_000))));
    router.clone().oneshot(request).await.unwrap()
}

/// What an answer says to the question whether somebody may ask; none when it is no answer of a route.
pub(super) async fn answered(response: Response) -> Option<Answered> {
    let status = response.status();
    match status {
        StatusCode::UNAUTHORIZED => Some(Answered::Unauthorized),
        StatusCode::FORBIDDEN => Some(Answered::Forbidden),
        // Routes say this of what they cannot read, too.
        StatusCode::BAD_REQUEST => {
            let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
            let is_of_address = String::from_utf8_lossy(&body).contains(IN_THE_ADDRESS);
            Some(if is_of_address { Answered::BadRequest } else { Answered::Served })
        }
        StatusCode::METHOD_NOT_ALLOWED => None,
        status if status.is_server_error() => None,
        _ => Some(Answered::Served),
    }
}
