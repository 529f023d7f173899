//! Tests of `GET /api/memories`.

use serde_json::{Value, json};

use crate::fixture::Door;

async fn with(count: usize) -> Door {
    let door = Door::open().await;
    for number in 0..count {
        let tags = json!([if number % 2 == 0 { "even" } else { "odd" }, "all"]);
        door.writer()
            .post("/api/memories", json!({"content": format!("memory {number}"), "tags": tags}))
            .await
            .of(200);
        door.bench.clock.advance(1.0);
    }
    door
}

fn contents(page: &Value) -> Vec<&str> {
    page["memories"].as_array().unwrap().iter().map(|memory| memory["content"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn pages_follow_each_other_newest_first() {
    let door = with(25).await;
    let mut seen = Vec::new();
    for (page, count, has_more) in [(1, 10, true), (2, 10, true), (3, 5, false), (4, 0, false)] {
        let page = door.reader().get(&format!("/api/memories?page={page}&page_size=10")).await.of(200);
        assert_eq!((page["total"].as_u64(), page["has_more"].as_bool()), (Some(25), Some(has_more)));
        assert_eq!(page["page_size"], 10);
        assert_eq!(contents(&page).len(), count);
        seen.extend(contents(&page).into_iter().map(str::to_owned));
    }
    let expected: Vec<String> = (0..25).rev().map(|number| format!("memory {number}")).collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn one_tag_or_all_of_them_are_asked_for() {
    let door = with(5).await;
    let total = async |query: &str| {
        door.reader().get(&format!("/api/memories?{query}")).await.of(200)["total"].clone()
    };
    assert_eq!(total("tag=even,odd&tag_match=any").await, 5);
    assert_eq!(total("tag=even,odd&tag_match=all").await, 0);
    assert_eq!(total("tag=even,all&tag_match=all").await, 3);
    assert_eq!(total("tag=odd").await, 2);
    assert_eq!(total("tags=odd").await, 2);
    assert_eq!(total("tag=odd&tag_match=whatever").await, 2);
    assert_eq!(total("tag=").await, 5);
    assert_eq!(total("unknown=1").await, 5);
    assert_eq!(total("store=docs").await, 0);
    assert_eq!(total("memory_type=decision").await, 0);
}

#[tokio::test]
async fn tags_with_wildcards_mean_themselves() {
    let door = Door::open().await;
    for (content, tag) in [("one", "a%b"), ("two", "axb"), ("three", "a_b")] {
        door.writer().post("/api/memories", json!({"content": content, "tags": [tag]})).await.of(200);
    }
    let percent = door.reader().get("/api/memories?tag=a%25b").await.of(200);
    assert_eq!(contents(&percent), ["one"]);
    let underscore = door.reader().post("/api/search/by-tag", json!({"tags": ["a_b"]})).await.of(200);
    assert_eq!(underscore["total_found"], 1);
}

#[tokio::test]
async fn a_page_outside_its_bounds_is_refused() {
    let door = with(1).await;
    for query in ["page=0", "page=-1", "page=x", "page_size=0", "page_size=101", "page=1.5"] {
        let refused = door.reader().get(&format!("/api/memories?{query}")).await.of(422);
        assert_eq!(refused["detail"][0]["loc"][0], "query", "{query}");
    }
    door.reader().get("/api/memories?page_size=100").await.of(200);
}

#[tokio::test]
async fn somebody_unknown_is_told_what_to_show() {
    let door = with(1).await;
    let refused = door.stranger().get("/api/memories").await.of(401);
    assert!(refused["detail"]["error_description"].as_str().unwrap().contains("API key"), "{refused}");
    door.stranger().header("x-api-key", "wrong").get("/api/memories").await.of(401);
    door.stranger().header("authorization", "Bearer wrong").get("/api/memories").await.of(401);
    let bearer = format!("Bearer {}", crate::fixture::OWNERS_KEY);
    door.stranger().header("authorization", &bearer).get("/api/memories").await.of(200);
    door.stranger().header("x-api-key", crate::fixture::OWNERS_KEY).get("/api/memories").await.of(200);
}
