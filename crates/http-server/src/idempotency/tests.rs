//! Tests of writes that are sent again.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::fixture::{Client, Door, slow_work};

const PATH: &str = "/api/memories";

#[tokio::test]
async fn the_same_request_again_gets_the_same_answer() {
    let door = Door::open().await;
    let client = door.writer().header("idempotency-key", "\"4f3d\"");
    let first = client.post(PATH, json!({"content": "port 5433"})).await;
    assert_eq!((first.of(200)["success"].clone(), first.header("idempotent-replayed")), (json!(true), ""));
    let again = client.post(PATH, json!({"content": "port 5433"})).await;
    assert_eq!((again.of(200), again.header("idempotent-replayed")), (first.of(200), "true"));
    assert_eq!(again.header("content-type"), "application/json");
    assert_eq!(again.header("cache-control"), "no-store");
    let unquoted = door.writer().header("idempotency-key", "4f3d");
    assert_eq!(unquoted.post(PATH, json!({"content": "port 5433"})).await.of(200), first.of(200));
    // Without the key it is what it is: a text that is there.
    assert_eq!(door.writer().post(PATH, json!({"content": "port 5433"})).await.of(200)["success"], false);
}

#[tokio::test]
async fn a_text_that_was_deleted_is_not_told_again() {
    let door = Door::open().await;
    let client = door.writer().header("idempotency-key", "k");
    let first = client.post(PATH, json!({"content": "a secret"})).await.of(200);
    assert_eq!(first["memory"]["content"], "a secret");
    door.writer().delete(&format!("{PATH}/{}", first["content_hash"].as_str().unwrap())).await.of(200);
    let again = client.post(PATH, json!({"content": "a secret"})).await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    let again = again.of(200);
    assert_eq!((&again["memory"], &again["content_hash"]), (&Value::Null, &first["content_hash"]));
    assert!(!again.to_string().contains("secret"));
}

#[tokio::test]
async fn another_request_under_the_key_is_refused() {
    let door = Door::open().await;
    let client = door.writer().header("idempotency-key", "k");
    client.post(PATH, json!({"content": "one"})).await.of(200);
    client.post(PATH, json!({"content": "two"})).await.of(422);
    client.clone().header("x-agent-id", "a").post(PATH, json!({"content": "one"})).await.of(422);
    client.post("/api/manage/bulk-delete", json!({"tag": "one"})).await.of(422);
    assert_eq!(door.reader().get(PATH).await.of(200)["total"], 1);
}

#[tokio::test]
async fn keys_of_others_do_not_matter() {
    let door = Door::open().await;
    let [writer, owner] = [door.writer(), door.owner()].map(|client| client.header("idempotency-key", "k"));
    let kept = writer.post(PATH, json!({"content": "one"})).await.of(200);
    assert_eq!(owner.post(PATH, json!({"content": "one"})).await.of(200)["success"], false);
    assert_eq!(writer.post(PATH, json!({"content": "one"})).await.of(200), kept);
    door.stranger().header("idempotency-key", "k").post(PATH, json!({"content": "one"})).await.of(401);
}

#[tokio::test]
async fn after_a_failure_the_request_is_tried_anew() {
    let door = Door::open().await;
    let client = door.writer().header("idempotency-key", "k");
    client.post(PATH, json!({"content": " "})).await.of(422);
    assert_eq!(client.post(PATH, json!({"content": "one"})).await.of(200)["success"], true);
    door.reader().header("idempotency-key", "k").post(PATH, json!({"content": "one"})).await.of(403);
}

#[tokio::test]
async fn reading_knows_no_keys() {
    let door = Door::open().await;
    let client = door.reader().header("idempotency-key", "k");
    assert_eq!(client.get(PATH).await.of(200)["total"], 0);
    client.post("/api/search", json!({"query": "a"})).await.of(200);
    client.post("/api/search", json!({"query": "b"})).await.of(200);
    door.writer().post(PATH, json!({"content": "one"})).await.of(200);
    assert_eq!(client.get(PATH).await.of(200)["total"], 1);
}

#[tokio::test]
async fn what_is_no_key_is_refused() {
    let door = Door::open().await;
    for wrong in ["", "\"\"", "a b", "\"", &"x".repeat(256)] {
        let refused =
            door.writer().header("idempotency-key", wrong).post(PATH, json!({"content": "one"})).await;
        assert!(refused.of(400)["detail"].as_str().unwrap().contains("Idempotency-Key"), "{wrong}");
    }
    let longest = door.writer().header("idempotency-key", &"x".repeat(255));
    longest.post(PATH, json!({"content": "one"})).await.of(200);
}

/// A client with a key before a route that says when it is begun, and waits until it is told to go on.
fn slow(door: &Door) -> (Client, Arc<Notify>, Arc<Notify>) {
    let (work, begun, go_on) = slow_work();
    let routes = Router::new()
        .route("/slow", work)
        .route_layer(from_fn_with_state(door.app.clone(), super::once))
        .route_layer(from_fn_with_state(door.app.clone(), crate::completion::to_the_end));
    let client = door.writer_at(crate::guard::around(routes, &door.app)).header("idempotency-key", "k");
    (client, begun, go_on)
}

#[tokio::test(start_paused = true)]
async fn a_client_that_goes_away_finds_its_answer_when_it_comes_back() {
    let door = Door::open().await;
    let (client, begun, go_on) = slow(&door);
    let first = tokio::spawn({
        let client = client.clone();
        async move { client.post("/slow", Value::Null).await }
    });
    begun.notified().await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    client.post("/slow", Value::Null).await.of(409);
    go_on.notify_one();
    tokio::task::yield_now().await;
    let again = client.post("/slow", Value::Null).await;
    assert_eq!((again.text().as_str(), again.header("idempotent-replayed")), ("done", "true"));
}

#[tokio::test]
async fn a_request_that_comes_while_the_first_is_worked_on_is_told_so() {
    let door = Door::open().await;
    let (client, begun, go_on) = slow(&door);
    let first = tokio::spawn({
        let client = client.clone();
        async move { client.post("/slow", Value::Null).await }
    });
    begun.notified().await;
    client.post("/slow", Value::Null).await.of(409);
    go_on.notify_one();
    assert_eq!(first.await.unwrap().text(), "done");
    assert_eq!(client.post("/slow", Value::Null).await.text(), "done");
}

#[tokio::test]
async fn one_person_may_use_a_key_in_each_of_their_spaces() {
    let (here, there) = (auth::Principal::owner(), crate::fixture::other_space());
    let there = auth::Principal { space: there, ..here.clone() };
    let answers = super::Answers::default();
    let now = model::Timestamp::from_microseconds(0);
    let first = answers.begin((here.in_space(), "k".to_owned()), [1; 32], now);
    assert!(matches!(first, super::Begun::First(_)));
    assert!(matches!(answers.begin((here.in_space(), "k".to_owned()), [1; 32], now), super::Begun::Running));
    assert!(matches!(
        answers.begin((there.in_space(), "k".to_owned()), [2; 32], now),
        super::Begun::First(_)
    ));
}
