//! Clients that go, defects, and the end of the server.

use std::sync::Arc;
use std::time::Duration;

use engine::Capability;
use http::StatusCode;
use serde_json::json;

use super::{HttpOptions, Site, in_json, legacy_call, modern_call};
use crate::server::tests::{held, text};

/// Sends a request, and drops its connection when the call is under way.
macro_rules! go_away {
    ($site:expr, $held:expr, $request:expr) => {{
        let site = Arc::clone(&$site);
        let request = $request;
        let asking = tokio::spawn(async move { site.send(request).await.status() });
        $held.entered(1).await;
        asking.abort();
        assert!(asking.await.unwrap_err().is_cancelled());
    }};
}

#[tokio::test]
async fn in_the_stateless_revision_a_closed_connection_cancels_its_call() {
    let (engine, held) = held::engine();
    let site = Arc::new(Site::of(&engine, HttpOptions::default()));
    go_away!(site, held, modern_call("memory_store", json!({"content": "a"})));
    held.left().await;
    held.release();
    assert_eq!(held.finished(), 0);
    assert_eq!(site.call("memory_list", json!({})).await["structuredContent"]["total"], 0);
}

#[tokio::test]
async fn before_it_a_closed_connection_cancels_nothing() {
    let (engine, held) = held::engine();
    let site = Arc::new(Site::of(&engine, HttpOptions::default()));
    go_away!(site, held, legacy_call("memory_store", json!({"content": "a"})));
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(held.waiting(), 1, "it goes on");
    held.release();
    held.left().await;
    // Calls are finished one after the other, so this one tells that the other is finished.
    let again = site.call("memory_store", json!({"content": "a"})).await;
    assert_eq!(again["structuredContent"]["outcome"], "duplicate", "{again}");
}

#[tokio::test]
async fn what_goes_on_without_a_client_keeps_its_room() {
    let (engine, held) = held::engine();
    let options = HttpOptions { max_waiting_bytes: 16 * 1024, ..HttpOptions::default() };
    let site = Arc::new(Site::of(&engine, options));
    go_away!(site, held, legacy_call("memory_store", json!({"content": "a"})));
    let list = || modern_call("memory_list", json!({}));
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(site.send(list()).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    held.release();
    held.left().await;
    while site.send(list()).await.status() != StatusCode::OK {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_defect_is_the_answer_of_its_call_and_the_server_lives() {
    let (engine, held) = held::engine();
    let site = Site::of(&engine, HttpOptions::default());
    held.set_panics(true);
    for request in [
        legacy_call("memory_store", json!({"content": "a"})),
        modern_call("memory_store", json!({"content": "a"})),
    ] {
        let (status, answer) = site.ask(request).await;
        assert_eq!((status, &answer["result"]["isError"]), (StatusCode::OK, &json!(true)));
        let text = text(&answer["result"]);
        assert!(text.contains("went wrong inside") && !text.contains("told to panic"), "{text}");
    }
    held.set_panics(false);
    held.release();
    assert_eq!(
        site.call("memory_store", json!({"content": "a"})).await["structuredContent"]["outcome"],
        "created"
    );
}

#[tokio::test(start_paused = true)]
async fn a_server_that_stops_takes_nothing_new_and_finishes_what_it_has_begun() {
    let (engine, held) = held::engine();
    let site = Arc::new(Site::of(&engine, HttpOptions { max_concurrent_calls: 1, ..HttpOptions::default() }));
    let ask = |text: &'static str| {
        let site = Arc::clone(&site);
        tokio::spawn(async move { site.ask(modern_call("memory_store", json!({"content": text}))).await.1 })
    };
    let running = ask("a");
    held.entered(1).await;
    let waiting = ask("b");
    tokio::task::yield_now().await;
    site.stop.cancel();
    while site.send(modern_call("memory_health", json!({}))).await.status() != StatusCode::SERVICE_UNAVAILABLE
    {
        tokio::task::yield_now().await;
    }
    let refused = site.send(modern_call("memory_store", json!({"content": "c"}))).await;
    let (_, refused) = in_json(refused).await;
    assert!(refused["error"]["message"].as_str().unwrap().contains("stopping"), "{refused}");
    let waiting = waiting.await.unwrap();
    assert!(text(&waiting["result"]).contains("nothing was stored"), "{waiting}");
    held.release();
    assert_eq!(running.await.unwrap()["result"]["structuredContent"]["outcome"], "created");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_does_not_finish_is_given_up_ten_seconds_after_the_server_was_told_to_stop() {
    let (engine, held) = held::engine();
    let site = Arc::new(Site::of(&engine, HttpOptions::default()));
    let running = {
        let site = Arc::clone(&site);
        tokio::spawn(async move {
            let caller = site.caller("owner", Capability::Write);
            in_json(site.send_as(caller, legacy_call("memory_store", json!({"content": "a"}))).await).await.1
        })
    };
    held.entered(1).await;
    let since = tokio::time::Instant::now();
    site.stop.cancel();
    let answer = running.await.unwrap();
    assert!(text(&answer["result"]).contains("did not finish in time"), "{answer}");
    assert_eq!(since.elapsed().as_secs(), Duration::from_secs(10).as_secs());
}

#[tokio::test(start_paused = true)]
async fn the_end_waits_for_calls_whose_clients_have_gone_and_no_longer_than_it_is_told() {
    let (engine, held) = held::engine();
    let site = Arc::new(Site::of(&engine, HttpOptions::default()));
    go_away!(site, held, legacy_call("memory_store", json!({"content": "a"})));
    assert_eq!(site.endpoints.finish(Duration::from_secs(1)).await, 1, "it is still held");
    let finished = site.endpoints.finish(Duration::from_secs(10));
    let (left, ()) = tokio::join!(finished, async { held.release() });
    assert_eq!((left, held.finished()), (0, 1));
}
