//! How many requests are worked on at the same time: one too many is told so at once, and does not wait in line.

use std::sync::{Arc, Weak};

use axum::extract::Request;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::Failure;

/// The place of a request, for work that goes on when nobody waits for its answer any more. It is in the extensions of the
/// request, which some keep for longer than the request takes: whoever needs the place says so.
#[derive(Clone)]
pub(crate) struct Place(Weak<OwnedSemaphorePermit>);

impl Place {
    /// Keeps the place until what is returned is dropped.
    pub(crate) fn keep(&self) -> Option<Arc<OwnedSemaphorePermit>> {
        self.0.upgrade()
    }
}

/// A request counts until its answer begins: streams are counted by whoever opens them.
pub(super) async fn check(places: Arc<Semaphore>, mut request: Request, next: Next) -> Response {
    let Ok(place) = places.try_acquire_owned() else {
        let failure = Failure::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "the server is busy: nothing was done; try again in a moment",
        );
        return failure.header(RETRY_AFTER, HeaderValue::from_static("1")).into_response();
    };
    let place = Arc::new(place);
    request.extensions_mut().insert(Place(Arc::downgrade(&place)));
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use serde_json::json;

    use crate::Options;
    use crate::fixture::Door;

    #[tokio::test]
    async fn one_too_many_is_refused_at_once_and_the_place_is_free_again() {
        let door = Door::with(Options { max_concurrent_requests: 1, ..Options::default() }).await;
        let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
        let bytes = json!({"content": "a text"}).to_string();
        // A body that does not come before it is told to.
        let body = Body::new(super::super::fixtures::Late::new(bytes, receiver));
        let slow = Request::post("/api/memories").header("content-type", "application/json").body(body);
        let writer = door.writer();
        let slow = tokio::spawn(async move { writer.request(slow.unwrap()).await });
        tokio::task::yield_now().await;
        let refused = door.reader().get("/api/memories").await;
        refused.of(503);
        assert_eq!(refused.header("retry-after"), "1");
        sender.send(()).unwrap();
        assert_eq!(slow.await.unwrap().of(200)["success"], true);
        door.reader().get("/api/memories").await.of(200);
    }
}
