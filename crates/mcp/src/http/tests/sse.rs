//! The deprecated transport: an event stream and an address to post to.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use engine::{Capability, Engine};
use http::{Method, Request, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};
use testkit::Bench;
use tower_service::Service;

use super::streams::Reading;
use super::{HttpCaller, HttpOptions, Known, Site, With, bytes, in_json, message, post};
use crate::http::Sse;
use crate::http::refusal::Answer;
use crate::server::tests::{held, text};

struct Older {
    site: Site,
    service: Sse,
}

/// A client with its stream.
struct Client<'site> {
    older: &'site Older,
    id: &'static str,
    stream: Reading,
    address: String,
}

impl Older {
    fn start() -> Self {
        Self::of(&Bench::default().engine, HttpOptions::default())
    }

    fn of(engine: &Engine, options: HttpOptions) -> Self {
        let site = Site::of(engine, options);
        let service = site.endpoints.sse("/messages/");
        Self { site, service }
    }

    async fn send(&self, id: &str, capability: Capability, mut request: Request<Full<Bytes>>) -> Answer {
        request.extensions_mut().insert(self.site.caller(id, capability));
        self.service.clone().call(request).await.unwrap()
    }

    async fn open(&self, id: &str) -> Answer {
        let mut request = Request::new(Full::default()).with("host", "localhost:8765");
        *request.uri_mut() = "/sse".parse().unwrap();
        self.send(id, Capability::Read, request).await
    }

    async fn client(&self, id: &'static str) -> Client<'_> {
        let mut stream = Reading::of(self.open(id).await);
        let first = stream.block().await.unwrap();
        let address = first.strip_prefix("event: endpoint\ndata: ").unwrap().to_owned();
        Client { older: self, id, stream, address }
    }
}

fn to(address: &str, body: &Value) -> Request<Full<Bytes>> {
    let mut request = post(body);
    *request.uri_mut() = address.parse().unwrap();
    request
}

impl Client<'_> {
    async fn post_as(&self, id: &str, capability: Capability, body: &Value) -> Answer {
        self.older.send(id, capability, to(&self.address, body)).await
    }

    async fn post(&self, body: &Value) -> StatusCode {
        self.post_as(self.id, Capability::Write, body).await.status()
    }

    async fn result(&mut self, method: &str, params: Value) -> Value {
        assert_eq!(self.post(&message(method, &params)).await, StatusCode::ACCEPTED);
        let mut answer = self.stream.message().await.unwrap();
        assert_eq!(answer["id"], 1, "{answer}");
        answer["result"].take()
    }

    async fn store(&self, content: &str) -> StatusCode {
        self.post(&message("tools/call", &json!({"name": "memory_store", "arguments": {"content": content}})))
            .await
    }
}

