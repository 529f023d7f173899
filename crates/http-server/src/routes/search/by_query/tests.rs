//! Tests of `POST /api/search`.

use serde_json::{Value, json};

use crate::fixture::{Door, contents};

const PATH: &str = "/api/search";

async fn with_memories() -> Door {
    let door = Door::open().await;
    for (content, tags, kind, quality) in [
        ("the staging database listens on port 5433", json!(["infra", "db"]), "note", 0.2),
        ("the production database listens on port 5432", json!(["infra"]), "decision", 0.9),
        ("the ferry to the island leaves at nine", json!(["travel"]), "note", 0.5),
    ] {
        let new = json!({
            "content": content, "tags": tags, "memory_type": kind, "metadata": {"quality_score": quality},
            "conversation_id": kind
        });
        door.writer().post("/api/memories", new).await.of(200);
        door.bench.clock.advance(86_400.0);
    }
    door
}

#[tokio::test]
async fn the_nearest_comes_first_with_its_likeness_and_a_reason() {
    let door = with_memories().await;
    let found =
        door.reader().post(PATH, json!({"query": "which port does the staging database use"})).await.of(200);
    assert_eq!(
        (&found["search_type"], &found["query"]),
        (&json!("semantic"), &json!("which port does the staging database use"))
    );
    assert!(found["processing_time_ms"].is_f64());
    assert_eq!(found["total_found"].as_u64().unwrap() as usize, contents(&found).len());
    assert_eq!(contents(&found)[0], "the staging database listens on port 5433");
    let first = &found["results"][0];
    let similarity = first["similarity_score"].as_f64().unwrap();
    assert_eq!(first["relevance_reason"], format!("Semantic similarity: {similarity:.3}"));
    assert_eq!(first["memory"]["created_at"], json!(1_773_243_000.0));
    assert!(first.get("explanation").is_none());
}

#[tokio::test]
async fn a_threshold_leaves_out_what_is_less_similar() {
    let door = with_memories().await;
    let asked = |threshold: Value| json!({"query": "the staging database listens on port 5433", "similarity_threshold": threshold});
    let all = door.reader().post(PATH, asked(Value::Null)).await.of(200);
    assert!(contents(&all).len() > 1, "{all}");
    let near = door.reader().post(PATH, asked(json!("0.95"))).await.of(200);
    assert_eq!(contents(&near), ["the staging database listens on port 5433"]);
    for wrong in [json!(1.5), json!(-0.1), json!("near"), json!({})] {
        door.reader().post(PATH, asked(wrong)).await.of(422);
    }
}

#[tokio::test]
async fn quality_counts_when_it_is_asked_for() {
    let door = with_memories().await;
    let asked = json!({"query": "database port", "quality_boost": true, "quality_weight": 1.0});
    let found = door.reader().post(PATH, asked).await.of(200);
    assert_eq!(found["search_type"], "semantic_quality_boost");
    assert_eq!(contents(&found)[0], "the production database listens on port 5432");
    let reason = found["results"][0]["relevance_reason"].as_str().unwrap();
    assert!(
        reason.starts_with("Composite: 0.900 (semantic: ") && reason.ends_with("quality: 0.900)"),
        "{reason}"
    );
    assert!(found["results"][0].get("explanation").is_none());
    door.reader().post(PATH, json!({"query": "x", "quality_boost": true, "quality_weight": 2})).await.of(422);
}

#[tokio::test]
async fn what_the_tool_can_do_can_be_asked_for() {
    let door = with_memories().await;
    let found = async |more: Value| {
        let mut body = json!({"query": "database port"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        door.reader().post(PATH, body).await.of(200)
    };
    assert_eq!(
        contents(&found(json!({"tags": ["db"]})).await),
        ["the staging database listens on port 5433"]
    );
    assert_eq!(contents(&found(json!({"tags": "infra,db", "tag_match": "all"})).await).len(), 1);
    assert_eq!(contents(&found(json!({"memory_type": "decision"})).await).len(), 1);
    assert_eq!(contents(&found(json!({"after": "2026-03-12", "before": "2026-03-13"})).await).len(), 1);
    assert_eq!(contents(&found(json!({"time_filter": "2026-03-11"})).await).len(), 1);
    assert_eq!(contents(&found(json!({"conversation_id": "decision"})).await).len(), 1);
    assert_eq!(contents(&found(json!({"store": "docs"})).await).len(), 0);
    assert_eq!(contents(&found(json!({"limit": "1"})).await).len(), 1);
    let exact = found(json!({"mode": "exact", "query": "island"})).await;
    assert_eq!((contents(&exact).len(), &exact["search_type"]), (1, &json!("exact")));
    assert_eq!(found(json!({"mode": "ranked"})).await["search_type"], "ranked");
    let explained = found(json!({"include_debug": true})).await;
    assert!(explained["results"][0]["explanation"]["terms"].is_array());
    assert_eq!(contents(&found(json!({"max_tokens": 1})).await).len(), 1);
    let told = found(json!({"min_confidence": 1.0})).await;
    assert!(told["notices"][0].as_str().unwrap().contains("min_confidence"), "{told}");
    for wrong in [
        json!({"mode": "psychic"}),
        json!({"n_results": 0}),
        json!({"n_results": 101}),
        json!({"min_confidence": 2}),
        json!({"after": "soon"}),
    ] {
        let mut body = json!({"query": "x"});
        body.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        door.reader().post(PATH, body).await.of(422);
    }
}

#[tokio::test]
async fn without_words_the_newest_are_given() {
    let door = with_memories().await;
    let found = door
        .reader()
        .post(PATH, json!({"query": "", "n_results": 2, "similarity_threshold": 0.5}))
        .await
        .of(200);
    assert_eq!(
        contents(&found),
        ["the ferry to the island leaves at nine", "the production database listens on port 5432"]
    );
    assert_eq!(found["results"][0]["similarity_score"], Value::Null);
    let found = door.reader().post(PATH, json!({"tags": ["infra"], "n_results": 1})).await.of(200);
    assert_eq!(contents(&found), ["the production database listens on port 5432"]);
    let refused = door.reader().post(PATH, json!({"n_results": 1})).await.of(422);
    assert_eq!(refused["detail"][0]["loc"], json!(["body", "query"]));
}

#[tokio::test]
async fn nobody_unknown_searches() {
    let door = with_memories().await;
    door.stranger().post(PATH, json!({"query": "port"})).await.of(401);
    door.reader().post(PATH, json!({"query": "x".repeat(engine::MAX_QUERY_BYTES + 1)})).await.of(422);
}
