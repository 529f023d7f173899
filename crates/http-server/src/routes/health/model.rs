//! `GET /api/health/model`: which embedding model is in use.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Read;

/// The embedding model.
#[derive(Serialize, ToSchema)]
pub(crate) struct ModelInUse {
    /// Its name.
    embedding_model: String,
    /// Numbers in a vector.
    embedding_dimension: usize,
    /// The kind of store.
    backend: String,
    /// `idle`, `loading`, `ready` or `failed`.
    readiness: &'static str,
}

/// Which embedding model is in use
#[utoipa::path(
    get,
    path = "/api/health/model",
    tag = "health",
    security(("key" = ["read"])),
    responses((status = OK, body = ModelInUse))
)]
pub(crate) async fn model(read: Read) -> Json<ModelInUse> {
    let health = read.reader().health().await;
    let backend = health.statistics.map_or("unknown", |statistics| statistics.backend).to_owned();
    let model = health.model;
    Json(ModelInUse {
        embedding_model: model.identity.name,
        embedding_dimension: model.identity.dimension,
        backend,
        readiness: match model.readiness {
            ports::Readiness::Idle => "idle",
            ports::Readiness::Loading => "loading",
            ports::Readiness::Ready => "ready",
            ports::Readiness::Failed => "failed",
        },
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::Door;

    #[tokio::test]
    async fn the_model_is_named() {
        let door = Door::open().await;
        let expected = json!({"embedding_model": "fake", "embedding_dimension": 64, "backend": "fake", "readiness": "ready"});
        assert_eq!(door.reader().get("/api/health/model").await.of(200), expected);
        door.stranger().get("/api/health/model").await.of(401);
    }
}
