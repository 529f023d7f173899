//! `GET /api/health`: whether the process answers. It says nothing else, because anybody may ask. What holders of a key learn is in
//! the files beside.

pub(crate) mod detailed;
pub(crate) mod model;
pub(crate) mod sync_status;

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// That the process answers.
#[derive(Serialize, ToSchema)]
pub(crate) struct Alive {
    /// Always `healthy`.
    status: &'static str,
}

/// Whether the process answers
#[utoipa::path(get, path = "/api/health", tag = "health", responses((status = OK, body = Alive)))]
pub(crate) async fn health() -> Json<Alive> {
    Json(Alive { status: "healthy" })
}

#[cfg(test)]
mod tests {
    use crate::fixture::Door;

    #[tokio::test]
    async fn anybody_learns_that_it_answers_and_no_more() {
        let door = Door::open().await;
        for client in [door.stranger(), door.owner(), door.stranger().header("x-api-key", "wrong")] {
            assert_eq!(client.get("/api/health").await.text(), r#"{"status":"healthy"}"#);
        }
    }
}
