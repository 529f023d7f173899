//! `DELETE /api/memories/{content_hash}`: deletes one memory.

use axum::Json;
use mcp::wire;
use serde::Serialize;
use utoipa::ToSchema;

use super::get::{InStore, not_found};
use crate::access::Write;
use crate::error::{ErrorDetail, Failure};
use crate::extract::{Path, Query};
use crate::tool;
use crate::wire::Memory;

/// What was deleted.
#[derive(Serialize, ToSchema)]
pub(crate) struct Deleted {
    /// Always true: a memory that is not there is answered with 404.
    success: bool,
    /// The same for people.
    message: String,
    /// Its key.
    content_hash: String,
    /// By which the deletion can be taken back (tool `memory_delete`).
    undo: Option<i64>,
}

/// Delete a memory
///
/// It can be taken back until deleted memories are purged.
#[utoipa::path(
    delete,
    path = "/api/memories/{content_hash}",
    tag = "memories",
    params(("content_hash" = String, Path, description = "Its whole key"), InStore),
    security(("key" = ["write"])),
    responses((status = OK, body = Deleted), (status = NOT_FOUND, body = ErrorDetail))
)]
pub(crate) async fn delete(
    write: Write,
    Path(hash): Path<String>,
    Query(place): Query<InStore>,
) -> Result<Json<Deleted>, Failure> {
    if Memory::find(write.reader(), &hash, place.store.as_deref()).await?.is_none() {
        return Err(not_found());
    }
    let arguments = tool::arguments([
        ("content_hash", Some(hash.clone().into())),
        ("store", place.store.map(Into::into)),
    ]);
    let told = tool::call::<wire::DeleteReceipt>(&write.caller(), "memory_delete", arguments).await?;
    let message = told.message();
    Ok(Json(Deleted { success: true, message, content_hash: hash, undo: told.answer.undo }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::Door;

    #[tokio::test]
    async fn a_memory_is_deleted_once() {
        let door = Door::open().await;
        let writer = door.writer();
        let stored = writer.post("/api/memories", json!({"content": "port 5433"})).await.of(200);
        let hash = stored["content_hash"].as_str().unwrap();
        let path = format!("/api/memories/{hash}");
        door.reader().delete(&path).await.of(403);
        writer.delete(&format!("{path}?store=docs")).await.of(404);
        let deleted = writer.delete(&path).await.of(200);
        assert_eq!((&deleted["success"], &deleted["content_hash"]), (&json!(true), &json!(hash)));
        assert!(deleted["message"].as_str().unwrap().contains(hash) && deleted["undo"].is_i64());
        assert_eq!(writer.get(&path).await.of(404), json!({"detail": "Memory not found"}));
        assert_eq!(writer.delete(&path).await.of(404), json!({"detail": "Memory not found"}));
    }

    #[tokio::test]
    async fn a_part_of_a_key_deletes_nothing() {
        let door = Door::open().await;
        let stored = door.writer().post("/api/memories", json!({"content": "port 5433"})).await.of(200);
        let hash = stored["content_hash"].as_str().unwrap();
        door.writer().delete(&format!("/api/memories/{}", &hash[..12])).await.of(404);
        door.writer().get(&format!("/api/memories/{hash}")).await.of(200);
    }
}
