//! The hooks for Codex: search at the beginning of a session, store at its end.

use engine::Capability;
use serde_json::{Value, json};

use crate::fixture::{Client, Door};

fn hook(door: &Door) -> Client {
    door.stranger().header("x-api-key", door.key(Capability::Write))
}

fn captured() -> Value {
    json!({
        "content": "Project: web\nThe parser drops the last token when the input ends in a comma.",
        "tags": ["web", "codex", "auto-captured", "decision"], "memory_type": "decision",
        "metadata": {"source": "codex"}, "conversation_id": "0f8b"
    })
}

#[tokio::test]
async fn what_was_captured_is_stored_once_and_the_second_time_is_handled() {
    let door = Door::open().await;
    let stored = hook(&door).post("/api/memories", captured()).await.of(200);
    assert_eq!(
        (&stored["success"], &stored["memory"]["metadata"]["conversation_id"]),
        (&json!(true), &json!("0f8b"))
    );
    let again = hook(&door).post("/api/memories", captured()).await.of(200);
    assert_eq!(again["success"], false);
    let message = again["message"].as_str().unwrap();
    let rest = message.strip_prefix("Duplicate content detected (exact match)").unwrap();
    assert!(rest.is_empty() || rest.starts_with(';'), "{message}");
    let hash = stored["content_hash"].as_str().unwrap();
    let read = hook(&door).get(&format!("/api/memories/{hash}")).await.of(200);
    assert_eq!(read["content"], captured()["content"]);
}

#[tokio::test]
async fn a_session_begins_with_what_is_known_of_its_project() {
    let door = Door::open().await;
    hook(&door).post("/api/memories", captured()).await.of(200);
    let summary = json!({
        "content": "Session outcomes - web\nThe parser is fixed.", "memory_type": "session",
        "tags": ["web", "codex", "session-consolidation"], "conversation_id": "0f8b"
    });
    assert_eq!(hook(&door).post("/api/memories", summary).await.of(200)["success"], true);
    let found = hook(&door).post("/api/search", json!({"query": "web parser", "n_results": 8})).await.of(200);
    let results = found["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    assert!(results.iter().all(|hit| hit["memory"]["tags"].as_array().unwrap().contains(&json!("web"))));
}
