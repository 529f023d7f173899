//! How many requests are worked on at the same time: one too many is told so at once, and does not wait in line.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use super::place::{Held, Place};
use crate::error::Failure;

/// A request counts until its answer begins: streams are counted by whoever opens them.
pub(super) async fn check(places: Arc<Semaphore>, mut request: Request, next: Next) -> Response {
    let Ok(place) = places.try_acquire_owned() else {
        let failure = Failure::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "the server is busy: nothing was done; try again in a moment",
        );
        return failure.header(RETRY_AFTER, HeaderValue::from_static("1")).into_response();
    };
    let held = Held::of(place);
    request.extensions_mut().insert(Place::of(&held));
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use crate::Options;
    use crate::fixture::Door;
    use crate::guard::fixtures::Slow;

    #[tokio::test]
    async fn one_too_many_is_refused_at_once_and_the_place_is_free_again() {
        let door = Door::with(Options { max_concurrent_requests: 1, ..Options::default() }).await;
        let slow = Slow::of(&door.writer()).await;
        let refused = door.reader().get("/api/memories").await;
        refused.of(503);
        assert_eq!(refused.header("retry-after"), "1");
        assert_eq!(slow.end().await.of(200)["success"], true);
        door.reader().get("/api/memories").await.of(200);
    }
}