#[tokio::test]
async fn a_client_is_told_where_to_post_and_answered_on_its_stream() {
    let older = Older::start();
    let mut client = older.client("a").await;
    let session = client.address.strip_prefix("/messages/?session_id=").unwrap();
    assert!(session.len() == 32 && session.bytes().all(|byte| byte.is_ascii_hexdigit()), "{session}");
    let handshake = json!({"protocolVersion": "2024-11-05", "capabilities": {}, "clientInfo": {"name": "lm-studio", "version": "1"}});
    let initialized = client.result("initialize", handshake).await;
    assert_eq!(initialized["protocolVersion"], "2024-11-05");
    assert_eq!(initialized["capabilities"]["resources"], json!({"listChanged": true}));
    assert_eq!(
        client.post(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"})).await,
        StatusCode::ACCEPTED
    );
    let stored =
        client.result("tools/call", json!({"name": "memory_store", "arguments": {"content": "a"}})).await;
    assert_eq!(stored["structuredContent"]["outcome"], "created");
    let listed = client.result("tools/call", json!({"name": "memory_list", "arguments": {}})).await;
    assert_eq!(listed["structuredContent"]["memories"][0]["origin"]["client"], "lm-studio");
    let failed = client.result("tools/call", json!({"name": "memory_store", "arguments": {}})).await;
    assert_eq!(failed["isError"], true);
    client.post(&message("tools/call", &json!({"name": "no_such_tool", "arguments": {}}))).await;
    assert_eq!(client.stream.message().await.unwrap()["error"]["code"], -32602);
}

#[tokio::test]
async fn messages_are_worked_off_in_the_order_in_which_they_came() {
    let older = Older::start();
    let mut client = older.client("a").await;
    for (id, tool, arguments) in [
        (1, "memory_store", json!({"content": "a"})),
        (2, "memory_list", json!({})),
        (3, "memory_delete", json!({"tags": ["untagged"]})),
        (4, "memory_list", json!({})),
    ] {
        let call = json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": tool, "arguments": arguments}});
        assert_eq!(client.post(&call).await, StatusCode::ACCEPTED);
    }
    let mut totals = Vec::new();
    for _ in 0..4 {
        let answer = client.stream.message().await.unwrap();
        if let Some(total) = answer["result"]["structuredContent"]["total"].as_u64() {
            totals.push((answer["id"].as_u64().unwrap(), total));
        }
    }
    assert_eq!(totals[0], (2, 1), "{totals:?}");
    assert_eq!(totals.last(), Some(&(4, 0)), "{totals:?}");
}

#[tokio::test]
async fn somebody_elses_session_is_not_there() {
    let older = Older::start();
    let (mut own, other) = (older.client("a").await, older.client("b").await);
    assert_ne!(own.address, other.address);
    let ping = message("ping", &json!({}));
    assert_eq!(own.post_as("b", Capability::Admin, &ping).await.status(), StatusCode::NOT_FOUND);
    for (address, expected) in [
        ("/messages/?session_id=00000000000000000000000000000000", 404),
        ("/messages/?session_id=", 404),
        ("/messages/", 400),
        ("/messages/?session=x", 400),
    ] {
        let answer = older.send("a", Capability::Admin, to(address, &ping)).await;
        assert_eq!(answer.status().as_u16(), expected, "{address}");
    }
    let twice = format!("{}&session_id=x", own.address);
    assert_eq!(older.send("a", Capability::Admin, to(&twice, &ping)).await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(own.result("ping", json!({})).await, json!({}));
}

#[tokio::test]
async fn what_was_granted_is_of_each_message_and_not_of_the_stream() {
    let older = Older::start();
    let mut client = older.client("a").await;
    let store = message("tools/call", &json!({"name": "memory_store", "arguments": {"content": "a"}}));
    for (capability, is_error) in
        [(Capability::Read, true), (Capability::Write, false), (Capability::Read, true)]
    {
        assert_eq!(client.post_as("a", capability, &store).await.status(), StatusCode::ACCEPTED);
        let answer = client.stream.message().await.unwrap();
        assert_eq!(answer["result"]["isError"], is_error, "{answer}");
        assert_eq!(text(&answer["result"]).contains("insufficient_scope"), is_error);
    }
}

#[tokio::test]
async fn who_is_nobody_or_comes_from_elsewhere_is_refused() {
    let older = Older::start();
    let get = || {
        let mut request = Request::new(Full::<Bytes>::default()).with("host", "localhost:8765");
        *request.uri_mut() = "/sse".parse().unwrap();
        request
    };
    let nobody = older.service.clone().call(get()).await.unwrap();
    assert_eq!(nobody.status(), StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in [("origin", "http://evil.example"), ("host", "evil.example")] {
        assert_eq!(
            older.send("a", Capability::Admin, get().with(name, value)).await.status(),
            StatusCode::FORBIDDEN
        );
    }
    let mut delete = get();
    *delete.method_mut() = Method::DELETE;
    let answer = older.send("a", Capability::Admin, delete).await;
    assert_eq!(
        (answer.status(), &answer.headers()["allow"]),
        (StatusCode::METHOD_NOT_ALLOWED, &"GET, POST".parse().unwrap())
    );
    let client = older.client("a").await;
    let text = to(&client.address, &json!({})).with("content-type", "text/plain");
    assert_eq!(older.send("a", Capability::Admin, text).await.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let (status, answer) = in_json(client.post_as("a", Capability::Admin, &json!([])).await).await;
    assert_eq!((status, &answer["error"]["code"]), (StatusCode::BAD_REQUEST, &json!(-32600)));
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_kept_alive_and_closed_when_nothing_was_sent_for_long() {
    let older = Older::of(
        &Bench::default().engine,
        HttpOptions { session_idle: Duration::from_secs(100), ..HttpOptions::default() },
    );
    let mut client = older.client("a").await;
    let since = tokio::time::Instant::now();
    for _ in 0..3 {
        assert_eq!(client.stream.block().await.unwrap(), ": keep-alive");
    }
    assert_eq!(since.elapsed(), Duration::from_secs(45));
    client.result("ping", json!({})).await;
    // Counted from the last message on.
    while let Some(block) = client.stream.block().await {
        assert_eq!(block, ": keep-alive");
    }
    assert_eq!(since.elapsed(), Duration::from_secs(150));
    let Client { stream, address, .. } = client;
    drop(stream);
    let answer = older.send("a", Capability::Admin, to(&address, &message("ping", &json!({})))).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(start_paused = true)]
async fn only_so_many_streams_are_open_and_those_that_go_or_are_forgotten_make_room() {
    let options =
        HttpOptions { max_streams: 8, session_idle: Duration::from_secs(100), ..HttpOptions::default() };
    let older = Older::of(&Bench::default().engine, options);
    let (first, second) = (older.client("a").await, older.client("a").await);
    let refused = older.open("a").await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    let other = older.client("b").await;
    drop(first);
    let third = older.client("a").await;
    assert_eq!(older.open("a").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    drop((second, third, other));
    older.client("a").await;
}

#[tokio::test]
async fn a_stream_that_breaks_cancels_no_call_and_a_cancellation_does() {
    let (engine, held) = held::engine();
    let older = Older::of(&engine, HttpOptions::default());
    let client = older.client("a").await;
    assert_eq!(client.store("a").await, StatusCode::ACCEPTED);
    held.entered(1).await;
    let cancel = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}});
    assert_eq!(client.post(&cancel).await, StatusCode::ACCEPTED);
    held.left().await;
    assert_eq!(client.store("b").await, StatusCode::ACCEPTED);
    held.entered(1).await;
    let Client { stream, address, .. } = client;
    drop(stream);
    let gone = older.send("a", Capability::Admin, to(&address, &message("ping", &json!({})))).await;
    assert_eq!(gone.status(), StatusCode::NOT_FOUND);
    held.release();
    held.left().await;
    let mut again = older.client("a").await;
    let stored =
        again.result("tools/call", json!({"name": "memory_store", "arguments": {"content": "b"}})).await;
    assert_eq!(stored["structuredContent"]["outcome"], "duplicate", "{stored}");
    let listed = again.result("tools/call", json!({"name": "memory_list", "arguments": {}})).await;
    assert_eq!(listed["structuredContent"]["total"], 1, "{listed}");
}

#[tokio::test]
async fn a_call_holds_the_place_of_the_request_that_brought_it_until_it_ends() {
    let (engine, held) = held::engine();
    let older = Older::of(&engine, HttpOptions::default());
    let mut client = older.client("a").await;
    // The door lets go of the place as soon as the request is answered, which is before the call begins.
    let post = async |id: u64| {
        let call = json!({"name": "memory_store", "arguments": {"content": format!("fact {id}")}});
        let call = json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": call});
        let mut request = to(&client.address, &call);
        let place: Arc<dyn Any + Send + Sync> = Arc::new(id);
        let caller = older.site.caller("a", Capability::Write);
        request.extensions_mut().insert(HttpCaller { place: Some(Arc::downgrade(&place)), ..caller });
        assert_eq!(older.service.clone().call(request).await.unwrap().status(), StatusCode::ACCEPTED);
        Arc::downgrade(&place)
    };
    let places = [post(1).await, post(2).await];
    held.entered(2).await;
    let are_held = || places.each_ref().map(|place| place.upgrade().is_some());
    assert_eq!(are_held(), [true, true]);
    held.let_one_pass();
    let answered = client.stream.message().await.unwrap()["id"].as_u64().unwrap();
    while are_held() == [true, true] {
        tokio::task::yield_now().await;
    }
    assert_eq!(are_held(), [answered != 1, answered != 2]);
    held.release();
    client.stream.message().await.unwrap();
    while are_held() != [false, false] {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn only_so_much_waits_on_one_stream() {
    let (engine, held) = held::engine();
    let older = Older::of(&engine, HttpOptions::default());
    let mut client = older.client("a").await;
    for id in 0..64 {
        let call = json!({"name": "memory_store", "arguments": {"content": format!("fact {id}")}});
        let call = json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": call});
        assert_eq!(client.post(&call).await, StatusCode::ACCEPTED);
    }
    assert_eq!(client.post(&message("ping", &json!({}))).await, StatusCode::SERVICE_UNAVAILABLE);
    held.release();
    for _ in 0..64 {
        assert_eq!(client.stream.message().await.unwrap()["result"]["isError"], false);
    }
    assert_eq!(client.result("ping", json!({})).await, json!({}));
}

#[tokio::test]
async fn a_server_that_stops_answers_what_it_took_and_closes_its_streams() {
    let (engine, held) = held::engine();
    let older = Older::of(&engine, HttpOptions::default());
    let mut client = older.client("a").await;
    assert_eq!(client.store("a").await, StatusCode::ACCEPTED);
    held.entered(1).await;
    older.site.stop.cancel();
    while older.open("b").await.status() != StatusCode::SERVICE_UNAVAILABLE {
        tokio::task::yield_now().await;
    }
    assert_eq!(client.post(&message("ping", &json!({}))).await, StatusCode::SERVICE_UNAVAILABLE);
    held.release();
    let stored = client.stream.message().await.unwrap();
    assert_eq!(stored["result"]["structuredContent"]["outcome"], "created", "{stored}");
    assert_eq!(client.stream.message().await, None);
    assert!(bytes(older.open("a").await).await.len() < 300);
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_when_whoever_listens_would_not_be_let_in_any_more() {
    let older = Older::start();
    let known = Known::of_now();
    let mut request = Request::new(Full::<Bytes>::default()).with("host", "localhost:8765");
    *request.uri_mut() = "/sse".parse().unwrap();
    let caller = HttpCaller { standing: known.clone(), ..older.site.caller("reader", Capability::Read) };
    request.extensions_mut().insert(caller);
    let mut stream = Reading::of(older.service.clone().call(request).await.unwrap());
    assert!(stream.block().await.unwrap().starts_with("event: endpoint"));
    assert_eq!(stream.block().await.as_deref(), Some(": keep-alive"));
    known.revoke();
    assert_eq!(stream.block().await, None);
}
