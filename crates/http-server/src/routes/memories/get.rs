//! `GET /api/memories/{content_hash}`: one memory.

use axum::Json;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::access::Read;
use crate::error::{ErrorDetail, Failure};
use crate::extract::{Path, Query};
use crate::wire::Memory;

/// Where it lies.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct InStore {
    /// The named store: `default`, another, or `all`.
    pub(crate) store: Option<String>,
}

/// One memory by its key
#[utoipa::path(
    get,
    path = "/api/memories/{content_hash}",
    tag = "memories",
    params(("content_hash" = String, Path, description = "Its whole key"), InStore),
    security(("key" = ["read"])),
    responses((status = OK, body = Memory), (status = NOT_FOUND, body = ErrorDetail))
)]
pub(crate) async fn get(
    read: Read,
    Path(hash): Path<String>,
    Query(place): Query<InStore>,
) -> Result<Json<Memory>, Failure> {
    match Memory::find(read.reader(), &hash, place.store.as_deref()).await? {
        Some(memory) => Ok(Json(memory)),
        None => Err(not_found()),
    }
}

/// What is answered when there is no such memory.
pub(crate) fn not_found() -> Failure {
    Failure::new(StatusCode::NOT_FOUND, "Memory not found")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::Door;

    #[tokio::test]
    async fn a_memory_is_read_by_its_whole_key() {
        let door = Door::open().await;
        let stored =
            door.writer().post("/api/memories", json!({"content": "port 5433", "tags": ["infra"]})).await;
        let hash = stored.of(200)["content_hash"].as_str().unwrap().to_owned();
        let memory = door.reader().get(&format!("/api/memories/{hash}")).await.of(200);
        assert_eq!((&memory["content"], &memory["tags"]), (&json!("port 5433"), &json!(["infra"])));
        let part = door.reader().get(&format!("/api/memories/{}", &hash[..12])).await.of(404);
        assert_eq!(part, json!({"detail": "Memory not found"}));
        door.reader().get(&format!("/api/memories/{hash}?store=docs")).await.of(404);
        door.reader().get(&format!("/api/memories/{hash}?store=all")).await.of(200);
        door.stranger().get(&format!("/api/memories/{hash}")).await.of(401);
    }
}
