//! What is too much, and what is no message.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use engine::Capability;
use http::{Request, StatusCode};
use http_body::{Body, Frame};
use http_body_util::Full;
use serde_json::{Value, json};
use testkit::Bench;
use tower_service::Service;

use super::{HttpOptions, Site, With, in_json, legacy, legacy_call, message, modern_call, post};
use crate::server::tests::held;

/// A POST of these bytes.
fn raw(body: &[u8]) -> Request<Full<Bytes>> {
    post(&Value::Null).map(|_| Full::new(Bytes::copy_from_slice(body)))
}

#[tokio::test]
async fn what_is_no_message_is_refused_with_status_400() {
    let site = Site::start();
    let deep = [b"[".repeat(200), b"]".repeat(200)].concat();
    for (body, code) in [
        (&b""[..], -32700),
        (b"{", -32700),
        (b"\xff\xfe", -32700),
        (b"{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"p\xffng\"}", -32700),
        (&deep, -32700),
        (b"null", -32600),
        (b"7", -32600),
        (b"{}", -32600),
        (br#"{"jsonrpc": "2.0", "id": 1}"#, -32600),
        (br#"{"jsonrpc": "1.0", "id": 1, "method": "ping"}"#, -32600),
        (br#"{"jsonrpc": "2.0", "id": null, "method": "ping"}"#, -32600),
        (br#"{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": []}"#, -32600),
        (b"[]", -32600),
        (br#"[{"jsonrpc": "2.0", "id": 1, "method": "ping"}]"#, -32600),
    ] {
        let (status, answer) = site.ask(raw(body)).await;
        let sent = String::from_utf8_lossy(body);
        assert_eq!(
            (status, &answer["error"]["code"]),
            (StatusCode::BAD_REQUEST, &json!(code)),
            "{sent} {answer}"
        );
    }
    let (_, answer) = site.ask(raw(br#"[{"jsonrpc": "2.0", "id": 1, "method": "ping"}]"#)).await;
    assert!(answer["error"]["message"].as_str().unwrap().contains("batch"), "{answer}");
    let (status, answer) =
        site.ask(raw(b"\xEF\xBB\xBF {\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"ping\"}\n")).await;
    assert_eq!((status, answer), (StatusCode::OK, json!({"jsonrpc": "2.0", "id": 1, "result": {}})));
}

#[tokio::test]
async fn a_body_is_said_to_be_json() {
    let site = Site::start();
    for (kind, expected) in [
        (Some("application/json"), 200),
        (Some("application/json; charset=utf-8"), 200),
        (Some("Application/JSON"), 200),
        (Some("text/plain"), 415),
        (Some("application/x-www-form-urlencoded"), 415),
        (Some("multipart/form-data; boundary=application/json"), 415),
        (Some("application/jsonp"), 415),
        (None, 415),
    ] {
        let request = legacy("ping", json!({})).without("content-type");
        let request = match kind {
            Some(kind) => request.with("content-type", kind),
            None => request,
        };
        assert_eq!(site.send(request).await.status().as_u16(), expected, "{kind:?}");
    }
}

#[tokio::test]
async fn a_body_is_as_long_as_it_may_be_and_no_longer() {
    let ping = |length: usize| {
        let ping = message("ping", &json!({})).to_string();
        let padding = " ".repeat(length - ping.len());
        raw(format!("{ping}{padding}").as_bytes())
    };
    let options = HttpOptions { max_body_bytes: 1000, ..HttpOptions::default() };
    let site = Site::of(&Bench::default().engine, options);
    assert_eq!(site.send(ping(1000)).await.status(), StatusCode::OK);
    assert_eq!(site.send(ping(1001)).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    // What is read to its end here is no message.
    for (frames, expected) in [(100, StatusCode::BAD_REQUEST), (101, StatusCode::PAYLOAD_TOO_LARGE)] {
        let mut request = raw(b"").map(|_| Frames(frames));
        request.extensions_mut().insert(site.caller("owner", Capability::Admin));
        assert_eq!(site.service.clone().call(request).await.unwrap().status(), expected, "{frames} frames");
    }
}

/// A body of so many frames of ten bytes each, which does not say how long it is.
struct Frames(usize);

impl Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some(left) = self.0.checked_sub(1) else { return Poll::Ready(None) };
        self.0 = left;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"          ")))))
    }
}

#[tokio::test]
async fn a_body_with_too_many_values_is_refused_by_its_id() {
    let site = Site::start();
    let arguments = json!({"content": "a", "metadata": {"list": vec![1; 100_000]}});
    let (status, answer) = site.ask(legacy_call("memory_store", arguments)).await;
    assert_eq!(
        (status, &answer["id"], &answer["error"]["code"]),
        (StatusCode::BAD_REQUEST, &json!(1), &json!(-32600))
    );
}

#[tokio::test]
async fn when_too_much_waits_more_is_refused_until_something_is_answered() {
    let (engine, held) = held::engine();
    // Room for two: every request takes 16 KiB at least.
    let options = HttpOptions { max_waiting_bytes: 2 * 16 * 1024, ..HttpOptions::default() };
    let site = Arc::new(Site::of(&engine, options));
    let store = |text: &str| modern_call("memory_store", json!({"content": text}));
    let waiting: Vec<_> = ["one fact", "another fact"]
        .map(|text| {
            let site = Arc::clone(&site);
            let request = store(text);
            tokio::spawn(async move { site.ask(request).await })
        })
        .into();
    held.entered(2).await;
    let refused = site.send(store("a third")).await;
    assert_eq!(refused.headers()["retry-after"], "1");
    let (status, answer) = in_json(refused).await;
    assert_eq!((status, &answer["error"]["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!(-32000)));
    held.release();
    for call in waiting {
        assert_eq!(call.await.unwrap().1["result"]["structuredContent"]["outcome"], "created");
    }
    assert_eq!(site.call("memory_list", json!({})).await["structuredContent"]["total"], 2);
}

#[tokio::test]
async fn only_so_many_calls_of_all_clients_run_at_once() {
    let (engine, held) = held::engine();
    let site = Arc::new(Site::of(&engine, HttpOptions { max_concurrent_calls: 3, ..HttpOptions::default() }));
    let calls: Vec<_> = (0..10)
        .map(|number| {
            let site = Arc::clone(&site);
            let store = json!({"content": format!("fact {number}")});
            let request = if number % 2 == 0 {
                legacy_call("memory_store", store)
            } else {
                modern_call("memory_store", store)
            };
            tokio::spawn(async move {
                let caller = site.caller(&format!("client {number}"), Capability::Write);
                in_json(site.send_as(caller, request).await).await
            })
        })
        .collect();
    held.entered(3).await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(held.waiting(), 3);
    held.release();
    for call in calls {
        assert_eq!(call.await.unwrap().1["result"]["structuredContent"]["outcome"], "created");
    }
}
