//! The authorization server, for programs: what it says of itself, registration, tokens. Anybody may ask, whatever the request shows:
//! what is shown here is a client's, and `auth::oauth` looks at it. Where there is no authorization server, there are no such routes.

pub(crate) mod introspect;
pub(crate) mod metadata;
pub(crate) mod register;
pub(crate) mod revoke;
pub(crate) mod token;

use std::net::IpAddr;
use std::sync::Arc;

use auth::oauth::{AuthorizationServer, Error};
use axum::body::to_bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;
use crate::error::Failure;
use crate::guard::machine;

/// All of them.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(metadata::server))
        .routes(routes!(metadata::server_of))
        .routes(routes!(metadata::openid))
        .routes(routes!(metadata::openid_of))
        .routes(routes!(metadata::resource))
        .routes(routes!(metadata::resource_of))
        .routes(routes!(register::register))
        .routes(routes!(token::token))
        .routes(routes!(revoke::revoke))
        .routes(routes!(introspect::introspect))
}

/// The same for a door that has no other routes of its own.
pub(crate) fn alone(app: &App) -> Router {
    match app.oauth() {
        Some(_) => routes().with_state(app.clone()).split_for_parts().0,
        None => Router::new(),
    }
}

/// What a client is told that did not get what it asked for (RFC 6749 section 5.2).
#[derive(Serialize, ToSchema)]
pub(crate) struct OAuthError {
    /// `invalid_request`, `invalid_client`, `invalid_grant`, ..
    error: String,
    /// The same for whoever wrote the client.
    error_description: String,
}

/// The authorization server.
pub(crate) struct Server(pub(crate) Arc<AuthorizationServer>);

impl FromRequestParts<App> for Server {
    type Rejection = Failure;

    async fn from_request_parts(_: &mut Parts, app: &App) -> Result<Self, Failure> {
        let server = app.oauth().cloned();
        server.map(Self).ok_or_else(|| Failure::new(StatusCode::NOT_FOUND, "Not Found"))
    }
}

/// A request of a client: all of its body, and what it shows.
pub(crate) struct Sent {
    /// The body, whatever is in it.
    pub(crate) body: Vec<u8>,
    /// The header `Authorization`.
    pub(crate) authorization: Option<Vec<u8>>,
    /// The machine that sent it.
    pub(crate) from: Option<IpAddr>,
    media_type: String,
}

impl Sent {
    /// The fields of a form.
    ///
    /// # Errors
    /// When the body is none.
    pub(crate) fn form(&self) -> Result<Vec<(String, String)>, Failure> {
        if self.media_type != "application/x-www-form-urlencoded" {
            let told = "the body must be a form: Content-Type: application/x-www-form-urlencoded";
            return Err(malformed(told));
        }
        let pairs = form_urlencoded::parse(&self.body);
        Ok(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// Whether the body says that it is JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.media_type == "application/json"
    }
}

impl FromRequest<App> for Sent {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let (parts, body) = request.into_parts();
        let mut shown = parts.headers.get_all(AUTHORIZATION).iter();
        let authorization = shown.next().map(|value| value.as_bytes().to_vec());
        if shown.next().is_some() {
            return Err(malformed("the header Authorization is there twice"));
        }
        let media_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = media_type.and_then(|text| text.split(';').next()).unwrap_or_default();
        let media_type = media_type.trim().to_ascii_lowercase();
        let from = machine(&parts, &app.options().trusted_proxies).map(|machine| machine.address());
        let limit = app.options().oauth_max_body_bytes;
        // A body that breaks off is as one that does not end.
        let body = to_bytes(body, limit).await.map_err(|_| Failure::too_large(limit))?;
        Ok(Self { body: body.to_vec(), authorization, from, media_type })
    }
}

/// A request that is not written as the protocol has it.
fn malformed(description: &str) -> Failure {
    let body = json!({ "error": "invalid_request", "error_description": description });
    Failure::with_body(StatusCode::BAD_REQUEST, body)
}

/// What a client is answered. Nothing of it is kept by a cache: a guard says so of every answer.
pub(crate) fn answer(status: StatusCode, told: Result<Value, Error>) -> Response {
    let error = match told {
        Ok(told) => return (status, Json(told)).into_response(),
        Err(error) => error,
    };
    if let Some(source) = &error.source {
        tracing::error!(error = source as &dyn std::error::Error, "a client of OAuth could not be served");
    }
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Json(error.body())).into_response();
    if let Some(challenge) = error.challenge {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    response
}

#[cfg(test)]
mod tests;
