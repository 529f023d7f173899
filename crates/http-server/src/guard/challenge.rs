//! Where a program that is refused finds out how to be let in: the metadata of what it asked for (RFC 9728), and the scopes that
//! are needed at least.

use auth::oauth::AuthorizationServer;
use axum::extract::Request;
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use crate::App;

/// The scopes that a program asks for that is not known yet. What needs more says so when it is asked.
const SCOPES: &str = "read write";

pub(super) async fn add(app: App, request: Request, next: Next) -> Response {
    let Some(people) = app.authenticator().people() else { return next.run(request).await };
    let path = request.uri().path();
    let path = path.strip_prefix(app.options().root_path.as_str()).unwrap_or(path).to_owned();
    let mut response = next.run(request).await;
    let status = response.status();
    if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
        && let Some(challenge) = response.headers_mut().get_mut(WWW_AUTHENTICATE)
        && let Some(whole) = completed(challenge, status, &path, people.server())
    {
        *challenge = whole;
    }
    response
}

/// A challenge of ours with what was missing in it; none for one that has everything, or is of another scheme.
fn completed(
    challenge: &HeaderValue,
    status: StatusCode,
    path: &str,
    server: &AuthorizationServer,
) -> Option<HeaderValue> {
    let text = challenge.to_str().ok()?;
    let rest = text.strip_prefix("Bearer")?.trim_start();
    if rest.contains("resource_metadata=") {
        return None;
    }
    let mut parts = vec![format!(r#"resource_metadata="{}""#, server.resource_metadata_url(path))];
    if !rest.is_empty() {
        parts.push(rest.to_owned());
    }
    if status == StatusCode::UNAUTHORIZED {
        parts.push(format!(r#"scope="{SCOPES}""#));
    }
    HeaderValue::from_str(&format!("Bearer {}", parts.join(", "))).ok()
}
