use serde_json::json;

use crate::fixture::Tools;

#[tokio::test]
async fn every_version_is_told_oldest_first_with_the_reason_of_its_end() {
    let tools = Tools::default();
    let mut hash = tools.store(json!({"content": "version 1"})).await;
    for number in 2..=3 {
        tools.next_day();
        let updates = json!({"content": format!("version {number}"), "reason": format!("step {number}")});
        let arguments = json!({"content_hash": hash, "updates": updates, "versioned": true});
        let answer = tools.answer("memory_update", arguments).await;
        hash = answer.structured["content_hash"].as_str().unwrap().to_owned();
    }
    let answer = tools.answer("memory_history", json!({"content_hash": hash})).await.structured;
    let versions = answer["versions"].as_array().unwrap();
    let told: Vec<_> = versions.iter().map(|version| (&version["content"], &version["version"])).collect();
    assert_eq!(told[0], (&json!("version 1"), &json!(1)));
    assert_eq!(told[2], (&json!("version 3"), &json!(3)));
    assert_eq!(versions[0]["reason"], "step 2");
    assert_eq!(versions[0]["superseded_by"], versions[1]["content_hash"]);
    assert_eq!((&versions[2]["content_hash"], versions[2].get("superseded_by")), (&json!(hash), None));
    let short = json!({"content_hash": versions[0]["content_hash"], "max_response_chars": 450});
    let short = tools.answer("memory_history", short).await.structured;
    assert_eq!((short["versions"].as_array().unwrap().len(), &short["omitted"]), (2, &json!(1)));
}

#[tokio::test]
async fn a_memory_without_a_history_is_its_only_version() {
    let tools = Tools::default();
    let hash = tools.store(json!({"content": "alone"})).await;
    let answer = tools.answer("memory_history", json!({"content_hash": &hash[..12]})).await.structured;
    assert_eq!(answer["versions"].as_array().unwrap().len(), 1);
    assert!(
        tools.failure("memory_history", json!({"content_hash": "0123456789"})).await.contains("not found")
    );
}
