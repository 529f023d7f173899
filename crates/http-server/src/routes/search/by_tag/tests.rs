//! Tests of `POST /api/search/by-tag`.

use serde_json::{Value, json};

use crate::fixture::{Door, contents};

const PATH: &str = "/api/search/by-tag";

async fn with_memories() -> Door {
    let door = Door::open().await;
    for (content, tags) in [("old", json!(["a"])), ("both", json!(["a", "b"])), ("new", json!(["A", "c"]))] {
        door.writer().post("/api/memories", json!({"content": content, "tags": tags})).await.of(200);
        door.bench.clock.advance(5.0 * 86_400.0);
    }
    door
}

#[tokio::test]
async fn memories_with_the_tags_come_newest_first() {
    let door = with_memories().await;
    let found =
        door.reader().post(PATH, json!({"tags": ["a"], "time_filter": null, "query": "x"})).await.of(200);
    assert_eq!(contents(&found), ["new", "both", "old"]);
    assert_eq!((&found["query"], &found["search_type"]), (&json!("Tags: a (ANY)"), &json!("tag")));
    let first = &found["results"][0];
    assert_eq!(
        (&first["similarity_score"], &first["relevance_reason"]),
        (&Value::Null, &json!("Tags match: a"))
    );
    let all = door.reader().post(PATH, json!({"tags": ["a", "b"], "match_all": "true"})).await.of(200);
    assert_eq!((contents(&all), &all["query"]), (vec!["both"], &json!("Tags: a, b (ALL)")));
}

#[tokio::test]
async fn a_limit_cuts_the_list_and_all_are_counted() {
    let door = with_memories().await;
    let found = door.reader().post(PATH, json!({"tags": ["a"], "limit": 2})).await.of(200);
    assert_eq!((contents(&found).len(), &found["total_found"]), (2, &json!(3)));
    for limit in [0, 101] {
        door.reader().post(PATH, json!({"tags": ["a"], "limit": limit})).await.of(422);
    }
}

#[tokio::test]
async fn a_time_keeps_what_came_since_it_began() {
    let door = with_memories().await;
    let found = async |time: &str| {
        door.reader().post(PATH, json!({"tags": ["a"], "time_filter": time})).await.of(200)
    };
    // It is 2026-03-26: the three are 15, 10 and 5 days old.
    assert_eq!(contents(&found("last-week").await), ["new", "both"]);
    assert_eq!(contents(&found("7 days ago").await), ["new"]);
    assert_eq!(contents(&found("").await).len(), 3);
    assert_eq!(contents(&found("older than 1 week").await).len(), 1);
    assert_eq!(found("month").await["query"], "Tags: a (ANY) | Time: month");
    let refused = door.reader().post(PATH, json!({"tags": ["a"], "time_filter": "whenever"})).await.of(400);
    assert!(refused["detail"].as_str().unwrap().contains("last week"), "{refused}");
}

#[tokio::test]
async fn without_a_tag_nothing_is_searched() {
    let door = with_memories().await;
    door.reader().post(PATH, json!({"tags": []})).await.of(400);
    door.reader().post(PATH, json!({"tags": [" "]})).await.of(400);
    door.reader().post(PATH, json!({"tags": "a"})).await.of(422);
    door.reader().post(PATH, json!({})).await.of(422);
    door.stranger().post(PATH, json!({"tags": ["a"]})).await.of(401);
}
