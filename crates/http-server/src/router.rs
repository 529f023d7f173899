//! All of it put together, and the OpenAPI document.

use axum::Router;
use axum::body::Bytes;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use mcp::http::{Endpoints, Streamable};
use serde_json::Value;

use crate::error::Failure;
use crate::{App, document, guard, metrics, protocol, routes, web};

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
    let routes = match surface {
        Surface::Everything => everything(app).merge(protocol::streamable(app)).merge(web::routes(app)),
        Surface::Mcp => {
            let routes = routes::probes::alone(app).merge(protocol::streamable(app));
            routes.merge(routes::oauth::alone(app)).merge(web::routes(app))
        }
        Surface::Sse => routes::probes::alone(app).merge(protocol::sse(app)),
    };
    guarded(app, routes)
}

/// The door of [`Surface::Mcp`] in front of another MCP server, which `service` makes of what the door has for its own: what
/// holds for the door can be shown with a server that has what a test suite asks for. Must be called on a Tokio runtime.
pub fn router_in_front_of(app: &App, service: impl FnOnce(&Endpoints) -> Streamable) -> Router {
    let service = service(app.endpoints());
    guarded(app, routes::probes::alone(app).merge(protocol::mounted(app, service)))
}

/// What every door has around its routes.
fn guarded(app: &App, mut routes: Router) -> Router {
    if app.options().metrics {
        routes = routes.merge(routes::metrics::routes(app));
    }
    let routes = routes.fallback(not_found).method_not_allowed_fallback(method_not_allowed);
    metrics::around(guard::around(under(&app.options().root_path, routes), app), app)
}

fn everything(app: &App) -> Router {
    let (routes, document) = routes::of(app).with_state(app.clone()).split_for_parts();
    let document = document::complete(document);
    let pages = routes::pages::pages(&document, app.authenticator().people().is_some());
    let document = Bytes::from(document.to_string());
    let document = async move || ([(CONTENT_TYPE, "application/json")], document);
    routes.route("/openapi.json", get(document)).merge(pages)
}

/// The same also under a path: some proxies take their part of it away, and others leave it there.
fn under(root_path: &str, routes: Router) -> Router {
    if root_path.is_empty() { routes } else { routes.clone().nest(root_path, routes) }
}

/// The OpenAPI 3.1 document of the routes.
#[must_use]
pub fn openapi() -> Value {
    document::complete(routes::all().split_for_parts().1)
}

async fn not_found(uri: Uri) -> Response {
    if let Some(place) = without_slash(&uri) {
        return (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, place)]).into_response();
    }
    Failure::new(StatusCode::NOT_FOUND, "Not Found").into_response()
}

/// Where the same path without a slash at its end is, as seen from there: a proxy may have it all under a path of its own.
fn without_slash(uri: &Uri) -> Option<String> {
    let path = uri.path().strip_prefix("/api/")?.strip_suffix('/')?;
    let name = path.rsplit('/').next().filter(|name| !name.is_empty())?;
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    Some(format!("../{name}{query}"))
}

async fn method_not_allowed(_: Method) -> Failure {
    Failure::new(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
}

#[cfg(test)]
mod tests;
