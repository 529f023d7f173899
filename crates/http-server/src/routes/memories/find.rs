//! `POST /api/memories/search`: what the published examples for agents call; the same search as `/api/search`.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Read;
use crate::error::Failure;
use crate::extract::Body;
use crate::routes::search::by_query::{self, SearchQuery};
use crate::wire::Memory;

/// The memories that were found.
#[derive(Serialize, ToSchema)]
pub(crate) struct Memories {
    /// Best first.
    memories: Vec<Scored>,
    /// How many there are.
    total: usize,
}

/// A memory, and how near it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Scored {
    /// The memory.
    #[serde(flatten)]
    memory: Memory,
    /// As in the answer of `/api/search`.
    similarity_score: Option<f64>,
}

/// Find memories, in a shorter form
#[utoipa::path(
    post,
    path = "/api/memories/search",
    tag = "memories",
    request_body = SearchQuery,
    security(("key" = ["read"])),
    responses((status = OK, body = Memories))
)]
pub(crate) async fn find(read: Read, Body(asked): Body<SearchQuery>) -> Result<Json<Memories>, Failure> {
    let found = by_query::find(&read, asked).await?;
    let scored =
        |hit: crate::wire::Hit| Scored { memory: hit.memory, similarity_score: hit.similarity_score };
    let memories: Vec<Scored> = found.results.into_iter().map(scored).collect();
    Ok(Json(Memories { total: memories.len(), memories }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::Door;

    #[tokio::test]
    async fn the_examples_for_agents_find_what_they_stored() {
        let door = Door::open().await;
        let agent = door.writer().header("x-agent-id", "researcher");
        agent
            .post("/api/memories", json!({"content": "the API allows 100 calls", "tags": ["api"]}))
            .await
            .of(200);
        agent.post("/api/memories", json!({"content": "the API is down", "tags": ["other"]})).await.of(200);
        let asked = json!({"query": "how many calls does the API allow", "tags": ["api"], "limit": 5});
        let found = agent.post("/api/memories/search", asked).await.of(200);
        assert_eq!(found["total"], 1);
        assert_eq!(found["memories"][0]["content"], "the API allows 100 calls");
        assert!(found["memories"][0]["similarity_score"].is_f64());
    }
}
