//! What every request and every answer passes, whatever its route.

mod body_limit;
mod headers;
mod panics;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use tower_http::timeout::TimeoutLayer;

use crate::App;

/// Puts the guards around the routes: the first to see a request stands last.
pub(crate) fn around(routes: Router, app: &App) -> Router {
    let options = app.options();
    let max_body_bytes = options.max_body_bytes;
    routes
        .layer(DefaultBodyLimit::max(max_body_bytes))
        .layer(axum::middleware::from_fn(move |request, next| {
            body_limit::check(max_body_bytes, request, next)
        }))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, options.request_timeout))
        .layer(panics::layer())
        .layer(axum::middleware::map_response(headers::add))
}
