//! Answers that are event streams.

use std::time::Duration;

use bytes::Bytes;
use engine::Capability;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};
use testkit::Bench;

use super::{HttpCaller, HttpOptions, Known, MODERN, Site, With, in_json, legacy, modern, modern_call};
use crate::http::AnswerBody;
use crate::http::refusal::Answer;
use crate::server::tests::{held, text};

/// An event stream, as a client reads it.
pub(super) struct Reading {
    body: AnswerBody,
    text: String,
}

impl Reading {
    pub(super) fn of(answer: Answer) -> Self {
        assert_eq!(answer.status(), StatusCode::OK);
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "text/event-stream");
        // Nothing on the way may keep it or hold it back.
        assert_eq!(
            (header("cache-control"), header("x-accel-buffering")),
            ("no-store".to_owned(), "no".to_owned())
        );
        Self { body: answer.into_body(), text: String::new() }
    }

    /// The next event or comment, as it is written.
    pub(super) async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let block = block.to_owned();
                self.text = rest.to_owned();
                return Some(block);
            }
            let frame = self.body.frame().await?.unwrap();
            self.text.push_str(std::str::from_utf8(&frame.into_data().unwrap()).unwrap());
        }
    }

    /// The data of the next event.
    pub(super) async fn data(&mut self) -> Option<String> {
        loop {
            let block = self.block().await?;
            if let Some(data) = block.lines().find_map(|line| line.strip_prefix("data:")) {
                return Some(data.trim_start().to_owned());
            }
        }
    }

    /// The next message.
    pub(super) async fn message(&mut self) -> Option<Value> {
        let data = self.data().await?;
        Some(serde_json::from_str(&data).unwrap_or_else(|_| panic!("not JSON: {data}")))
    }
}

fn listen(notifications: &Value) -> Request<Full<Bytes>> {
    modern("subscriptions/listen", json!({"notifications": notifications}))
}

#[tokio::test]
async fn who_accepts_nothing_but_streams_gets_streams() {
    let site = Site::start();
    for request in [modern_call("memory_health", json!({})), legacy("ping", json!({}))] {
        let mut stream = Reading::of(site.send(request.with("accept", "text/event-stream")).await);
        assert!(stream.message().await.unwrap()["result"].is_object());
        assert_eq!(stream.message().await, None);
    }
}

