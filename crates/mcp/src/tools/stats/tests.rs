use serde_json::json;

use crate::fixture::Tools;
use engine::Capability;

#[tokio::test]
async fn memories_are_counted_by_type_tag_store_and_age() {
    let tools = Tools::default();
    tools.store(json!({"content": "one two", "tags": ["proj:a", "x"], "memory_type": "decision"})).await;
    tools.next_day();
    tools.next_day();
    tools.store(json!({"content": "three", "tags": ["proj:a", "proj:b"]})).await;
    tools.store(json!({"content": "four", "tags": ["x"], "store": "docs"})).await;
    let stats = tools.answer("memory_stats", json!({})).await.structured;
    assert_eq!(
        (&stats["total_memories"], &stats["words"], &stats["total_tags"]),
        (&json!(3), &json!(4), &json!(3))
    );
    assert_eq!(stats["by_type"][0], json!({"memory_type": "note", "memories": 2}));
    assert_eq!(stats["tags"][0], json!({"tag": "proj:a", "memories": 2}));
    let stores = json!([{"store": "default", "memories": 2}, {"store": "docs", "memories": 1}]);
    assert_eq!(stats["by_store"], stores);
    assert_eq!((&stats["by_age"]["day"], &stats["by_age"]["week"]), (&json!(2), &json!(1)));
    let project =
        tools.answer("memory_stats", json!({"tag_prefix": "PROJ:", "tag_limit": 1})).await.structured;
    assert_eq!(project["tags"], json!([{"tag": "proj:a", "memories": 2}]));
    assert_eq!(project["total_tags"], 2);
    assert_eq!(tools.answer("memory_stats", json!({"store": "docs"})).await.structured["total_memories"], 1);
}

#[tokio::test]
async fn the_originals_keys_are_there_and_the_place_is_told_to_the_owner_alone() {
    for (capability, is_told) in [(Capability::Admin, true), (Capability::Read, false)] {
        let stats = Tools::granted(capability).answer("memory_stats", json!({})).await.structured;
        let backend = &stats["backend_info"];
        assert!(backend["storage_backend"].is_string() && backend["embedding_model"].is_string(), "{stats}");
        assert_eq!(backend.get("sqlite_path").is_some(), is_told);
    }
}
