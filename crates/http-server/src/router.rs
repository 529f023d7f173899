//! All of it put together, and the OpenAPI document.

use axum::http::{Method, StatusCode, Uri};
use axum::{Json, Router};
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};

use crate::error::Failure;
use crate::{App, guard, routes};

/// What the document says of the whole.
#[derive(OpenApi)]
#[openapi(info(
    title = "Memory",
    description = "Long-term memory: store, and find again by meaning, words, tags and time."
))]
struct Document;

/// The whole door.
pub fn router(app: &App) -> Router {
    let (routes, document) = routes::all().with_state(app.clone()).split_for_parts();
    let document = completed(document);
    let routes = routes
        .route("/openapi.json", axum::routing::get(move || async move { Json(document) }))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed);
    guard::around(routes, app)
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
