//! `POST /oauth/introspect`: what a client may know of a token of its own (RFC 7662).

use axum::http::StatusCode;
use axum::response::Response;

use super::revoke::TokenNamed;
use super::{OAuthError, Sent, Server, answer};
use crate::error::Failure;

/// Examines a token
///
/// For clients with a secret. Of tokens that are not theirs they learn nothing: `{"active": false}`.
#[utoipa::path(
    post,
    path = "/oauth/introspect",
    tag = "oauth",
    request_body(content = TokenNamed, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = OK, description = "`active`, and more of a token that is", body = Object),
        (status = BAD_REQUEST, description = "What is wrong with the form", body = OAuthError),
        (status = UNAUTHORIZED, description = "The client is unknown, or not itself", body = OAuthError)
    )
)]
pub(crate) async fn introspect(Server(server): Server, sent: Sent) -> Result<Response, Failure> {
    let form = sent.form()?;
    Ok(answer(StatusCode::OK, server.introspect(&form, sent.authorization.as_deref()).await))
}
