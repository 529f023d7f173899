//! `GET /api/events/stats`: who listens to live events.

use auth::Reach;
use axum::Json;
use axum::extract::State;
use engine::Capability;
use serde::Serialize;
use utoipa::ToSchema;

use crate::App;
use crate::access::Read;
use crate::error::{Failure, Refused};
use crate::events::{Seated, Visitor};

/// How many streams are named at most.
const MAX_LISTED: usize = 1000;

/// Who listens.
#[derive(Serialize, ToSchema)]
pub(crate) struct Listeners {
    /// How many streams are open: in the caller's space, or on the whole server for its administrator.
    total_connections: usize,
    /// How often each gives a sign of life, in seconds.
    heartbeat_interval: u64,
    /// The first thousand of them: all for an administrator of the server, else those of the caller.
    connections: Vec<Connection>,
}

/// One stream.
#[derive(Serialize, ToSchema)]
pub(crate) struct Connection {
    /// Its name.
    connection_id: String,
    /// Where it goes to; told to an administrator only.
    client_ip: Option<String>,
    /// The program that listens, as it calls itself.
    user_agent: String,
    /// How long it has been open.
    connected_duration_seconds: f64,
    /// How long ago it gave a sign of life.
    last_heartbeat_seconds_ago: f64,
}

/// Who listens to live events
#[utoipa::path(
    get,
    path = "/api/events/stats",
    tag = "events",
    security(("key" = ["read"])),
    responses(
        (status = OK, body = Listeners),
        (status = UNAUTHORIZED, body = Refused),
        (status = FORBIDDEN, body = Refused),
    )
)]
pub(crate) async fn stats(State(app): State<App>, read: Read) -> Result<Json<Listeners>, Failure> {
    let principal = &read.0.principal;
    let is_admin = principal.capability >= Capability::Admin && principal.reach == Reach::Installation;
    let seats = app.events().seats();
    let is_own = |visitor: &Visitor| visitor.principal == principal.id && visitor.space == principal.space;
    let listed = seats.list(MAX_LISTED, |visitor| is_admin || is_own(visitor));
    Ok(Json(Listeners {
        total_connections: if is_admin { seats.count() } else { seats.count_of(&principal.space) },
        heartbeat_interval: app.events().options().heartbeat.as_secs(),
        connections: listed.iter().map(|seated| connection(seated, is_admin)).collect(),
    }))
}

fn connection(seated: &Seated, is_admin: bool) -> Connection {
    let address = seated.visitor.address.as_ref().filter(|_| is_admin);
    Connection {
        connection_id: seated.id.clone(),
        client_ip: address.cloned(),
        user_agent: seated.visitor.user_agent.clone(),
        connected_duration_seconds: seated.open_for().as_secs_f64(),
        last_heartbeat_seconds_ago: seated.silent_for().as_secs_f64(),
    }
}
