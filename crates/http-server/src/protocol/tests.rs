use axum::body::Body;
use axum::http::{Method, Request};
use engine::Capability;
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::fixture::{Client, Door, Reply};
use crate::{Options, Surface, router_of};

async fn ask(client: &Client, path: &str, method: &str, params: &Value) -> Reply {
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    let request = Request::post(path)
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", "2025-06-18")
        .body(Body::from(body.to_string()));
    client.request(request.unwrap()).await
}

/// The message of an answer, which may be the only one of an event stream.
fn message(reply: &Reply) -> Value {
    let text = reply.text();
    let data = text.lines().find_map(|line| line.strip_prefix("data: ")).unwrap_or(&text);
    serde_json::from_str(data).unwrap_or_else(|_| panic!("{text}"))
}

fn call(name: &str, arguments: &Value) -> Value {
    json!({"name": name, "arguments": arguments})
}

#[tokio::test]
async fn nobody_is_served_without_a_key() {
    let door = Door::open().await;
    for path in ["/mcp", "/mcp/"] {
        let refused = ask(&door.stranger(), path, "tools/list", &json!({})).await;
        let body = refused.of(401);
        assert_eq!(body["error"], "authorization_required", "without `detail` around it");
        assert_eq!(refused.header("www-authenticate"), "Bearer");
        for method in [Method::GET, Method::DELETE] {
            let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
            door.stranger().request(request).await.of(401);
        }
    }
    let wrong = door.stranger().header("authorization", "Bearer wrong");
    assert_eq!(ask(&wrong, "/mcp", "tools/list", &json!({})).await.of(401)["error"], "invalid_token");
}

#[tokio::test]
async fn a_call_has_what_the_key_was_granted() {
    let door = Door::open().await;
    let store = call("memory_store", &json!({"content": "a ferry"}));
    let refused = message(&ask(&door.reader(), "/mcp", "tools/call", &store).await);
    assert_eq!(refused["result"]["isError"], true, "{refused}");
    let stored = message(&ask(&door.writer(), "/mcp/", "tools/call", &store).await);
    assert_eq!(stored["result"]["isError"], false, "{stored}");
    let search = call("memory_search", &json!({"query": "ferry"}));
    let found = message(&ask(&door.reader(), "/mcp", "tools/call", &search).await);
    assert!(found.to_string().contains("a ferry"), "{found}");
}

#[tokio::test]
async fn those_who_show_nothing_are_served_where_that_was_decided() {
    let door = Door::anonymous(Capability::Read).await;
    let listed = message(&ask(&door.stranger(), "/mcp", "tools/list", &json!({})).await);
    assert!(listed["result"]["tools"].as_array().is_some_and(|tools| !tools.is_empty()), "{listed}");
    let store = call("memory_store", &json!({"content": "a ferry"}));
    let refused = message(&ask(&door.stranger(), "/mcp", "tools/call", &store).await);
    assert_eq!(refused["result"]["isError"], true, "{refused}");
}

#[tokio::test]
async fn other_methods_are_told_which_one_is_meant() {
    let door = Door::open().await;
    for method in [Method::GET, Method::DELETE, Method::PUT] {
        let request = Request::builder().method(method).uri("/mcp").body(Body::empty()).unwrap();
        let reply = door.reader().request(request).await;
        assert_eq!(reply.status, 405);
        assert!(reply.header("allow").contains("POST"), "{:?}", reply.headers);
    }
}

#[tokio::test]
async fn pages_of_other_places_do_not_reach_it() {
    let door = Door::anonymous(Capability::Write).await;
    let page = door.stranger().header("origin", "https://evil.example");
    assert_eq!(ask(&page, "/mcp", "tools/list", &json!({})).await.status, 403);
    let own = door.stranger().header("origin", "http://127.0.0.1:8000");
    assert_eq!(ask(&own, "/mcp", "tools/list", &json!({})).await.status, 200);
}

#[tokio::test]
async fn nothing_new_is_begun_when_the_server_ends() {
    let door = Door::open().await;
    assert_eq!(ask(&door.reader(), "/mcp", "tools/list", &json!({})).await.status, 200);
    door.app.end();
    // The service hears of it on a task of its own.
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    let refused = ask(&door.reader(), "/mcp", "tools/list", &json!({})).await;
    assert_eq!(refused.status, 503, "{}", refused.text());
}

/// The status of an answer of a door that serves this, to somebody with the key for reading or to nobody.
async fn status(door: &Door, surface: Surface, path: &str, key: Option<&str>) -> u16 {
    let mut request = Request::get(path).header("host", "127.0.0.1:8765");
    if let Some(key) = key {
        request = request.header("x-api-key", key);
    }
    let request = request.body(Body::empty()).unwrap();
    tower::ServiceExt::oneshot(router_of(&door.app, surface), request).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_door_for_mcp_alone_serves_nothing_else_and_knows_the_same_callers() {
    let door = Door::open().await;
    let key = Some(door.key(Capability::Read));
    for (surface, path, unknown, known) in [
        (Surface::Mcp, "/health", 200, 200),
        (Surface::Mcp, "/livez", 200, 200),
        (Surface::Mcp, "/mcp", 401, 405),
        (Surface::Mcp, "/api/memories", 404, 404),
        (Surface::Mcp, "/sse", 404, 404),
        (Surface::Sse, "/health", 200, 200),
        (Surface::Sse, "/readyz", 200, 200),
        (Surface::Sse, "/sse", 401, 200),
        (Surface::Sse, "/messages/", 405, 405),
        (Surface::Sse, "/mcp", 404, 404),
        (Surface::Sse, "/api/events", 404, 404),
        (Surface::Everything, "/sse", 404, 404),
        (Surface::Everything, "/health", 404, 404),
    ] {
        assert_eq!(status(&door, surface, path, None).await, unknown, "{surface:?} {path}");
        assert_eq!(status(&door, surface, path, key).await, known, "{surface:?} {path}");
    }
}

#[tokio::test]
async fn the_older_transport_names_an_address_under_the_path_of_the_proxy() {
    for root_path in ["", "/memory"] {
        let options = Options { root_path: root_path.to_owned(), ..Options::default() };
        let door = Door::with(options).await;
        let request = Request::get(format!("{root_path}/sse"))
            .header("host", "127.0.0.1:8765")
            .header("x-api-key", door.key(Capability::Read))
            .body(Body::empty());
        let router = router_of(&door.app, Surface::Sse);
        let answer = tower::ServiceExt::oneshot(router, request.unwrap()).await.unwrap();
        let first = answer.into_body().into_data_stream().next().await.unwrap().unwrap();
        let first = String::from_utf8_lossy(&first).into_owned();
        assert!(first.contains(&format!("data: {root_path}/messages/?session_id=")), "{first}");
    }
}
