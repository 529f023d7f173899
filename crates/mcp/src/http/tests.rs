//! MCP over HTTP, in process: requests in, answers out.

mod ending;
mod eras;
mod grants;
mod headers;
mod limits;
mod sources;
mod sse;
mod streams;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use engine::{Capability, Engine};
use http::header::{ACCEPT, CONTENT_TYPE, HOST};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use model::Space;
use serde_json::{Value, json};
use testkit::Bench;
use tokio_util::sync::CancellationToken;
use tower_service::Service;

use super::refusal::Answer;
use super::{Endpoints, HttpCaller, HttpOptions, Looking, Standing, Streamable};
use crate::server::tests::meta;

const MODERN: &str = "2026-07-28";

/// Somebody who would be let in until that is taken back.
struct Known(AtomicBool);

impl Known {
    fn of_now() -> Arc<Self> {
        Arc::new(Self(AtomicBool::new(true)))
    }

    fn revoke(&self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

impl Standing for Known {
    fn is_good(self: Arc<Self>) -> Looking {
        Box::pin(async move { self.0.load(Ordering::SeqCst) })
    }
}

/// A service and what is behind it.
struct Site {
    engine: Engine,
    endpoints: Endpoints,
    service: Streamable,
    stop: CancellationToken,
}

impl Site {
    fn start() -> Self {
        Self::of(&Bench::default().engine, HttpOptions::default())
    }

    fn of(engine: &Engine, options: HttpOptions) -> Self {
        let stop = CancellationToken::new();
        let endpoints = Endpoints::new(options, stop.clone());
        let service = endpoints.streamable();
        Self { engine: engine.clone(), endpoints, service, stop }
    }

    /// Somebody who was granted something.
    fn caller(&self, id: &str, capability: Capability) -> HttpCaller {
        let grant = self.engine.grant(&Space::Default, capability);
        HttpCaller { grant, id: id.to_owned(), standing: Known::of_now(), place: None }
    }

    /// Sends a request as an administrator.
    async fn send(&self, request: Request<Full<Bytes>>) -> Answer {
        self.send_as(self.caller("owner", Capability::Admin), request).await
    }

    async fn send_as(&self, caller: HttpCaller, mut request: Request<Full<Bytes>>) -> Answer {
        request.extensions_mut().insert(caller);
        self.service.clone().call(request).await.unwrap()
    }

    /// The answer in JSON, with its status.
    async fn ask(&self, request: Request<Full<Bytes>>) -> (StatusCode, Value) {
        in_json(self.send(request).await).await
    }

    /// The result of a call of a tool in the stateless revision.
    async fn call(&self, tool: &str, arguments: Value) -> Value {
        let (status, mut answer) = self.ask(modern_call(tool, arguments)).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer["result"].take()
    }
}

/// A POST of a client that does what the protocol asks.
fn post(body: &Value) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::new(Bytes::from(body.to_string())));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = "/mcp".parse().unwrap();
    request
        .with(HOST.as_str(), "localhost:8000")
        .with(CONTENT_TYPE.as_str(), "application/json")
        .with(ACCEPT.as_str(), "application/json, text/event-stream")
}

trait With: Sized {
    fn headers(&mut self) -> &mut HeaderMap;

    /// With another value of a header.
    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers().insert(name, value.parse().unwrap());
        self
    }

    /// With one more value of a header.
    fn and(mut self, name: &'static str, value: &str) -> Self {
        self.headers().append(name, value.parse().unwrap());
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.headers().remove(name);
        self
    }
}

impl<B> With for Request<B> {
    fn headers(&mut self) -> &mut HeaderMap {
        self.headers_mut()
    }
}

fn message(method: &str, params: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
}

/// A request of a client with a handshake.
fn legacy(method: &str, params: Value) -> Request<Full<Bytes>> {
    post(&message(method, &params)).with("mcp-protocol-version", "2025-11-25")
}

/// A request of the stateless revision.
fn modern(method: &str, mut params: Value) -> Request<Full<Bytes>> {
    params["_meta"] = meta(MODERN);
    let request =
        post(&message(method, &params)).with("mcp-protocol-version", MODERN).with("mcp-method", method);
    match params["name"].as_str().or(params["uri"].as_str()) {
        Some(name) => request.with("mcp-name", name),
        None => request,
    }
}

fn modern_call(tool: &str, arguments: Value) -> Request<Full<Bytes>> {
    modern("tools/call", json!({"name": tool, "arguments": arguments}))
}

fn legacy_call(tool: &str, arguments: Value) -> Request<Full<Bytes>> {
    legacy("tools/call", json!({"name": tool, "arguments": arguments}))
}

async fn bytes(answer: Answer) -> Bytes {
    answer.into_body().collect().await.unwrap().to_bytes()
}

/// An answer that must be JSON, with its status.
async fn in_json(answer: Answer) -> (StatusCode, Value) {
    let status = answer.status();
    assert_eq!(answer.headers()[CONTENT_TYPE], "application/json");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    (status, serde_json::from_slice(&bytes(answer).await).unwrap())
}

fn names(listed: &Value) -> Vec<&str> {
    let tools = listed["result"]["tools"].as_array().unwrap_or_else(|| panic!("no list: {listed}"));
    tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect()
}
