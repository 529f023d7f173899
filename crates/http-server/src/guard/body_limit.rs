//! Bodies that say that they are too long are refused before any of them is read; those that do not say so are read up to the
//! limit (`DefaultBodyLimit`).

use axum::extract::Request;
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::Failure;

pub(super) async fn check(max_bytes: usize, request: Request, next: Next) -> Response {
    let announced =
        request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    match announced {
        Some(bytes) if bytes > max_bytes as u64 => Failure::too_large(max_bytes).into_response(),
        _ => next.run(request).await,
    }
}
