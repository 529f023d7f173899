use serde_json::{Value, json};

use crate::fixture::Tools;
use engine::ErrorCode;

#[tokio::test]
async fn a_memory_is_read_whole_by_its_hash_or_its_beginning() {
    let tools = Tools::default();
    let content = "long ".repeat(20_000);
    let hash = tools.store(json!({"content": content, "store": "docs"})).await;
    for given in [hash.as_str(), &hash[..6], &format!(" {} ", &hash[..12])] {
        let answer = tools.answer("memory_get", json!({ "content_hash": given })).await;
        assert_eq!(answer.structured["content"], content);
        assert_eq!(answer.structured["store"], "docs");
        assert_eq!(serde_json::from_str::<Value>(&answer.text).unwrap(), answer.structured);
    }
    assert_eq!(tools.answer("memory_get", json!({ "hash": hash })).await.structured["content_hash"], hash);
}

#[tokio::test]
async fn a_record_has_the_originals_fields() {
    let tools = Tools::default();
    let hash = tools.store(json!({"content": "a", "tags": ["t"], "metadata": {"k": [1, {"x": null}]}})).await;
    let record = tools.answer("memory_get", json!({ "content_hash": hash })).await.structured;
    assert_eq!(
        record,
        json!({
            "content": "a", "content_hash": hash, "tags": ["t"], "memory_type": "note",
            "metadata": {"k": [1, {"x": null}]},
            "created_at": 1_773_243_000.0, "updated_at": 1_773_243_000.0,
            "created_at_iso": "2026-03-11T15:30:00Z", "updated_at_iso": "2026-03-11T15:30:00Z",
            "origin": {"kind": "user"}, "store": "default", "version": 1, "embedding": "done"
        })
    );
}

#[tokio::test]
async fn what_is_not_there_or_no_hash_is_told_apart() {
    let tools = Tools::default();
    for (hash, code, told) in [
        ("0123456789abcdef", ErrorCode::NotFound, "Memory with hash 0123456789abcdef not found"),
        ("01234", ErrorCode::InvalidInput, "too short: give at least 6 characters"),
        ("0123456'; --", ErrorCode::InvalidInput, "has the character '\\''"),
        ("0123456%", ErrorCode::InvalidInput, "has the character '%'"),
        ("0123456\0", ErrorCode::InvalidInput, "has the character '\\0'"),
        ("", ErrorCode::InvalidInput, "`content_hash` is required"),
    ] {
        let error = tools.call("memory_get", json!({ "content_hash": hash })).await.unwrap_err();
        assert_eq!(error.code, code, "{hash:?}");
        assert!(error.to_string().contains(told), "{hash:?}: {error}");
    }
}
