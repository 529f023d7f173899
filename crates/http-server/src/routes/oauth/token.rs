//! `POST /oauth/token`: tokens for codes, refresh tokens, clients' own credentials (RFC 6749).

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{OAuthError, Sent, Server, answer};
use crate::error::Failure;

/// What a client asks for.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "a shape of the OpenAPI document")]
pub(crate) struct TokenRequest {
    /// `authorization_code`, `refresh_token` or `client_credentials`.
    grant_type: String,
    /// Who asks, unless the header `Authorization: Basic` says it.
    client_id: Option<String>,
    /// The secret of a client that has one, unless the header says it.
    client_secret: Option<String>,
    /// The code.
    code: Option<String>,
    /// What shows that whoever asks sent the browser (PKCE).
    code_verifier: Option<String>,
    /// Where the browser was sent back to.
    redirect_uri: Option<String>,
    /// The refresh token.
    refresh_token: Option<String>,
    /// Less than was allowed.
    scope: Option<String>,
    /// What the token is to be good for; a part of what was allowed.
    resource: Option<String>,
}

/// Gives tokens
#[utoipa::path(
    post,
    path = "/oauth/token",
    tag = "oauth",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = OK, description = "`access_token`, `token_type`, `expires_in`, `scope`, `refresh_token`", body = Object),
        (status = BAD_REQUEST, description = "Why there are no tokens", body = OAuthError),
        (status = UNAUTHORIZED, description = "The client is unknown, or not itself", body = OAuthError)
    )
)]
pub(crate) async fn token(Server(server): Server, sent: Sent) -> Result<Response, Failure> {
    let form = sent.form()?;
    Ok(answer(StatusCode::OK, server.token(&form, sent.authorization.as_deref(), sent.from).await))
}
