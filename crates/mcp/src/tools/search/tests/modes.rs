//! Modes, boosts, fallback, explanations, and the narrower filters.

use serde_json::json;

use super::{found, three};
use crate::fixture::{Tools, contents};

#[tokio::test]
async fn exact_mode_finds_the_words_as_they_stand() {
    let tools = three().await;
    tools.store(json!({"content": "100% of Apples_x"})).await;
    assert_eq!(found(&tools, json!({"query": "apples_", "mode": "exact"})).await, ["100% of Apples_x"]);
    assert_eq!(found(&tools, json!({"query": "100%", "mode": "EXACT"})).await.len(), 1);
    for mode in ["exact", "ranked"] {
        let text = tools.failure("memory_search", json!({"mode": mode, "tags": ["fruit"]})).await;
        assert!(text.contains("query required"), "{text}");
    }
}

#[tokio::test]
async fn ranked_mode_takes_weights_and_refuses_what_is_none() {
    let tools = three().await;
    let ranked =
        json!({"query": "apples", "mode": "ranked", "ranking_weights": {"semantic": 1, "quality": 0.5}});
    let answer = tools.answer("memory_search", ranked).await;
    assert_eq!((&answer.structured["mode"], contents(&answer).len()), (&json!("ranked"), 2));
    for (weights, words) in [
        (json!({"recency": 1}), "takes semantic, time_decay, access_frequency and quality"),
        (json!({"semantic": "x"}), "`ranking_weights.semantic` must be a number"),
        (json!({"semantic": -1}), "semantic"),
    ] {
        let arguments = json!({"query": "apples", "mode": "ranked", "ranking_weights": weights});
        let text = tools.failure("memory_search", arguments).await;
        assert!(text.contains(words), "{text}");
    }
}

#[tokio::test]
async fn quality_counts_as_much_as_the_caller_says() {
    let tools = Tools::default();
    tools.store(json!({"content": "apples a", "metadata": {"quality_score": 0.1}})).await;
    tools.store(json!({"content": "apples b", "metadata": {"quality_score": 0.9}})).await;
    let boosted = json!({"query": "apples a", "quality_boost": 1});
    assert_eq!(found(&tools, boosted).await, ["apples b", "apples a"]);
    assert_eq!(found(&tools, json!({"query": "apples a"})).await[0], "apples a");
    for boost in [json!(1.5), json!(-0.1), json!("much")] {
        let text = tools.failure("memory_search", json!({"query": "a", "quality_boost": boost})).await;
        assert!(text.contains("`quality_boost`") && text.contains("from 0 to 1"), "{text}");
    }
}

#[tokio::test]
async fn a_fallback_says_how_each_memory_was_found() {
    let tools = Tools::default();
    tools.store(json!({"content": "the needle in it", "tags": ["x"]})).await;
    tools.store(json!({"content": "other", "tags": ["needle"]})).await;
    // Meaning finds something for every query; words alone do not.
    tools.bench.embedder.set_broken(true);
    let hybrid = tools.answer("memory_search", json!({"query": "needle", "fallback": true})).await;
    assert_eq!(hybrid.structured["fallback"], json!(["tag_fallback"]), "{}", hybrid.text);
    assert!(
        hybrid.text.starts_with("Found 2 memories (mode: hybrid) [fallback: tag] for query: 'needle'"),
        "{}",
        hybrid.text
    );
    assert!(hybrid.text.contains("[needle] (via tag_fallback)"), "{}", hybrid.text);
    assert!(hybrid.text.contains("[x] (via semantic)"), "{}", hybrid.text);
    let plain = tools.answer("memory_search", json!({"query": "needle"})).await;
    assert_eq!(contents(&plain), ["the needle in it"]);
    assert!(plain.structured["memories"][0].get("match_method").is_none());
}

#[tokio::test]
async fn every_score_is_explained_when_asked() {
    let tools = three().await;
    let arguments =
        json!({"query": "apples", "include_debug": true, "time_expr": "this year", "quality_boost": 0.2});
    let answer = tools.answer("memory_search", arguments).await;
    let lines = "Debug Info:\n  Pre-filter count: 2\n  Post-filter count: 2\n  Quality boost: 0.2\n  \
                 Time expression: this year\n  Time range: 2026-01-01T00:00:00Z - ";
    assert!(answer.text.contains(lines), "{}", answer.text);
    assert!(
        answer.text.contains("   Why: ") && answer.text.contains(", quality 0.50 counts 0.20"),
        "{}",
        answer.text
    );
    for memory in answer.structured["memories"].as_array().unwrap() {
        assert!(!memory["explanation"]["terms"].as_array().unwrap().is_empty(), "{memory}");
        assert_eq!(memory["explanation"]["quality_weight"], 0.2);
    }
    let semantic = json!({"query": "apples", "mode": "semantic", "include_debug": true});
    assert!(!tools.answer("memory_search", semantic).await.text.contains("words"), "words do not count here");
    let plain = tools.answer("memory_search", json!({"query": "apples"})).await;
    assert!(plain.structured["memories"][0].get("explanation").is_none());
    assert!(!plain.text.contains("Debug Info"));
}

#[tokio::test]
async fn an_author_and_a_conversation_narrow_a_search() {
    let tools = Tools::default();
    tools.store(json!({"content": "apples a", "agent_id": "planner", "conversation_id": "c1"})).await;
    tools.store(json!({"content": "apples b", "tags": ["agent:planner"]})).await;
    tools.store(json!({"content": "apples c", "conversation_id": "c2"})).await;
    let mut planned = found(&tools, json!({"query": "apples", "agent_id": "planner"})).await;
    planned.sort();
    assert_eq!(planned, ["apples a", "apples b"]);
    assert_eq!(found(&tools, json!({"conversation_id": "c2"})).await, ["apples c"]);
    assert!(found(&tools, json!({"query": "apples", "entity": "nobody"})).await.is_empty());
    assert_eq!(found(&tools, json!({"query": "apples", "agent_id": "", "entity": " "})).await.len(), 3);
}
