//! `POST /api/events/ticket`: a ticket that opens one event stream. A browser cannot send a header with it, and a key does not
//! belong into an address.

use auth::{NoTicket, TICKET_LIFETIME_S};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::App;
use crate::access::Read;
use crate::error::{ErrorDetail, Failure, Refused};

/// When to try again, in seconds: by then some tickets are used up or have expired.
const TRY_AGAIN_S: u64 = 60;

/// A ticket.
#[derive(Serialize, ToSchema)]
pub(crate) struct Ticket {
    /// It; good for one use.
    ticket: String,
    /// How long it is good, in seconds.
    expires_in_seconds: f64,
    /// The name under which it goes into the address.
    param_name: &'static str,
}

/// Get a ticket that opens one event stream
#[utoipa::path(
    post,
    path = "/api/events/ticket",
    tag = "events",
    security(("key" = ["read"])),
    responses(
        (status = OK, body = Ticket),
        (status = UNAUTHORIZED, body = Refused),
        (status = FORBIDDEN, body = Refused),
        (status = TOO_MANY_REQUESTS, body = ErrorDetail),
    )
)]
pub(crate) async fn ticket(State(app): State<App>, read: Read) -> Result<Json<Ticket>, Failure> {
    let ticket = app.tickets().issue(&read.0.principal, app.now()).map_err(|error| match error {
        NoTicket::TooMany => Failure::too_many(TRY_AGAIN_S),
        NoTicket::OfTicket => Failure::new(StatusCode::FORBIDDEN, error.to_string()),
        NoTicket::Random(error) => {
            tracing::error!(error = %error, "there is no randomness to be had");
            Failure::internal()
        }
    })?;
    let ticket = ticket.reveal().to_owned();
    Ok(Json(Ticket { ticket, expires_in_seconds: TICKET_LIFETIME_S, param_name: "ticket" }))
}
