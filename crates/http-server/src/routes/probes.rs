//! `GET /livez`, `GET /readyz`: what supervisors ask. Anybody may, so they say nothing else.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use utoipa::ToSchema;

use crate::App;

/// An answer to a supervisor.
#[derive(Serialize, ToSchema)]
pub(crate) struct Probed {
    /// `alive`, `ready`, `not ready`.
    status: &'static str,
}

/// Whether the process answers
#[utoipa::path(get, path = "/livez", tag = "health", responses((status = OK, body = Probed)))]
pub(crate) async fn livez() -> Json<Probed> {
    Json(Probed { status: "alive" })
}

/// Whether the service can do its work
///
/// A memory is written, read back, embedded and searched for, and left nowhere. The answer is good for a second; why it is
/// `not ready` is in the log.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "health",
    responses((status = OK, body = Probed), (status = SERVICE_UNAVAILABLE, body = Probed))
)]
pub(crate) async fn readyz(State(app): State<App>) -> (StatusCode, Json<Probed>) {
    match app.readiness().is_ready(&app).await {
        true => (StatusCode::OK, Json(Probed { status: "ready" })),
        false => (StatusCode::SERVICE_UNAVAILABLE, Json(Probed { status: "not ready" })),
    }
}

/// The probes of a door that serves MCP alone.
pub(crate) fn alone(app: &App) -> Router {
    let routes = Router::new().route("/health", get(health)).route("/livez", get(livez));
    routes.route("/readyz", get(readyz)).with_state(app.clone())
}

/// As the original answers there.
async fn health() -> Json<Probed> {
    Json(Probed { status: "ok" })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use testkit::Fault;
    use tokio::time::timeout;

    use crate::fixture::Door;

    #[tokio::test(start_paused = true)]
    async fn it_is_ready_when_everything_works_and_says_no_more() {
        let door = Door::open().await;
        let ask = || async { door.stranger().get("/readyz").await };
        assert_eq!(ask().await.of(200).to_string(), r#"{"status":"ready"}"#);
        for fault in [Fault::Busy, Fault::Full, Fault::ReadOnly, Fault::Vectors] {
            tokio::time::advance(Duration::from_secs(2)).await;
            door.bench.store.set_fault(Some(fault));
            assert_eq!(ask().await.of(503).to_string(), r#"{"status":"not ready"}"#, "{fault:?}");
            door.bench.store.set_fault(None);
            tokio::time::advance(Duration::from_secs(2)).await;
            ask().await.of(200);
        }
        tokio::time::advance(Duration::from_secs(2)).await;
        door.bench.embedder.set_broken(true);
        ask().await.of(503);
        assert_eq!(door.stranger().get("/livez").await.of(200).to_string(), r#"{"status":"alive"}"#);
    }

    #[tokio::test(start_paused = true)]
    async fn many_who_ask_make_the_work_of_one() {
        let door = Door::open().await;
        for _ in 0..50 {
            door.stranger().get("/readyz").await.of(200);
        }
        assert_eq!(door.bench.embedder.calls(), 1);
        tokio::time::advance(Duration::from_millis(999)).await;
        door.stranger().get("/readyz").await.of(200);
        assert_eq!(door.bench.embedder.calls(), 1);
        tokio::time::advance(Duration::from_millis(1)).await;
        door.stranger().get("/readyz").await.of(200);
        assert_eq!(door.bench.embedder.calls(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_hang_up_make_the_work_of_one_too() {
        let door = Door::open().await;
        door.bench.embedder.set_loading(true);
        for _ in 0..50 {
            let asked = timeout(Duration::from_millis(10), door.stranger().get("/readyz")).await;
            assert!(asked.is_err(), "it was not waited for");
        }
        assert_eq!(door.bench.embedder.calls(), 1);
        door.bench.embedder.set_loading(false);
        door.stranger().get("/readyz").await.of(200);
        assert_eq!(door.bench.embedder.calls(), 1);
    }
}
