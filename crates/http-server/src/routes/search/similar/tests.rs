//! Tests of `GET /api/search/similar/{content_hash}`.

use serde_json::json;

use crate::fixture::Door;

#[tokio::test]
async fn memories_like_one_are_found_and_itself_is_not() {
    let door = Door::open().await;
    let mut hashes = Vec::new();
    for content in
        ["the staging database listens on port 5433", "the production database listens on port 5432", "ferry"]
    {
        let stored = door.writer().post("/api/memories", json!({"content": content})).await.of(200);
        hashes.push(stored["content_hash"].as_str().unwrap().to_owned());
    }
    let path = format!("/api/search/similar/{}", hashes[0]);
    let found = door.reader().get(&path).await.of(200);
    let found_hashes = found["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hit| hit["memory"]["content_hash"].as_str().unwrap());
    let found_hashes: Vec<&str> = found_hashes.collect();
    assert_eq!(found_hashes[0], hashes[1]);
    assert!(!found_hashes.contains(&hashes[0].as_str()));
    assert_eq!(found["search_type"], "similar");
    let one = door.reader().get(&format!("{path}?n_results=1")).await.of(200);
    assert_eq!(one["total_found"], 1);
    door.reader().get(&format!("{path}?n_results=0")).await.of(422);
    door.reader().get(&format!("{path}?store=docs")).await.of(404);
    door.reader().get("/api/search/similar/nothing").await.of(404);
    door.stranger().get(&path).await.of(401);
}

#[tokio::test]
async fn a_text_longer_than_a_query_may_be_is_compared_by_its_beginning() {
    let door = Door::open().await;
    let long = "é".repeat(engine::MAX_QUERY_BYTES);
    let stored = door.writer().post("/api/memories", json!({"content": long})).await.of(200);
    let hash = stored["content_hash"].as_str().unwrap();
    assert_eq!(door.reader().get(&format!("/api/search/similar/{hash}")).await.of(200)["total_found"], 0);
}
