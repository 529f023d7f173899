//! Agents in Python, as the published examples have them.

use serde_json::json;

use crate::fixture::Door;

#[tokio::test]
async fn agents_share_what_they_find_out() {
    let door = Door::open().await;
    let researcher = door.writer().header("x-agent-id", "researcher");
    let new = json!({
        "content": "API rate limit is 100 requests a minute", "tags": ["api", "limits"], "conversation_id": "conv-1"
    });
    let stored = researcher.post("/api/memories", new).await.of(200);
    assert_eq!(stored["memory"]["tags"], json!(["api", "limits", "agent:researcher"]));
    assert_eq!(stored["memory"]["metadata"]["conversation_id"], "conv-1");
    let coder = door.reader();
    let found =
        coder.post("/api/memories/search", json!({"query": "API rate limits", "limit": 5})).await.of(200);
    assert_eq!(found["memories"][0]["content"], "API rate limit is 100 requests a minute");
    let tagged = json!({"query": "rate limits", "tags": ["agent:researcher"]});
    assert_eq!(
        coder.post("/api/memories/search", tagged).await.of(200)["memories"].as_array().unwrap().len(),
        1
    );
    assert_eq!(coder.get("/api/memories?tags=agent:researcher").await.of(200)["total"], 1);
    assert_eq!(coder.get("/api/memories?tags=agent:writer").await.of(200)["total"], 0);
}

#[tokio::test]
async fn what_belongs_to_a_conversation_is_kept_although_it_is_like_something_else() {
    let door = Door::open().await;
    for content in ["step one is done", "step one is done now"] {
        let new = json!({"content": content, "conversation_id": "conv-1"});
        assert_eq!(door.writer().post("/api/memories", new).await.of(200)["success"], true);
    }
}
