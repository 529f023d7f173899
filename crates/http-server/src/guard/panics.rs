//! A panicking route is answered like any failure inside, and the server lives.

use std::any::Any;

use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;

use crate::error::Failure;

pub(super) fn layer() -> CatchPanicLayer<fn(Box<dyn Any + Send>) -> Response> {
    CatchPanicLayer::custom(answer as fn(Box<dyn Any + Send>) -> Response)
}

fn answer(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a route panicked");
    Failure::internal().into_response()
}
