//! The hooks for Claude Code: the HTTP client that session-start, mid-conversation, session-end and auto-capture share, and the status
//! line.

use engine::Capability;
use serde_json::{Value, json};

use crate::fixture::{Client, Door};

/// As the hooks' client sends: a key, and no connection kept.
fn hook(door: &Door) -> Client {
    let client = door.stranger().header("x-api-key", door.key(Capability::Write));
    client.header("accept", "application/json").header("connection", "close")
}

/// What the hooks read of a list of hits: each hit's memory and score. A creation time of before 2100 is in seconds for them.
fn hits(found: &Value) -> Vec<(&str, Option<f64>)> {
    let hits = found["results"].as_array().unwrap().iter();
    hits.map(|hit| {
        let memory = &hit["memory"];
        let created = memory["created_at"].as_f64().unwrap();
        assert!(created > 1e9 && created < 4_102_444_800.0, "{memory}");
        assert!(memory["created_at_iso"].is_string() && memory["tags"].is_array(), "{memory}");
        (memory["content"].as_str().unwrap(), hit["similarity_score"].as_f64())
    })
    .collect()
}

async fn store(client: &Client, content: &str, tags: Value, memory_type: Value) -> Value {
    let metadata =
        json!({"generatedBy": "claude-code-session-end-hook", "generatedAt": "2026-03-11T15:30:00.000Z"});
    let body = json!({"content": content, "tags": tags, "memory_type": memory_type, "metadata": metadata});
    client.post("/api/memories", body).await.of(200)
}

#[tokio::test]
async fn the_connection_is_tried_by_health() {
    let door = Door::open().await;
    assert_eq!(hook(&door).get("/api/health").await.of(200), json!({"status": "healthy"}));
    // The hook that starts a server asks without a key.
    door.stranger().get("/api/health").await.of(200);
    store(&hook(&door), "one", json!(["a"]), Value::Null).await;
    let health = hook(&door).get("/api/health/detailed").await.of(200);
    let (storage, statistics) = (&health["storage"], &health["statistics"]);
    assert_eq!((&storage["status"], &storage["accessible"]), (&json!("connected"), &json!(true)));
    assert!(storage["backend"].is_string() && storage["embedding_model"].is_string());
    assert_eq!((&storage["total_memories"], &statistics["total_memories"]), (&json!(1), &json!(1)));
    assert!(statistics["unique_tags"].is_u64() && statistics["database_size_mb"].is_number());
    assert!(health["uptime_seconds"].is_number());
}

#[tokio::test]
async fn what_a_session_was_about_is_stored_and_found() {
    let door = Door::open().await;
    let client = hook(&door);
    let stored = store(
        &client,
        "Session about the parser",
        json!(["claude-code-session", "web"]),
        json!("session-summary"),
    )
    .await;
    assert_eq!(stored["success"], true);
    assert_eq!(stored["content_hash"].as_str().unwrap().len(), 64);
    let untyped = store(&client, "The ferry leaves at nine", json!(["travel"]), Value::Null).await;
    assert_eq!(untyped["success"], true);
    let found = client.post("/api/search", json!({"query": "parser session", "n_results": 10})).await.of(200);
    let (content, score) = hits(&found)[0];
    assert!(content == "Session about the parser" && score.is_some());
    let boosted =
        json!({"query": "parser session", "n_results": 5, "quality_boost": true, "quality_weight": 0.3});
    assert_eq!(hits(&client.post("/api/search", boosted).await.of(200))[0].0, "Session about the parser");
}

#[tokio::test]
async fn recent_memories_are_asked_for_in_every_form_that_the_hooks_have() {
    let door = Door::open().await;
    let client = hook(&door);
    store(&client, "The parser drops the last token", json!(["web"]), json!("note")).await;
    door.bench.clock.advance(7.0 * 86_400.0);
    for query in ["last week", "last 2 weeks", "last-2-weeks", "the parser last-week"] {
        let found =
            client.post("/api/search/by-time", json!({"query": query, "n_results": 10})).await.of(200);
        assert_eq!(hits(&found)[0].0, "The parser drops the last token", "{query}");
    }
    let body = json!({"query": "last-2-weeks", "n_results": 5, "semantic_query": "web architecture parser"});
    assert_eq!(hits(&client.post("/api/search/by-time", body).await.of(200)).len(), 1);
    let month =
        client.post("/api/search/by-time", json!({"query": "last-month", "n_results": 3})).await.of(200);
    assert_eq!(hits(&month), []);
}

#[tokio::test]
async fn tags_are_searched_with_names_that_mean_nothing_here() {
    let door = Door::open().await;
    let client = hook(&door);
    store(&client, "A cluster", json!(["cluster", "key-decisions"]), json!("compressed_cluster")).await;
    let body = json!({"tags": ["key-decisions", "architecture"], "limit": 10, "query": "anything"});
    let found = client.post("/api/search/by-tag", body).await.of(200);
    assert_eq!(hits(&found), [("A cluster", None)]);
    assert_eq!(found["results"][0]["memory"]["memory_type"], "compressed_cluster");
}

#[tokio::test]
async fn what_a_tool_did_is_captured() {
    let door = Door::open().await;
    for memory_type in ["decision", "error", "learning", "implementation", "important", "code"] {
        let metadata = json!({"source": "auto-capture", "hook": "PostToolUse", "captured_at": "2026-03-11T15:30:00.000Z"});
        let body = json!({
            "content": format!("captured: {memory_type}"), "tags": ["auto-captured", memory_type],
            "memory_type": memory_type, "metadata": metadata
        });
        assert_eq!(hook(&door).post("/api/memories", body).await.of(200)["success"], true);
    }
}

#[tokio::test]
async fn the_status_line_shows_a_number_where_anybody_may_read() {
    let door = Door::anonymous(Capability::Read).await;
    store(&hook(&door), "one", json!([]), Value::Null).await;
    assert_eq!(door.stranger().get("/api/memories?page_size=1").await.of(200)["total"], 1);
    Door::open().await.stranger().get("/api/memories?page_size=1").await.of(401);
}
