//! How long a request may take until its answer begins, its body included. What a stream says afterwards has no such limit.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header::{CONNECTION, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body::{Frame, SizeHint};

use crate::error::Failure;

/// A client that does not send its body is told so and left; a server that is not done says that it is its own fault.
pub(super) async fn check(limit: Duration, request: Request, next: Next) -> Response {
    let is_read = Arc::new(AtomicBool::new(request.body().is_end_stream()));
    let request = request.map(|body| Body::new(Watched { body, is_read: Arc::clone(&is_read) }));
    if let Ok(response) = tokio::time::timeout(limit, next.run(request)).await {
        return response;
    }
    let seconds = limit.as_secs();
    if is_read.load(Ordering::Relaxed) {
        let detail =
            format!("there is no answer after {seconds} s: try again later; a write goes on meanwhile");
        let failure = Failure::new(StatusCode::SERVICE_UNAVAILABLE, detail);
        return failure.header(RETRY_AFTER, HeaderValue::from_static("5")).into_response();
    }
    let detail = format!("the body did not come within {seconds} s: send it again");
    let failure = Failure::new(StatusCode::REQUEST_TIMEOUT, detail);
    failure.header(CONNECTION, HeaderValue::from_static("close")).into_response()
}

/// A body that tells when all of it came.
struct Watched {
    body: Body,
    is_read: Arc<AtomicBool>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if frame.is_none() || self.body.is_end_stream() {
            self.is_read.store(true, Ordering::Relaxed);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use axum::routing::get;
    use axum::{Router, middleware};
    use tower::ServiceExt;

    use super::*;
    use crate::Options;
    use crate::fixture::Door;

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_come_is_given_up() {
        let door =
            Door::with(Options { request_timeout: Duration::from_secs(7), ..Options::default() }).await;
        let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
        let body = Body::new(super::super::fixtures::Late::new("{}", receiver));
        let request = Request::post("/api/memories").header("content-type", "application/json").body(body);
        let reply = door.writer().request(request.unwrap()).await;
        assert_eq!(reply.of(408)["detail"], "the body did not come within 7 s: send it again");
        assert_eq!(reply.header("connection"), "close");
        drop(sender);
    }

    #[tokio::test(start_paused = true)]
    async fn a_route_that_is_not_done_is_given_up() {
        let check = middleware::from_fn(|request, next| check(Duration::from_secs(7), request, next));
        let router = Router::new().route("/", get(std::future::pending::<()>)).layer(check);
        let response = router.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[RETRY_AFTER], "5");
    }
}
