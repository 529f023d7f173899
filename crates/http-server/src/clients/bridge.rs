//! The bridge from stdio to HTTP: a key as a bearer token, null where it has no value.

use engine::Capability;
use serde_json::{Value, json};

use crate::fixture::{Client, Door};

fn bridge(door: &Door) -> Client {
    door.stranger().header("authorization", &format!("Bearer {}", door.key(Capability::Write)))
}

#[tokio::test]
async fn it_stores_searches_and_deletes() {
    let door = Door::open().await;
    let new = json!({"content": "The staging database listens on port 5433", "tags": ["infra"], "memory_type": "note", "metadata": {}});
    let stored = bridge(&door).post("/api/memories", new).await.of(200);
    assert_eq!(stored["success"], true);
    let query = json!({"query": "which port", "n_results": 5, "similarity_threshold": null});
    let found = bridge(&door).post("/api/search", query).await.of(200);
    assert_eq!(found["results"][0]["memory"]["content_hash"], stored["content_hash"]);
    let by_tag = json!({"tags": ["infra"], "match_all": false, "time_filter": null});
    let found = bridge(&door).post("/api/search/by-tag", by_tag).await.of(200);
    let hit = &found["results"][0];
    assert_eq!((&hit["memory"]["tags"], &hit["similarity_score"]), (&json!(["infra"]), &Value::Null));
    let path = format!("/api/memories/{}", stored["content_hash"].as_str().unwrap());
    assert_eq!(bridge(&door).delete(&path).await.of(200)["success"], true);
    bridge(&door).delete(&path).await.of(404);
}

#[tokio::test]
async fn it_reads_the_status_of_health() {
    let door = Door::open().await;
    assert_eq!(bridge(&door).get("/api/health").await.of(200)["status"], "healthy");
}
