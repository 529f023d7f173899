use serde_json::{Value, json};

use crate::fixture::Tools;

#[tokio::test]
async fn what_search_finds_can_be_fetched_by_its_id() {
    let tools = Tools::default();
    let stored = json!({
        "content": "The staging port\nis 5433", "tags": ["infra"], "metadata": {"source": "wiki", "tags": "db"}
    });
    let hash = tools.store(stored).await;
    let found = tools.answer("search", json!({"query": "staging port"})).await.structured;
    let page = &found["results"][0];
    assert_eq!(page["title"], "The staging port");
    assert_eq!(page["url"], json!(format!("memory://memory/{hash}")));
    let fetched = tools.answer("fetch", json!({"id": page["id"]})).await.structured;
    assert_eq!((&fetched["text"], &fetched["id"]), (&json!("The staging port\nis 5433"), &json!(hash)));
    let facts =
        ["source", "tags", "memory_type", "created_at", "store"].map(|name| &fetched["metadata"][name]);
    let expected = [
        json!("wiki"),
        json!(["infra", "db"]),
        json!("note"),
        json!("2026-03-11T15:30:00Z"),
        json!("default"),
    ];
    assert_eq!(facts.map(Value::clone), expected);
}

#[tokio::test]
async fn the_text_is_one_line_of_the_same_json() {
    let tools = Tools::default();
    let id = tools.store(json!({"content": "port 5433"})).await;
    for (tool, arguments) in [("search", json!({"query": "port"})), ("fetch", json!({"id": id}))] {
        let answer = tools.answer(tool, arguments).await;
        assert!(!answer.text.contains('\n'), "{}", answer.text);
        assert_eq!(serde_json::from_str::<Value>(&answer.text).unwrap(), answer.structured);
    }
}

#[tokio::test]
async fn nothing_found_is_an_empty_list_and_a_wrong_id_a_failure() {
    let tools = Tools::default();
    assert_eq!(tools.answer("search", json!({"query": "x"})).await.structured, json!({"results": []}));
    assert!(tools.failure("fetch", json!({"id": "0123456789"})).await.contains("not found"));
    assert!(tools.failure("fetch", json!({"id": "no hash"})).await.contains("`id`"));
}