#[tokio::test(start_paused = true)]
async fn how_far_a_call_has_got_is_told_on_a_stream_and_otherwise_not_at_all() {
    for with_meta in [modern("x", json!({})), legacy("x", json!({}))]
        .map(|request| request.headers()["mcp-protocol-version"] == MODERN)
    {
        let (engine, held) = held::engine();
        let site = Site::of(&engine, HttpOptions::default());
        let call = || {
            let mut params = json!({"name": "memory_store", "arguments": {"content": "a"}});
            let request = if with_meta {
                modern("tools/call", params.clone())
            } else {
                legacy("tools/call", params.clone())
            };
            params["_meta"] = if with_meta { crate::server::tests::meta(MODERN) } else { json!({}) };
            params["_meta"]["progressToken"] = json!("p");
            request.map(|_| Full::new(Bytes::from(super::message("tools/call", &params).to_string())))
        };
        let mut stream = Reading::of(site.send(call()).await);
        let notice = stream.message().await.unwrap();
        assert_eq!(
            (&notice["method"], &notice["params"]["progressToken"]),
            (&json!("notifications/progress"), &json!("p"))
        );
        held.release();
        let mut last = stream.message().await.unwrap();
        while last["method"] == "notifications/progress" {
            last = stream.message().await.unwrap();
        }
        assert_eq!(last["result"]["structuredContent"]["outcome"], "created", "{last}");
        assert_eq!(stream.message().await, None);

        let (engine, held) = held::engine();
        let site = Site::of(&engine, HttpOptions::default());
        let ((), answer) = tokio::join!(
            async {
                held.entered(1).await;
                tokio::time::sleep(Duration::from_secs(30)).await;
                held.release();
            },
            site.send(call().with("accept", "application/json"))
        );
        assert_eq!(in_json(answer).await.1["result"]["structuredContent"]["outcome"], "created");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_closed_cancels_its_call_in_the_stateless_revision() {
    let (engine, held) = held::engine();
    let site = Site::of(&engine, HttpOptions::default());
    let call = modern_call("memory_store", json!({"content": "a"})).with("accept", "text/event-stream");
    let stream = site.send(call.map(|_| {
        let mut params = json!({"name": "memory_store", "arguments": {"content": "a"}, "_meta": crate::server::tests::meta(MODERN)});
        params["_meta"]["progressToken"] = json!(1);
        Full::new(Bytes::from(super::message("tools/call", &params).to_string()))
    })).await;
    let mut stream = Reading::of(stream);
    held.entered(1).await;
    assert_eq!(stream.message().await.unwrap()["method"], "notifications/progress");
    drop(stream);
    held.left().await;
    held.release();
    assert_eq!(held.finished(), 0);
}

#[tokio::test(start_paused = true)]
async fn who_listens_is_told_what_changes_and_that_the_stream_is_there() {
    let site = Site::start();
    let mut stream = Reading::of(
        site.send(listen(&json!({"resourcesListChanged": true, "toolsListChanged": true}))).await,
    );
    let confirmed = stream.message().await.unwrap();
    assert_eq!(confirmed["method"], "notifications/subscriptions/acknowledged");
    assert_eq!(confirmed["params"]["notifications"], json!({"resourcesListChanged": true}));
    // Where nothing happens, a comment.
    assert!(stream.block().await.unwrap().starts_with(':'));
    site.call("memory_store", json!({"content": "a", "tags": ["ports"]})).await;
    let notice = stream.message().await.unwrap();
    assert_eq!(notice["method"], "notifications/resources/list_changed");
    assert_eq!(notice["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"], 1, "{notice}");
    site.stop.cancel();
    let ended = stream.message().await.unwrap();
    assert_eq!((&ended["id"], ended.get("error")), (&json!(1), None), "{ended}");
    assert_eq!(stream.message().await, None);
}

#[tokio::test]
async fn who_accepts_no_stream_cannot_listen() {
    let site = Site::start();
    for accept in ["application/json", "*/*"] {
        let (status, answer) =
            site.ask(listen(&json!({"resourcesListChanged": true})).with("accept", accept)).await;
        assert_eq!((status, &answer["id"]), (StatusCode::NOT_ACCEPTABLE, &json!(1)));
    }
}

#[tokio::test]
async fn only_so_many_listen_and_who_goes_makes_room() {
    let site = Site::of(&Bench::default().engine, HttpOptions { max_streams: 4, ..HttpOptions::default() });
    let open = |id: &'static str| {
        let request = listen(&json!({"resourcesListChanged": true}));
        let answer = site.send_as(site.caller(id, Capability::Read), request);
        async {
            let mut stream = Reading::of(answer.await);
            assert_eq!(stream.message().await.unwrap()["method"], "notifications/subscriptions/acknowledged");
            stream
        }
    };
    let first = open("a").await;
    let mut second = open("a").await;
    // One of four for each.
    assert_eq!(second.message().await.unwrap()["error"]["code"], -32000);
    let mut other = open("b").await;
    drop(first);
    loop {
        let mut again = open("a").await;
        tokio::select! {
            biased;
            refused = again.message() => assert_eq!(refused.unwrap()["error"]["code"], -32000),
            () = tokio::task::yield_now() => break,
        }
    }
    tokio::select! {
        biased;
        message = other.message() => panic!("{message:?}"),
        () = tokio::task::yield_now() => {}
    }
}

#[tokio::test]
async fn an_answer_is_the_same_in_both_forms() {
    let site = Site::start();
    site.call("memory_store", json!({"content": "staging is on port 5433"})).await;
    let search = || modern_call("memory_list", json!({}));
    let (_, in_json) = site.ask(search()).await;
    let streamed =
        Reading::of(site.send(search().with("accept", "text/event-stream")).await).message().await.unwrap();
    assert_eq!(in_json, streamed);
    assert!(text(&streamed["result"]).contains("5433"));
}

#[tokio::test(start_paused = true)]
async fn a_subscription_ends_when_whoever_listens_would_not_be_let_in_any_more() {
    // The library reckons its signs of life by the clock of the machine: once this one is beyond it, they would all be due at once.
    let options = HttpOptions { keep_alive: Duration::from_secs(3600), ..HttpOptions::default() };
    let site = Site::of(&Bench::default().engine, options);
    let known = Known::of_now();
    let caller = HttpCaller { standing: known.clone(), ..site.caller("reader", Capability::Read) };
    let mut stream = Reading::of(site.send_as(caller, listen(&json!({"resourcesListChanged": true}))).await);
    stream.message().await.unwrap();
    tokio::time::sleep(Duration::from_secs(60)).await;
    let open = tokio::time::timeout(Duration::from_secs(1), stream.message()).await;
    assert!(open.is_err(), "it goes on while the key is good: {open:?}");
    known.revoke();
    let ended = async { while stream.block().await.is_some() {} };
    tokio::time::timeout(Duration::from_secs(60), ended).await.expect("it ends within the minute");
}
