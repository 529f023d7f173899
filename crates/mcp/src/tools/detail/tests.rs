use model::ContentHash;
use serde_json::{Value, json};

use crate::fixture::Tools;

/// Three memories of Alice, the last one the best, which lead to Bob (twice), to Zoë, and from Bob to Carol.
async fn linked() -> Tools {
    let tools = Tools::default();
    for (number, quality, names) in [
        (1, 0.6, &["Alice", "Bob"][..]),
        (2, 0.2, &["alice", "Bob", "Zoë M."]),
        (3, 0.9, &["Alice"]),
        (4, 0.5, &["Bob", "Carol"]),
    ] {
        let content = format!("memory {number}");
        let metadata = json!({"quality_score": quality});
        let hash = tools.store(json!({"content": content, "metadata": metadata})).await;
        for name in names {
            tools.bench.store.link_entity(&ContentHash::stored(hash.as_str()), name);
        }
        tools.next_day();
    }
    tools
}

fn texts(detail: &Value) -> Vec<&str> {
    detail["chunks"].as_array().unwrap().iter().map(|chunk| chunk["content"].as_str().unwrap()).collect()
}

fn related(detail: &Value) -> Vec<(&str, u64, u64)> {
    let fields =
        |entity: &'_ Value| (entity["shared_count"].as_u64().unwrap(), entity["hops"].as_u64().unwrap());
    let entities = detail["related_entities"].as_array().unwrap();
    entities
        .iter()
        .map(|entity| {
            let (shared, hops) = fields(entity);
            (entity["entity_id"].as_str().unwrap(), shared, hops)
        })
        .collect()
}

async fn detail(tools: &Tools, arguments: Value) -> Value {
    let answer = tools.answer("memory_detail", arguments).await;
    assert!(!answer.is_error, "{}", answer.text);
    assert_eq!(serde_json::from_str::<Value>(&answer.text).unwrap(), answer.structured);
    answer.structured
}

#[tokio::test]
async fn an_entity_is_told_by_id_and_by_name_with_its_memories_and_relatives() {
    let tools = linked().await;
    for given in ["alice", " ALICE ", "@alice"] {
        let detail = detail(&tools, json!({"entity_id": given})).await;
        assert_eq!((&detail["entity_id"], &detail["name"]), (&json!("alice"), &json!("Alice")), "{given}");
        assert_eq!(texts(&detail), ["memory 3", "memory 1", "memory 2"]);
        assert_eq!((&detail["total"], &detail["chunks"][0]["relevance"]), (&json!(3), &json!(0.9)));
        assert_eq!(detail["chunks"][0]["created_at_iso"], "2026-03-13T15:30:00Z");
        assert_eq!(related(&detail), [("bob", 2, 1), ("zoe-m", 1, 1)]);
    }
    let zoe = detail(&tools, json!({"entity": "Zoë M.", "include_related": false})).await;
    assert_eq!((&zoe["entity_id"], related(&zoe)), (&json!("zoe-m"), vec![]));
}

#[tokio::test]
async fn relatives_of_relatives_are_told_when_more_steps_are_asked_for() {
    let tools = linked().await;
    for hops in 2..=4 {
        let detail = detail(&tools, json!({"entity_id": "alice", "max_hops": hops})).await;
        assert_eq!(related(&detail), [("bob", 2, 1), ("zoe-m", 1, 1), ("carol", 1, 2)], "{hops}");
    }
    for (name, value) in [("max_hops", 0), ("max_hops", 5), ("limit", 0), ("limit", 201)] {
        let mut arguments = json!({"entity_id": "alice"});
        arguments[name] = json!(value);
        let text = tools.failure("memory_detail", arguments).await;
        assert!(text.contains(&format!("`{name}` is {value}, it must be from 1 to ")), "{text}");
    }
}

