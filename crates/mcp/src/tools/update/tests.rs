use serde_json::{Value, json};

use crate::fixture::Tools;
use engine::ErrorCode;

async fn one() -> (Tools, String) {
    let tools = Tools::default();
    let stored = json!({"content": "port 5433", "tags": ["old"], "metadata": {"a": 1, "b": 2}});
    let hash = tools.store(stored).await;
    tools.next_day();
    (tools, hash)
}

async fn read(tools: &Tools, hash: &str) -> Value {
    tools.answer("memory_get", json!({"hash": hash})).await.structured
}

#[tokio::test]
async fn tags_are_replaced_fields_merged_and_null_removes_one() {
    let (tools, hash) = one().await;
    let updates = json!({"tags": "New, x", "metadata": {"b": null, "c": [3]}, "owner": "me"});
    let answer = tools.answer("memory_update", json!({"content_hash": hash, "updates": updates})).await;
    let expected = "Successfully updated memory metadata. Updated fields: tags, custom_metadata, updated_at";
    assert_eq!(answer.text, expected);
    let memory = read(&tools, &hash).await;
    assert_eq!(memory["tags"], json!(["new", "x"]));
    assert_eq!(memory["metadata"], json!({"a": 1, "c": [3], "owner": "me"}));
    assert_eq!(memory["created_at_iso"], "2026-03-11T15:30:00Z");
    assert_eq!(memory["updated_at_iso"], "2026-03-12T15:30:00Z");
}

#[tokio::test]
async fn fields_alone_are_no_change_of_the_memory() {
    let (tools, hash) = one().await;
    tools.answer("memory_update", json!({"content_hash": hash, "updates": {"metadata": {"c": 3}}})).await;
    assert_eq!(read(&tools, &hash).await["updated_at_iso"], "2026-03-11T15:30:00Z");
}

#[tokio::test]
async fn times_are_set_only_when_they_need_not_be_preserved() {
    let (tools, hash) = one().await;
    let updates = json!({"created_at": "2020-01-02", "updated_at": 1_577_923_200});
    let preserving = json!({"content_hash": hash, "updates": updates});
    assert!(tools.failure("memory_update", preserving).await.contains("`preserve_timestamps` to false"));
    let setting = json!({"content_hash": hash, "updates": updates, "preserve_timestamps": false});
    tools.answer("memory_update", setting).await;
    let memory = read(&tools, &hash).await;
    assert_eq!(memory["created_at_iso"], "2020-01-02T00:00:00Z");
    assert_eq!(memory["updated_at_iso"], "2020-01-02T00:00:00Z");
}

#[tokio::test]
async fn a_new_version_takes_the_place_of_the_old_one() {
    let (tools, hash) = one().await;
    let updates = json!({"content": "port 5544", "reason": "moved", "metadata": {"c": 3}});
    let arguments = json!({"content_hash": hash[..10], "updates": updates, "versioned": true});
    let answer = tools.answer("memory_update", arguments).await;
    let new = answer.structured["content_hash"].as_str().unwrap();
    assert_eq!(
        answer.text,
        format!(
            "Versioned update successful. New hash: {new}, parent hash: {hash}. Memory versioned successfully"
        )
    );
    assert_eq!(
        (&answer.structured["version"], &answer.structured["outcome"]),
        (&json!(2), &json!("versioned"))
    );
    let memory = read(&tools, new).await;
    assert_eq!((&memory["tags"], &memory["metadata"]["c"]), (&json!(["old"]), &json!(3)));
    assert_eq!(read(&tools, &hash).await["superseded_by"], json!(new));
    let found = tools.answer("memory_search", json!({"query": "port"})).await;
    assert_eq!(crate::fixture::contents(&found), ["port 5544"]);
}

#[tokio::test]
async fn what_cannot_be_done_is_refused_and_changes_nothing() {
    let (tools, hash) = one().await;
    let before = read(&tools, &hash).await;
    for (updates, versioned, words) in [
        (json!({}), false, "`updates` is required"),
        (json!(null), false, "`updates` is required"),
        (json!("tags"), false, "`updates` must be an object"),
        (json!({"content": "x"}), false, "set `versioned` to true"),
        (json!({"tags": ["x"]}), true, "`updates.content` is required"),
        (json!({"content": "x", "superseded_by": "abcdef"}), true, "in a call of its own"),
        (json!({"content_hash": "x"}), false, "cannot be set"),
        (json!({"tags": 5}), false, "`updates.tags`"),
        (json!({"memory_type": 5}), false, "`updates.memory_type` must be a text"),
        (json!({"metadata": [1]}), false, "`updates.metadata` must be an object"),
    ] {
        let arguments = json!({"content_hash": hash, "updates": updates, "versioned": versioned});
        let text = tools.failure("memory_update", arguments).await;
        assert!(text.contains(words), "{text}");
    }
    assert_eq!(read(&tools, &hash).await, before);
}

#[tokio::test]
async fn an_unknown_memory_is_told_in_the_words_that_clients_know() {
    let (tools, hash) = one().await;
    let unknown = json!({"content_hash": "0123456789", "updates": {"tags": ["x"]}});
    let error = tools.call("memory_update", unknown).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
    let text = error.to_string();
    assert!(
        text.starts_with("Failed to update memory metadata: Memory with hash 0123456789 not found"),
        "{text}"
    );
    let elsewhere = json!({"content_hash": hash, "updates": {"tags": ["x"]}, "store": "docs"});
    assert_eq!(tools.call("memory_update", elsewhere).await.unwrap_err().code, ErrorCode::NotFound);
    let version = json!({"content_hash": "0123456789", "updates": {"content": "x"}, "versioned": true});
    assert!(
        tools
            .failure("memory_update", version)
            .await
            .starts_with("Failed versioned update: Memory with hash")
    );
}
