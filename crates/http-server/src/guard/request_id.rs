//! A name for each request: in its answer and in what is logged of it.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;
use tracing::Instrument;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest name that a client may give.
const MAX_CHARS: usize = 64;

/// Names the request and logs its end. Of its address only the pattern of its route is logged: the rest may hold contents.
pub(super) async fn name(request: Request, next: Next) -> Response {
    let id = given(request.headers()).unwrap_or_else(made);
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str);
    let shown = id.to_str().unwrap_or_default();
    let span = tracing::info_span!("request", id = shown, method = %request.method(), route);
    let begin = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, elapsed) = (response.status().as_u16(), begin.elapsed());
    span.in_scope(|| tracing::info!(status, elapsed_us = elapsed.as_micros(), "answered"));
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// The name that a client gave, if it is one that can be written into any log.
fn given(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut values = headers.get_all(REQUEST_ID).iter();
    let value = values.next().filter(|_| values.next().is_none())?;
    let is_sane = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    let bytes = value.as_bytes();
    (1..=MAX_CHARS).contains(&bytes.len()).then_some(())?;
    bytes.iter().all(is_sane).then(|| value.clone())
}

/// One that no other request of this or another process has.
fn made() -> HeaderValue {
    static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(std::process::id()));
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let id = format!("{:016x}-{:08x}", *PROCESS, NUMBER.fetch_add(1, Ordering::Relaxed));
    HeaderValue::from_str(&id).unwrap_or(HeaderValue::from_static("unknown"))
}

#[cfg(test)]
mod tests {
    use crate::fixture::Door;

    #[tokio::test]
    async fn a_sane_name_comes_back_and_another_is_made_anew() {
        let door = Door::open().await;
        let id = |name: &str| door.stranger().header("x-request-id", name);
        assert_eq!(id("trace-1_a.b").get("/api/health").await.header("x-request-id"), "trace-1_a.b");
        for name in ["", "a b", "a;b", "<script>", &"a".repeat(65)] {
            let made = id(name).get("/api/health").await;
            assert_eq!(made.header("x-request-id").len(), 25, "{name}");
        }
        let (one, other) = (door.stranger().get("/none").await, door.stranger().get("/none").await);
        assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
    }
}
