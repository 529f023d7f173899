//! `GET /api/server/status`: what runs here, and for how long.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::App;
use crate::access::{OfServer, Read};
use crate::routes::health::detailed::spelled;

/// What runs here.
#[derive(Serialize, ToSchema)]
pub(crate) struct ServerStatus {
    /// The release.
    version: &'static str,
    /// How long it has been answering.
    uptime_seconds: f64,
    /// The same for people.
    uptime_formatted: String,
    /// The process.
    pid: u32,
    /// The operating system.
    platform: &'static str,
    /// Not told.
    platform_version: Option<String>,
    /// None: no Python runs here.
    python_version: Option<String>,
    /// Now, UTC.
    timestamp: String,
}

/// What runs here, and for how long
#[utoipa::path(
    get,
    path = "/api/server/status",
    tag = "server",
    security(("key" = ["read"])),
    responses((status = OK, body = ServerStatus))
)]
pub(crate) async fn status(State(app): State<App>, OfServer(read): OfServer<Read>) -> Json<ServerStatus> {
    let uptime_seconds = app.uptime_seconds();
    Json(ServerStatus {
        version: env!("CARGO_PKG_VERSION"),
        uptime_seconds,
        uptime_formatted: spelled(uptime_seconds),
        pid: std::process::id(),
        platform: std::env::consts::OS,
        platform_version: None,
        python_version: None,
        timestamp: read.reader().now().to_string(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::Door;

    #[tokio::test]
    async fn it_is_told_what_runs() {
        let door = Door::open().await;
        let status = door.reader().get("/api/server/status").await.of(200);
        assert_eq!(
            (&status["version"], &status["pid"]),
            (&json!(env!("CARGO_PKG_VERSION")), &json!(std::process::id()))
        );
        assert_eq!(
            (&status["timestamp"], &status["python_version"]),
            (&json!("2026-03-11T15:30:00Z"), &json!(null))
        );
        door.stranger().get("/api/server/status").await.of(401);
    }
}
