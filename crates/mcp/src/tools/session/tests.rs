use serde_json::{Value, json};

use crate::fixture::{Tools, contents};

fn turns() -> Value {
    json!([
        {"role": "user", "content": "which port?"},
        {"role": "assistant", "content": " "},
        {"content": "5433"}
    ])
}

#[tokio::test]
async fn a_session_is_a_line_for_each_turn_that_says_something() {
    let tools = Tools::default();
    let stored = json!({
        "turns": turns(), "session_id": "S1", "tags": "infra", "metadata": {"k": 1}, "agent_id": "planner"
    });
    let answer = tools.answer("memory_store_session", stored).await;
    let hash = answer.structured["chunks"][0]["content_hash"].as_str().unwrap();
    assert_eq!(answer.text, format!("Session stored successfully (session_id: S1, hash: {hash}, turns: 2)"));
    let memory = tools.answer("memory_get", json!({"hash": hash})).await.structured;
    assert_eq!(memory["content"], "[user] which port?\n[unknown] 5433");
    assert_eq!(
        (&memory["tags"], &memory["memory_type"]),
        (&json!(["session:s1", "infra"]), &json!("session"))
    );
    assert_eq!((&memory["metadata"]["k"], &memory["agent_id"]), (&json!(1), &json!("planner")));
    assert_eq!(memory["origin"], json!({"kind": "user", "conversation": "S1", "agent": "planner"}));
}

#[tokio::test]
async fn a_session_without_a_name_gets_one() {
    let answer = Tools::default().answer("memory_store_session", json!({"turns": turns()})).await;
    let name = answer.structured["session_id"].as_str().unwrap();
    assert_eq!(name.len(), 36);
    assert!(answer.text.contains(&format!("(session_id: {name}, hash: ")), "{}", answer.text);
}

#[tokio::test]
async fn a_long_session_becomes_several_memories_of_whole_turns() {
    let tools = Tools::default();
    let turns: Vec<Value> = (0..6)
        .map(|number| json!({"role": "user", "content": format!("{number} {}", "x".repeat(600))}))
        .collect();
    let answer = tools.answer("memory_store_session", json!({"turns": turns, "session_id": "long"})).await;
    assert_eq!(answer.text, "Session stored successfully (session_id: long, chunks: 3/3, turns: 6)");
    let listed = tools.answer("memory_list", json!({"tags": ["session:long"]})).await;
    assert!(contents(&listed).iter().all(|text| text.starts_with("[user] ")), "{}", listed.text);
    let tagged = tools.answer("memory_list", json!({"tags": ["chunk:2/3"]})).await;
    assert_eq!(contents(&tagged).len(), 1);
}

#[tokio::test]
async fn the_same_session_again_is_a_duplicate() {
    let tools = Tools::default();
    let stored = json!({"turns": turns(), "session_id": "s"});
    tools.answer("memory_store_session", stored.clone()).await;
    let again = tools.answer("memory_store_session", stored).await;
    assert!(again.is_error);
    assert_eq!(again.structured["chunks"][0]["outcome"], "duplicate");
    assert!(again.text.starts_with("Error storing session: Duplicate content detected"), "{}", again.text);
}

#[tokio::test]
async fn what_is_no_session_is_refused() {
    let tools = Tools::default();
    for (turns, words) in [
        (json!(null), "turns is required and must be non-empty"),
        (json!([]), "turns is required and must be non-empty"),
        (json!([{"role": "user", "content": " "}]), "all turns have empty content"),
        (json!(["hello"]), "`turns[0]` must be an object"),
        (json!([{"role": "user", "content": 5}]), "`turns[0].content` must be a text"),
        (json!("hello"), "`turns` must be a list of objects"),
    ] {
        let text = tools.failure("memory_store_session", json!({"turns": turns})).await;
        assert!(text.contains(words), "{text}");
    }
    assert_eq!(tools.answer("memory_list", json!({})).await.structured["total"], 0);
    let as_text = turns().to_string();
    assert!(!tools.answer("memory_store_session", json!({"turns": as_text})).await.is_error);
}
