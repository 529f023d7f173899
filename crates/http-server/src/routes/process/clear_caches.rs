//! `POST /api/clear-caches`: forgets what is kept for speed alone.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Write;
use crate::error::Failure;

/// What was forgotten. Stores stay open and the model stays loaded: both are in use.
#[derive(Serialize, ToSchema)]
pub(crate) struct Cleared {
    /// Always true.
    success: bool,
    /// Stores that were closed.
    storage_instances_cleared: usize,
    /// Always 0.
    service_instances_cleared: usize,
    /// Models that were unloaded.
    models_cleared: usize,
    /// Vectors of queries that were forgotten.
    embeddings_cleared: usize,
    /// Always 0: memory is freed as soon as it is not used.
    gc_collected: usize,
    /// About how much memory that was.
    memory_freed_estimate_mb: f64,
}

/// Forget what is kept for speed alone
#[utoipa::path(
    post,
    path = "/api/clear-caches",
    tag = "health",
    security(("key" = ["write"])),
    responses((status = OK, body = Cleared))
)]
#[expect(clippy::cast_precision_loss, reason = "an estimate")]
pub(crate) async fn clear_caches(write: Write) -> Result<Json<Cleared>, Failure> {
    let writer = write.writer().ok_or_else(Failure::internal)?;
    let vectors = writer.forget_query_vectors();
    let bytes = vectors * write.reader().health().await.model.identity.dimension * size_of::<f32>();
    Ok(Json(Cleared {
        success: true,
        storage_instances_cleared: 0,
        service_instances_cleared: 0,
        models_cleared: 0,
        embeddings_cleared: vectors,
        gc_collected: 0,
        memory_freed_estimate_mb: (bytes as f64 / 1_048_576.0 * 1000.0).round() / 1000.0,
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::Door;

    #[tokio::test]
    async fn vectors_of_queries_are_counted_and_forgotten() {
        let door = Door::open().await;
        door.writer().post("/api/memories", json!({"content": "port 5433"})).await.of(200);
        for query in ["port", "which port", "port"] {
            door.reader().post("/api/search", json!({"query": query})).await.of(200);
        }
        let stats = door.writer().get("/api/memory-stats").await.of(200);
        assert_eq!((&stats["embedding_cache_count"], &stats["cached_storage_count"]), (&json!(2), &json!(1)));
        assert_eq!(stats["cache_stats"]["storage"]["cached_count"], 1);
        let cleared = door.writer().poke("/api/clear-caches").await.of(200);
        assert_eq!((&cleared["success"], &cleared["embeddings_cleared"]), (&json!(true), &json!(2)));
        assert_eq!(door.writer().get("/api/memory-stats").await.of(200)["embedding_cache_count"], 0);
        door.reader().get("/api/memory-stats").await.of(403);
        door.reader().poke("/api/clear-caches").await.of(403);
    }
}
