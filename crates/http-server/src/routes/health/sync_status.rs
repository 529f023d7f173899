//! `GET /api/health/sync-status`: whether a second store is kept in step. There is none.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Read;

/// Whether a second store is kept in step.
#[derive(Serialize, ToSchema)]
pub(crate) struct Sync {
    /// Whether there is one.
    sync_supported: bool,
    /// How far that is.
    status: SyncProgress,
}

/// How far it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct SyncProgress {
    /// Whether it runs.
    in_progress: bool,
    /// How many memories there are to carry.
    total: u64,
    /// How many were carried.
    completed: u64,
    /// Whether all were.
    finished: bool,
    /// The same, in percent.
    progress_percentage: f64,
}

/// Whether a second store is kept in step
#[utoipa::path(
    get,
    path = "/api/health/sync-status",
    tag = "health",
    security(("key" = ["read"])),
    responses((status = OK, body = Sync))
)]
pub(crate) async fn sync_status(_: Read) -> Json<Sync> {
    let status = SyncProgress {
        in_progress: false,
        total: 0,
        completed: 0,
        finished: true,
        progress_percentage: 100.0,
    };
    Json(Sync { sync_supported: false, status })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::Door;

    #[tokio::test]
    async fn one_store_has_nothing_to_keep_in_step() {
        let door = Door::open().await;
        let status = json!({"in_progress": false, "total": 0, "completed": 0, "finished": true, "progress_percentage": 100.0});
        let told = door.reader().get("/api/health/sync-status").await.of(200);
        assert_eq!(told, json!({"sync_supported": false, "status": status}));
        door.stranger().get("/api/health/sync-status").await.of(401);
    }
}
