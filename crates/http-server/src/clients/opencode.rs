//! The plugin for OpenCode: health once, then searches.

use engine::Capability;
use serde_json::json;

use crate::fixture::{Client, Door};

fn plugin(door: &Door) -> Client {
    let bearer = format!("Bearer {}", door.key(Capability::Read));
    door.stranger().header("authorization", &bearer).header("accept", "application/json")
}

#[tokio::test]
async fn it_searches_and_narrows_down_by_tags_itself() {
    let door = Door::open().await;
    for (content, tag) in [("The parser drops the last token", "web"), ("The ferry leaves at nine", "travel")]
    {
        door.writer().post("/api/memories", json!({"content": content, "tags": [tag]})).await.of(200);
    }
    plugin(&door).get("/api/health").await.of(200);
    let found = plugin(&door).post("/api/search", json!({"query": "parser", "n_results": 20})).await.of(200);
    let first = &found["results"][0];
    let memory = &first["memory"];
    assert_eq!(
        (&memory["content"], &memory["tags"]),
        (&json!("The parser drops the last token"), &json!(["web"]))
    );
    assert!(memory["content_hash"].is_string() && memory["created_at_iso"].is_string());
    assert!(first["similarity_score"].is_f64());
}

#[tokio::test]
async fn it_shows_what_the_server_says_of_a_wrong_key() {
    let door = Door::open().await;
    let wrong = door.stranger().header("authorization", "Bearer wrong");
    let refused = wrong.post("/api/search", json!({"query": "parser", "n_results": 5})).await.of(401);
    assert!(refused["detail"]["error_description"].is_string());
}
