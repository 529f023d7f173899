//! `GET /api/events`: opens a stream of live events.

use std::collections::HashSet;

use auth::{Method, Principal, Refusal};
use axum::extract::{FromRequestParts, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::Capability;
use model::PartitionScope;

use crate::App;
use crate::access::asker;
use crate::error::{ErrorDetail, Failure, InvalidRequest, Refused};
use crate::events::{self, Full, Listening, Visitor};
use crate::guard::machine;

/// After which event a client goes on.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Tells a proxy not to hold the stream back.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
/// How long the id of an event may be.
const MAX_ID_BYTES: usize = 128;
/// How many partitions may be named.
const MAX_PARTITIONS: usize = 64;
/// When to come back that found no seat, in seconds.
const COME_BACK_S: u64 = 30;

/// Who listens, and to what.
pub(crate) struct Listener {
    principal: Principal,
    partitions: Option<HashSet<String>>,
    last_id: Option<String>,
    visitor: Visitor,
}

/// Listen to live events
///
/// `connection_established` comes first, then `memory_stored`, `memory_updated` and `memory_deleted` of whatever program writes
/// to the database, `search_completed` of the caller's own searches (for whom the server belongs to: of all in the default space), `heartbeat`,
/// `events_missed` for a reader that was too slow, and at the end `connection_closed`.
#[utoipa::path(
    get,
    path = "/api/events",
    tag = "events",
    params(
        ("store" = Option<Vec<String>>, Query, description = "Only memories of this named store; can be repeated. Searches are not told then"),
        ("ticket" = Option<String>, Query, description = "A ticket of `POST /api/events/ticket`, instead of a key"),
        ("Last-Event-ID" = Option<String>, Header, description = "Go on after this event, if it is still known"),
    ),
    security(("key" = ["read"])),
    responses(
        (status = OK, body = String, content_type = "text/event-stream"),
        (status = UNAUTHORIZED, body = Refused),
        (status = FORBIDDEN, body = Refused),
        (status = UNPROCESSABLE_ENTITY, body = InvalidRequest),
        (status = TOO_MANY_REQUESTS, body = ErrorDetail),
        (status = SERVICE_UNAVAILABLE, body = ErrorDetail),
    )
)]
pub(crate) async fn open(State(app): State<App>, listener: Listener) -> Result<Response, Failure> {
    let Listener { principal, partitions, last_id, visitor } = listener;
    if app.ending().is_cancelled() {
        return Err(full(
            StatusCode::SERVICE_UNAVAILABLE,
            "the server is stopping: start it again, then listen",
        ));
    }
    let seat = app.events().sit(visitor).map_err(|why| match why {
        Full::ForOne => full(
            StatusCode::TOO_MANY_REQUESTS,
            "you have too many event streams open: close one, or try again later",
        ),
        Full::ForAll => {
            full(StatusCode::SERVICE_UNAVAILABLE, "too many event streams are open: try again later")
        }
    })?;
    let grant = app.grant(&principal);
    let ear = app.events().listen(grant.reader(), &principal.space).await?;
    let body = events::stream(&app, ear, Listening { principal, partitions, seat, last_id });
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (X_ACCEL_BUFFERING, HeaderValue::from_static("no")),
    ];
    Ok((headers, body).into_response())
}

fn full(status: StatusCode, detail: &str) -> Failure {
    Failure::new(status, detail).header(RETRY_AFTER, HeaderValue::from(COME_BACK_S))
}

impl FromRequestParts<App> for Listener {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let query = parts.uri.query().unwrap_or_default();
        let (mut tickets, mut stores) = (Vec::new(), Vec::new());
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "ticket" => tickets.push(value.into_owned()),
                "store" => stores.push(value.into_owned()),
                _ => {}
            }
        }
        let header = |name| parts.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let last_id = header(LAST_EVENT_ID).filter(|id| !id.is_empty() && id.len() <= MAX_ID_BYTES);
        let last_id = last_id.map(str::to_owned);
        let user_agent = header(USER_AGENT).unwrap_or_default().to_owned();
        let principal = listener(parts, app, &tickets).await?;
        if principal.capability < Capability::Read {
            return Err(Failure::insufficient_scope(Capability::Read, principal.capability));
        }
        // What is wrong with a question is told to who may ask it.
        let partitions = partitions(&stores)?;
        let address = machine(parts, &app.options().trusted_proxies).map(|machine| machine.to_string());
        let visitor =
            Visitor { principal: principal.id.clone(), space: principal.space.clone(), address, user_agent };
        Ok(Self { principal, partitions, last_id, visitor })
    }
}

/// Who listens: whoever a header names, else the buyer of the ticket, else anybody who may.
async fn listener(parts: &Parts, app: &App, tickets: &[String]) -> Result<Principal, Failure> {
    let found = asker(parts);
    let is_known = found.as_ref().is_ok_and(|principal| principal.method != Method::Anonymous);
    let ticket = match tickets {
        _ if is_known => return found,
        [] => return found,
        [ticket] => ticket,
        _ => return Err(Refusal::Invalid.into()),
    };
    let buyer = app.tickets().redeem(ticket, app.now()).ok_or(Refusal::Invalid)?;
    // The key that it was bought with may be revoked since.
    app.authenticator().confirm(&buyer).await?;
    Ok(buyer)
}

/// The partitions that are named; none when all are.
fn partitions(stores: &[String]) -> Result<Option<HashSet<String>>, Failure> {
    let invalid =
        |message: String| Failure::problem("value_error", vec!["query".into(), "store".into()], message);
    if stores.len() > MAX_PARTITIONS {
        return Err(invalid(format!("{} stores are named, the limit is {MAX_PARTITIONS}", stores.len())));
    }
    let mut partitions = HashSet::new();
    for store in stores {
        match PartitionScope::parse(store).map_err(|error| invalid(error.to_string()))? {
            PartitionScope::All => return Ok(None),
            PartitionScope::One(partition) => partitions.insert(partition.to_string()),
        };
    }
    Ok(Some(partitions).filter(|partitions| !partitions.is_empty()))
}
