//! All of it put together, and the OpenAPI document.

use axum::http::{Method, StatusCode, Uri};
use axum::{Json, Router};
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};

use crate::error::Failure;
use crate::{App, guard, metrics, protocol, routes};

/// What the document says of the whole.
#[derive(OpenApi)]
#[openapi(info(
    title = "Memory",
    description = "Long-term memory: store, and find again by meaning, words, tags and time."
))]
struct Document;

/// What a door serves. All doors have the same guards and know the same callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// REST, MCP at `/mcp`, events.
    Everything,
    /// MCP at `/mcp`, and `/health`.
    Mcp,
    /// The deprecated transport of MCP at `/sse` and `/messages/`, and `/health`.
    Sse,
}

/// The whole door. Must be called on a Tokio runtime.
pub fn router(app: &App) -> Router {
    router_of(app, Surface::Everything)
}

/// A door that serves this. Must be called on a Tokio runtime.
pub fn router_of(app: &App, surface: Surface) -> Router {
    let mut routes = match surface {
        Surface::Everything => everything(app).merge(protocol::streamable(app)),
        Surface::Mcp => routes::probes::alone(app).merge(protocol::streamable(app)),
        Surface::Sse => routes::probes::alone(app).merge(protocol::sse(app)),
    };
    if app.options().metrics {
        routes = routes.merge(routes::metrics::routes(app));
    }
    let routes = routes.fallback(not_found).method_not_allowed_fallback(method_not_allowed);
    metrics::around(guard::around(routes, app), app)
}

fn everything(app: &App) -> Router {
    let (routes, document) = routes::all().with_state(app.clone()).split_for_parts();
    let document = completed(document);
    routes.route("/openapi.json", axum::routing::get(move || async move { Json(document) }))
}

/// The OpenAPI 3.1 document of the routes.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    completed(routes::all().split_for_parts().1)
}

fn completed(mut document: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    let base = Document::openapi();
    document.info = base.info;
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    let components = document.components.get_or_insert_default();
    let key = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-API-Key")));
    components.add_security_scheme("key", key);
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    components.add_security_scheme("bearer", bearer);
    document
}

async fn not_found(_: Uri) -> Failure {
    Failure::new(StatusCode::NOT_FOUND, "Not Found")
}

async fn method_not_allowed(_: Method) -> Failure {
    Failure::new(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
}
