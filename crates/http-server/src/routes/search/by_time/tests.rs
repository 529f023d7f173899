//! Tests of `POST /api/search/by-time`.

use serde_json::{Value, json};

use crate::fixture::{Door, contents};

const PATH: &str = "/api/search/by-time";

/// It is Wednesday, 2026-03-11, afterwards.
async fn with_memories() -> Door {
    let door = Door::open().await;
    for (content, day) in [
        ("the ferry leaves at nine", "2026-01-05"),
        ("the parser drops the last token", "2026-03-03"),
        ("the database moved to port 5433", "2026-03-04"),
        ("the deployment is done", "2026-03-11"),
    ] {
        door.writer().post("/api/memories", json!({"content": content, "occurred_at": day})).await.of(200);
    }
    door
}

#[tokio::test]
async fn phrases_are_understood_as_clients_send_them() {
    let door = with_memories().await;
    for (phrase, count) in [
        ("today", 1),
        ("last week", 2),
        ("last-week", 2),
        ("last_week", 2),
        ("last 2 weeks", 3),
        ("last-2-weeks", 3),
        ("week", 3),
        ("month", 3),
        ("quarter", 4),
        ("year", 4),
        ("last-month", 0),
        ("2026-01-05", 1),
        ("this week", 1),
        ("yesterday", 0),
        ("Last Week", 2),
    ] {
        let found = door.reader().post(PATH, json!({"query": phrase})).await.of(200);
        assert_eq!(contents(&found).len(), count, "{phrase}");
        assert_eq!((&found["query"], &found["search_type"]), (&json!(phrase), &json!("time")));
    }
}

#[tokio::test]
async fn memories_of_a_time_come_newest_first_without_a_score() {
    let door = with_memories().await;
    let found = door.reader().post(PATH, json!({"query": "last-week"})).await.of(200);
    assert_eq!(contents(&found), ["the database moved to port 5433", "the parser drops the last token"]);
    let first = &found["results"][0];
    assert_eq!(
        (&first["similarity_score"], &first["relevance_reason"]),
        (&Value::Null, &json!("Time match: last-week"))
    );
    let one = door.reader().post(PATH, json!({"query": "last-week", "n_results": 1})).await.of(200);
    assert_eq!(contents(&one).len(), 1);
}

#[tokio::test]
async fn words_around_the_time_or_beside_it_rank_its_memories() {
    let door = with_memories().await;
    for body in [
        json!({"query": "which token does the parser drop last-week"}),
        json!({"query": "last-week", "semantic_query": "which token does the parser drop"}),
        json!({"query": "the database last-week", "semantic_query": "which token does the parser drop"}),
    ] {
        let found = door.reader().post(PATH, body.clone()).await.of(200);
        assert_eq!(contents(&found)[0], "the parser drops the last token", "{body}");
        assert!(found["results"][0]["similarity_score"].is_f64());
        assert!(
            contents(&found)
                .iter()
                .all(|content| !content.contains("ferry") && !content.contains("deployment"))
        );
    }
}

#[tokio::test]
async fn what_names_no_time_is_refused() {
    let door = with_memories().await;
    for query in ["whenever", "", "the parser"] {
        let refused = door.reader().post(PATH, json!({"query": query})).await.of(400);
        assert!(refused["detail"].is_string());
    }
    door.reader().post(PATH, json!({"query": "today", "n_results": 0})).await.of(422);
    door.reader().post(PATH, json!({})).await.of(422);
    door.stranger().post(PATH, json!({"query": "today"})).await.of(401);
}
