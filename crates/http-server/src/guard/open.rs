//! What clients of OAuth ask before they have anything to show: metadata, registration, tokens. Some of them run in pages of places
//! that nobody can list, so any page may ask and read (RFC 8414, RFC 9728; OAuth 2.1 section 3). A page gains nothing by
//! that: what is asked there is answered to whoever shows a code or a secret, no cookie counts, and none is sent.
//!
//! Where a user says yes (`/oauth/authorize`) is none of these.

use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD,
};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::App;

const METADATA: [&str; 3] = [
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
    "/.well-known/oauth-protected-resource",
];
const ENDPOINTS: [&str; 4] = ["/oauth/register", "/oauth/token", "/oauth/revoke", "/oauth/introspect"];

/// What a page is told that asks before it asks.
const PREFLIGHT: [(HeaderName, &str); 3] = [
    (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
    (ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, mcp-protocol-version"),
    (ACCESS_CONTROL_MAX_AGE, "600"),
];

/// Whether a request is for one of these.
pub(super) fn is_open(app: &App, parts: &Parts) -> bool {
    app.oauth().is_some() && is_path(parts.uri.path(), &app.options().root_path)
}

fn is_path(path: &str, root_path: &str) -> bool {
    let path = path.strip_prefix(root_path).unwrap_or(path);
    let is_beneath = |rest: &str| rest.is_empty() || rest.starts_with('/');
    let is_metadata = METADATA.iter().any(|root| path.strip_prefix(*root).is_some_and(is_beneath));
    is_metadata || ENDPOINTS.contains(&path)
}

/// Answers a page that asks whether it may ask, and lets it read what it is answered.
pub(super) async fn answer(app: App, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    if !is_open(&app, &parts) {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let is_preflight =
        parts.method == Method::OPTIONS && parts.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match is_preflight {
        true => {
            let headers = PREFLIGHT.map(|(name, value)| (name, HeaderValue::from_static(value)));
            (StatusCode::NO_CONTENT, headers).into_response()
        }
        false => next.run(Request::from_parts(parts, body)).await,
    };
    let headers = response.headers_mut();
    for (name, value) in
        [(ACCESS_CONTROL_ALLOW_ORIGIN, "*"), (ACCESS_CONTROL_EXPOSE_HEADERS, "www-authenticate, retry-after")]
    {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o8_only_what_clients_ask_before_they_have_anything_is_open() {
        for path in [
            "/.well-known/oauth-authorization-server",
            "/.well-known/oauth-authorization-server/mcp",
            "/.well-known/openid-configuration",
            "/.well-known/oauth-protected-resource/mcp",
            "/oauth/token",
            "/memory/oauth/token",
            "/memory/.well-known/openid-configuration",
        ] {
            assert!(is_path(path, "/memory"), "{path}");
        }
        for path in [
            "/oauth/authorize",
            "/oauth",
            "/oauth/token/",
            "/oauth/tokens",
            "/.well-known/oauth-authorization-server-x",
            "/.well-known/other",
            "/other/oauth/token",
            "/api/memories",
            "/mcp",
            "/",
        ] {
            assert!(!is_path(path, "/memory"), "{path}");
        }
    }
}
