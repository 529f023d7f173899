//! `POST /oauth/revoke`: a client ends a token of its own (RFC 7009).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{OAuthError, Sent, Server, answer};
use crate::error::Failure;

/// Which token.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "a shape of the OpenAPI document")]
pub(crate) struct TokenNamed {
    /// The token.
    token: String,
    /// Who asks, unless the header `Authorization: Basic` says it.
    client_id: Option<String>,
    /// The secret of a client that has one, unless the header says it.
    client_secret: Option<String>,
}

/// Ends a token
///
/// A refresh token ends together with everything that its user allowed then. Nobody is told whether there was such a token.
#[utoipa::path(
    post,
    path = "/oauth/revoke",
    tag = "oauth",
    request_body(content = TokenNamed, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = OK, description = "It is no good one any more"),
        (status = BAD_REQUEST, description = "What is wrong with the form", body = OAuthError),
        (status = UNAUTHORIZED, description = "The client is unknown, or not itself", body = OAuthError)
    )
)]
pub(crate) async fn revoke(Server(server): Server, sent: Sent) -> Result<Response, Failure> {
    let form = sent.form()?;
    Ok(match server.revoke(&form, sent.authorization.as_deref(), sent.from).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => answer(StatusCode::OK, Err(error)),
    })
}
