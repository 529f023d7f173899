use engine::Capability;
use serde_json::{Value, json};
use testkit::Fault;

use crate::fixture::Tools;

#[tokio::test]
async fn a_healthy_service_has_counts_and_a_model() {
    let tools = Tools::default();
    tools.store(json!({"content": "a", "tags": ["x", "y"]})).await;
    tools.store(json!({"content": "b", "store": "docs"})).await;
    let answer = tools.answer("memory_health", json!({})).await;
    let health = &answer.structured;
    assert_eq!((&health["status"], &health["reasons"]), (&json!("healthy"), &json!([])));
    assert_eq!(health["validation"]["status"], "healthy");
    assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(health["statistics"]["total_memories"], 2);
    assert_eq!(health["statistics"]["stores"][1], json!({"store": "docs", "memories": 1}));
    assert_eq!(
        health["model"],
        json!({"name": "fake", "revision": "words", "dimension": 64, "readiness": "ready"})
    );
    let json = answer.text.strip_prefix("Database Health Check Results:\n").unwrap();
    assert_eq!(&serde_json::from_str::<Value>(json).unwrap(), health);
}

#[tokio::test]
async fn memories_without_a_vector_degrade_it() {
    let tools = Tools::default();
    tools.bench.embedder.set_broken(true);
    tools.store(json!({"content": "a"})).await;
    let health = tools.answer("memory_health", json!({})).await.structured;
    assert_eq!((&health["status"], &health["validation"]["status"]), (&json!("degraded"), &json!("healthy")));
    assert_eq!(health["statistics"]["pending"], 1);
    assert!(health["validation"]["message"].as_str().unwrap().contains("wait for their vector"));
}

#[tokio::test]
async fn a_store_that_cannot_be_opened_is_an_answer() {
    let tools = Tools::default();
    tools.bench.store.set_fault(Some(Fault::Open));
    let answer = tools.answer("memory_health", json!({})).await;
    let health = &answer.structured;
    assert!(!answer.is_error);
    assert_eq!(
        (&health["status"], &health["validation"]["status"]),
        (&json!("unavailable"), &json!("unhealthy"))
    );
    assert!(
        health["reasons"][0].as_str().unwrap().contains("told to fail") && health.get("statistics").is_none()
    );
}

#[tokio::test]
async fn only_the_owner_learns_where_the_store_is() {
    for (capability, is_told) in
        [(Capability::Read, false), (Capability::Write, false), (Capability::Admin, true)]
    {
        let health = Tools::granted(capability).answer("memory_health", json!({})).await.structured;
        assert_eq!(health["statistics"].get("location").is_some(), is_told, "{capability:?}");
    }
}