#[tokio::test]
async fn a_composite_order_counts_nearness_to_the_best_and_edges() {
    let tools = linked().await;
    let plain = detail(&tools, json!({"entity_id": "alice"})).await;
    assert!(plain["chunks"][0].get("composite_score").is_none());
    let hash = |index: usize| ContentHash::stored(plain["chunks"][index]["hash"].as_str().unwrap());
    // The worst is an edge away from the best, and has three edges besides; the second has none.
    tools.bench.store.link_memories(&hash(2), &hash(0));
    for number in 0..3 {
        let other = tools.store(json!({"content": format!("other {number}")})).await;
        tools.bench.store.link_memories(&ContentHash::stored(other.as_str()), &hash(2));
    }
    let scored = detail(&tools, json!({"entity_id": "alice", "scoring": "composite"})).await;
    assert_eq!(texts(&scored), ["memory 3", "memory 1", "memory 2"]);
    let parts = |index: usize| scored["chunks"][index]["score_components"].clone();
    assert_eq!(parts(0), json!({"relevance": 0.9, "proximity": 0.0, "centrality": 0.05}));
    assert_eq!(parts(1), json!({"relevance": 0.6, "proximity": 0.0, "centrality": 0.0}));
    assert_eq!(parts(2), json!({"relevance": 0.2, "proximity": 0.5, "centrality": 0.2}));
    let score = scored["chunks"][2]["composite_score"].as_f64().unwrap();
    assert!((score - 0.275).abs() < 1e-9, "{score}");
    for number in 0..30 {
        let other = tools.store(json!({"content": format!("more {number}")})).await;
        tools.bench.store.link_memories(&hash(2), &ContentHash::stored(other.as_str()));
    }
    let scored = detail(&tools, json!({"entity_id": "alice", "scoring": "composite"})).await;
    assert_eq!(texts(&scored), ["memory 3", "memory 2", "memory 1"]);
}

#[tokio::test]
async fn an_answer_is_cut_at_whole_memories_and_says_so() {
    let tools = linked().await;
    let cut = detail(&tools, json!({"entity_id": "alice", "max_response_chars": 420})).await;
    assert_eq!(
        (texts(&cut), &cut["omitted"], &cut["total"]),
        (vec!["memory 3", "memory 1"], &json!(1), &json!(3))
    );
    let limited = detail(&tools, json!({"entity_id": "alice", "limit": 1})).await;
    assert_eq!((texts(&limited), &limited["omitted"]), (vec!["memory 3"], &json!(0)));
}

#[tokio::test]
async fn an_unknown_entity_is_a_failure_in_the_form_of_an_answer() {
    let tools = linked().await;
    let answer = tools.answer("memory_detail", json!({"entity_id": "Nobody"})).await;
    assert!(answer.is_error);
    let detail = answer.structured;
    let error = "Unknown entity_id: Nobody. There are alice, bob, carol, zoe-m";
    assert_eq!((&detail["success"], &detail["error"]), (&json!(false), &json!(error)));
    assert_eq!(
        (&detail["entity_id"], &detail["chunks"], &detail["related_entities"]),
        (&json!("Nobody"), &json!([]), &json!([]))
    );
    let elsewhere = tools.answer("memory_detail", json!({"entity_id": "alice", "store": "docs"})).await;
    assert!(elsewhere.is_error && elsewhere.text.contains("no entities are linked"), "{}", elsewhere.text);
    assert!(
        tools.failure("memory_detail", json!({"entity_id": ""})).await.contains("`entity_id` is required")
    );
}

#[tokio::test]
async fn replaced_and_deleted_memories_are_left_out() {
    let tools = linked().await;
    let before = detail(&tools, json!({"entity_id": "alice"})).await;
    let hash = |index: usize| before["chunks"][index]["hash"].clone();
    tools.answer("memory_delete", json!({"content_hash": hash(0)})).await;
    let updates = json!({"superseded_by": hash(1)});
    tools.answer("memory_update", json!({"content_hash": hash(2), "updates": updates})).await;
    let after = detail(&tools, json!({"entity_id": "alice"})).await;
    assert_eq!((texts(&after), related(&after)), (vec!["memory 1"], vec![("bob", 1, 1)]));
}
