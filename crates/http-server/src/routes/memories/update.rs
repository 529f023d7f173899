//! `PUT /api/memories/{content_hash}`: changes tags, type or free fields of one memory.

use axum::Json;
use mcp::wire;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::get::{InStore, not_found};
use crate::access::Write;
use crate::error::{ErrorDetail, Failure};
use crate::extract::{Body, Path, Query};
use crate::tool;
use crate::wire::Memory;

/// What to change. What is not named, or null, stays.
#[derive(Deserialize, ToSchema)]
pub(crate) struct MemoryUpdate {
    /// Its tags from now on, instead of those it has.
    #[serde(default)]
    tags: Option<Vec<String>>,
    /// Its kind.
    #[serde(default)]
    memory_type: Option<String>,
    /// Free fields to set beside those it has; null removes one.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    metadata: Option<Map<String, Value>>,
}

/// What was changed.
#[derive(Serialize, ToSchema)]
pub(crate) struct Updated {
    /// Always true.
    success: bool,
    /// The same for people.
    message: String,
    /// Its key.
    content_hash: String,
    /// It, as it is now.
    memory: Option<Memory>,
}

/// Change tags, type or free fields of a memory
#[utoipa::path(
    put,
    path = "/api/memories/{content_hash}",
    tag = "memories",
    params(("content_hash" = String, Path, description = "Its whole key"), InStore),
    request_body = MemoryUpdate,
    security(("key" = ["write"])),
    responses((status = OK, body = Updated), (status = NOT_FOUND, body = ErrorDetail))
)]
pub(crate) async fn update(
    write: Write,
    Path(hash): Path<String>,
    Query(place): Query<InStore>,
    Body(change): Body<MemoryUpdate>,
) -> Result<Json<Updated>, Failure> {
    let store = place.store.as_deref();
    let Some(memory) = Memory::find(write.reader(), &hash, store).await? else { return Err(not_found()) };
    let updates = change.updates();
    if updates.is_empty() {
        let message = "Nothing to change".to_owned();
        return Ok(Json(Updated { success: true, message, content_hash: hash, memory: Some(memory) }));
    }
    let arguments = tool::arguments([
        ("content_hash", Some(hash.clone().into())),
        ("updates", Some(updates.into())),
        // Fields alone are a change here, as the original has it.
        ("preserve_timestamps", Some(json!(false))),
    ]);
    let told = tool::call::<wire::Updated>(&write.caller(), "memory_update", arguments).await?;
    let memory = Memory::find(write.reader(), &hash, Some("all")).await?;
    Ok(Json(Updated { success: true, message: told.text, content_hash: hash, memory }))
}

impl MemoryUpdate {
    fn updates(self) -> Map<String, Value> {
        let metadata = self.metadata.filter(|fields| !fields.is_empty());
        tool::arguments([
            ("tags", self.tags.map(Value::from)),
            ("memory_type", self.memory_type.map(Value::from)),
            ("metadata", metadata.map(Value::Object)),
        ])
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::fixture::Door;

    async fn stored(door: &Door) -> (String, Value) {
        let new = json!({"content": "port 5433", "tags": ["a"], "metadata": {"kept": 1, "old": 2}});
        let stored = door.writer().post("/api/memories", new).await.of(200);
        (format!("/api/memories/{}", stored["content_hash"].as_str().unwrap()), stored["memory"].clone())
    }

    #[tokio::test]
    async fn only_what_is_named_changes_and_fields_are_merged() {
        let door = Door::open().await;
        let (path, before) = stored(&door).await;
        door.bench.clock.advance(60.0);
        let change = json!({"metadata": {"old": 3, "new": true}, "memory_type": null, "unknown": 1});
        let updated = door.writer().put(&path, change).await.of(200);
        let memory = &updated["memory"];
        assert_eq!(memory["metadata"], json!({"kept": 1, "old": 3, "new": true}));
        assert_eq!((&memory["tags"], &memory["memory_type"]), (&json!(["a"]), &before["memory_type"]));
        assert_eq!(memory["created_at"], before["created_at"]);
        let moved = memory["updated_at"].as_f64().unwrap() - before["updated_at"].as_f64().unwrap();
        assert!((moved - 60.0).abs() < 1e-6);
        let change = json!({"tags": ["b", "c"], "memory_type": "decision"});
        let updated = door.writer().put(&path, change).await.of(200);
        assert_eq!(updated["memory"]["tags"], json!(["b", "c"]));
        assert_eq!(updated["memory"]["memory_type"], "decision");
        assert_eq!(door.reader().get(&path).await.of(200), updated["memory"]);
    }

    #[tokio::test]
    async fn a_change_of_nothing_is_a_success_and_changes_nothing() {
        let door = Door::open().await;
        let (path, before) = stored(&door).await;
        door.bench.clock.advance(60.0);
        let updated = door.writer().put(&path, json!({})).await.of(200);
        assert_eq!((&updated["success"], &updated["memory"]), (&json!(true), &before));
    }

    #[tokio::test]
    async fn what_is_not_there_cannot_be_changed() {
        let door = Door::open().await;
        door.writer().put("/api/memories/nothing", json!({})).await.of(404);
        door.writer().put("/api/memories/..%2fetc", json!({})).await.of(404);
        let (path, _) = stored(&door).await;
        door.writer().put(&format!("{path}?store=docs"), json!({"tags": ["b"]})).await.of(404);
        door.reader().put(&path, json!({"tags": ["b"]})).await.of(403);
        door.writer().put(&path, json!({"tags": "b"})).await.of(422);
    }
}
