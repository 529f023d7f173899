//! `POST /oauth/register`: clients that register themselves (RFC 7591).

use auth::bearer;
use axum::http::StatusCode;
use axum::response::Response;

use super::{OAuthError, Sent, Server, answer};
use crate::error::Failure;

/// Registers a client
///
/// The body says what the client is: `redirect_uris`, `client_name`, `token_endpoint_auth_method`, `grant_types`. What is kept of it
/// is answered. Being registered gives a client nothing: a user has to say yes in a browser.
#[utoipa::path(
    post,
    path = "/oauth/register",
    tag = "oauth",
    request_body(content = Object, content_type = "application/json"),
    responses(
        (status = CREATED, description = "The client, with its `client_id`", body = Object),
        (status = BAD_REQUEST, description = "What is wrong with the metadata", body = OAuthError),
        (status = UNAUTHORIZED, description = "The registration key is missing or wrong", body = OAuthError),
        (status = FORBIDDEN, description = "Clients do not register here", body = OAuthError)
    )
)]
pub(crate) async fn register(Server(server): Server, sent: Sent) -> Result<Response, Failure> {
    if !sent.is_json() {
        return Err(super::malformed("the body must be JSON: Content-Type: application/json"));
    }
    let key = sent.authorization.as_deref().and_then(bearer);
    Ok(answer(StatusCode::CREATED, server.register(&sent.body, key, sent.from).await))
}
