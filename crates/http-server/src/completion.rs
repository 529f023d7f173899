//! Writes that go on when whoever asked has gone: a connection that drops, or a request that takes too long, does not cut a
//! write in half.

use std::panic::resume_unwind;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use crate::App;
use crate::access::asker;
use crate::error::Failure;
use crate::extract::whole;
use crate::guard::Place;

/// Carries a write out to its end, once all of its body is here. It keeps its place among the requests, and
/// its caller's, until then.
pub(crate) async fn to_the_end(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    // Nothing is read of somebody who is not known.
    if let Err(failure) = asker(&parts) {
        return failure.into_response();
    }
    let body = match whole(Request::from_parts(parts.clone(), body), &app).await {
        Ok(body) => body,
        Err(failure) => return failure.into_response(),
    };
    let place = parts.extensions.get::<Place>().and_then(Place::keep);
    let request = Request::from_parts(parts, Body::from(body));
    let work = async move {
        let _place = place;
        next.run(request).await
    };
    match app.work().spawn(work.in_current_span()).await {
        Ok(response) => response,
        // The guard answers it, as it answers every panic.
        Err(error) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(_) => Failure::internal().into_response(),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::Router;
    use axum::middleware::from_fn_with_state;
    use axum::routing::post;
    use futures_util::FutureExt;
    use serde_json::{Value, json};
    use tokio::sync::Notify;

    use crate::Options;
    use crate::fixture::{Client, Door, slow_work};

    const PATH: &str = "/api/memories";

    async fn total_becomes(door: &Door, expected: u64) {
        for _ in 0..1000 {
            if door.reader().get(PATH).await.of(200)["total"] == expected {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("there never were {expected}");
    }

    /// Work whose client has gone, another client, and what lets the work go on.
    async fn left_behind(door: &Door) -> (Client, Arc<Notify>) {
        let (work, begun, go_on) = slow_work();
        let routes = Router::new()
            .route("/slow", work)
            .route_layer(from_fn_with_state(door.app.clone(), super::to_the_end));
        let client = door.writer_at(crate::guard::around(routes, &door.app));
        let waiting = client.clone();
        let first = tokio::spawn(async move { waiting.post("/slow", Value::Null).await });
        begun.notified().await;
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        (client, go_on)
    }

    #[tokio::test]
    async fn a_write_whose_client_has_gone_is_carried_out() {
        let door = Door::open().await;
        let client = door.writer();
        assert!(client.post(PATH, json!({"content": "one"})).now_or_never().is_none());
        total_becomes(&door, 1).await;
        let hash = door.reader().get(PATH).await.of(200)["memories"][0]["content_hash"].clone();
        let path = format!("{PATH}/{}", hash.as_str().unwrap());
        assert!(client.delete(&path).now_or_never().is_none());
        total_becomes(&door, 0).await;
    }

    #[tokio::test(start_paused = true)]
    async fn it_has_its_place_until_it_ends() {
        let door = Door::with(Options { max_concurrent_requests: 1, ..Options::default() }).await;
        let (client, go_on) = left_behind(&door).await;
        client.get("/none").await.of(503);
        go_on.notify_one();
        tokio::task::yield_now().await;
        assert_eq!(client.get("/none").await.status, 404);
    }

    #[tokio::test(start_paused = true)]
    async fn it_has_its_callers_share_until_it_ends_and_the_end_of_the_server_waits_for_it() {
        let door = Door::with(Options { max_concurrent_requests: 4, ..Options::default() }).await;
        let (client, go_on) = left_behind(&door).await;
        client.get("/none").await.of(429);
        door.app.finish(std::time::Duration::from_secs(1)).await;
        assert_eq!(door.app.work().len(), 1, "it is still held, and was waited for no longer");
        go_on.notify_one();
        door.app.finish(std::time::Duration::from_secs(10)).await;
        assert_eq!(door.app.work().len(), 0);
        assert_eq!(client.get("/none").await.status, 404);
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_connections_took_of_the_time_to_end_is_not_waited_for_again() {
        let door = Door::open().await;
        let (_client, _go_on) = left_behind(&door).await;
        let drain = std::time::Duration::from_secs(10);
        door.app.end();
        let ended = tokio::time::Instant::now();
        tokio::time::advance(std::time::Duration::from_secs(7)).await;
        door.app.finish(drain).await;
        assert_eq!(ended.elapsed().as_secs(), drain.as_secs());
        door.app.finish(drain).await;
        assert_eq!(ended.elapsed().as_secs(), drain.as_secs());
    }

    #[tokio::test]
    async fn a_write_that_panics_is_answered() {
        let door = Door::open().await;
        let work = async || -> &'static str { panic!("a bug") };
        let routes = Router::new()
            .route("/broken", post(work))
            .route_layer(from_fn_with_state(door.app.clone(), super::to_the_end));
        door.writer_at(crate::guard::around(routes, &door.app)).post("/broken", Value::Null).await.of(500);
    }
}
