//! Both eras at one address.

use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use super::{
    MODERN, Site, With, bytes, in_json, legacy, legacy_call, message, modern, modern_call, names, post,
};
use crate::server::tests::{meta, text};

const LEGACY: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

fn handshake(version: &str) -> Value {
    json!({"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}})
}

#[tokio::test]
async fn the_handshake_agrees_on_every_version_that_has_one_and_begins_no_session() {
    let site = Site::start();
    for version in LEGACY {
        // Before a version is agreed on, nothing is said of one in the headers.
        let answer = site.send(post(&message("initialize", &handshake(version)))).await;
        assert!(!answer.headers().contains_key("mcp-session-id"));
        let (status, answer) = in_json(answer).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(answer["result"]["protocolVersion"], version);
        assert_eq!(answer["result"]["serverInfo"]["name"], "memory");
        // There is no stream on which a change could be told.
        assert_eq!(answer["result"]["capabilities"]["resources"], json!({}));
        let initialized = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        let accepted = site.send(post(&initialized).with("mcp-protocol-version", version)).await;
        assert_eq!(accepted.status(), StatusCode::ACCEPTED);
        assert!(bytes(accepted).await.is_empty());
        let (_, listed) =
            site.ask(post(&message("tools/list", &json!({}))).with("mcp-protocol-version", version)).await;
        assert_eq!(names(&listed)[0], "memory_store");
        for modern in ["resultType", "ttlMs", "cacheScope"] {
            assert!(listed["result"].get(modern).is_none(), "{modern} is not of {version}");
        }
    }
    for version in [MODERN, "2030-01-01", "x"] {
        let request = post(&message("initialize", &handshake(version))).with("mcp-protocol-version", version);
        let (status, answer) = site.ask(request).await;
        assert_eq!(
            (status, &answer["result"]["protocolVersion"]),
            (StatusCode::OK, &json!("2025-11-25")),
            "{version}"
        );
    }
}

#[tokio::test]
async fn a_client_with_a_handshake_lists_stores_and_searches() {
    let site = Site::start();
    let (_, stored) =
        site.ask(legacy_call("memory_store", json!({"content": "staging is on port 5433"}))).await;
    assert_eq!(stored["result"]["structuredContent"]["outcome"], "created", "{stored}");
    let (_, found) = site.ask(legacy_call("memory_search", json!({"query": "port"}))).await;
    assert!(text(&found["result"]).contains("5433"));
    let (_, read) = site.ask(legacy("resources/read", json!({"uri": "memory://stats"}))).await;
    assert!(read["result"]["contents"][0]["text"].is_string(), "{read}");
}

#[tokio::test]
async fn errors_of_the_handshake_era_are_answered_with_status_200() {
    let site = Site::start();
    for (method, params, code) in [
        ("nothing", json!({}), -32601),
        ("tools/call", json!({}), -32602),
        ("resources/read", json!({"uri": "memory://memory/0000000000"}), -32002),
        ("tools/list", json!({"cursor": "x"}), -32602),
        ("subscriptions/listen", json!({"notifications": {}}), -32601),
    ] {
        let (status, answer) = site.ask(legacy(method, params)).await;
        assert_eq!((status, &answer["error"]["code"]), (StatusCode::OK, &json!(code)), "{method} {answer}");
    }
}

#[tokio::test]
async fn simple_programs_that_accept_anything_or_say_nothing_are_answered_in_json() {
    let site = Site::start();
    site.call("memory_store", json!({"content": "staging is on port 5433"})).await;
    let call = json!({"name": "retrieve_memory", "arguments": {"query": "port", "n_results": 3}, "_meta": {"progressToken": 1}});
    let call = message("tools/call", &call);
    for accept in [
        None,
        Some("application/json"),
        Some("*/*"),
        Some("application/*"),
        Some("text/html"),
        Some("application/json, text/event-stream;q=0"),
    ] {
        let request = post(&call).without("accept");
        let request = match accept {
            Some(accept) => request.with("accept", accept),
            None => request,
        };
        let (status, answer) = site.ask(request).await;
        assert_eq!(status, StatusCode::OK);
        assert!(text(&answer["result"]).contains("5433"), "{accept:?} {answer}");
    }
}

#[tokio::test]
async fn the_stateless_revision_needs_no_handshake() {
    let site = Site::start();
    let (status, discovered) = site.ask(modern("server/discover", json!({}))).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(discovered["result"]["supportedVersions"].as_array().unwrap().last(), Some(&json!(MODERN)));
    assert_eq!(discovered["result"]["capabilities"]["resources"], json!({"listChanged": true}));
    let stored = site.call("memory_store", json!({"content": "staging is on port 5433"})).await;
    assert_eq!(
        (&stored["resultType"], &stored["structuredContent"]["outcome"]),
        (&json!("complete"), &json!("created"))
    );
    for (method, params) in [
        ("tools/list", json!({})),
        ("prompts/list", json!({})),
        ("resources/list", json!({})),
        ("resources/templates/list", json!({})),
        ("resources/read", json!({"uri": "memory://stats"})),
    ] {
        let (_, answer) = site.ask(modern(method, params)).await;
        let result = &answer["result"];
        // What somebody remembers is for nobody else.
        assert_eq!(
            (&result["resultType"], &result["cacheScope"]),
            (&json!("complete"), &json!("private")),
            "{method} {answer}"
        );
        assert!(result["ttlMs"].is_u64(), "{method}");
    }
}

#[tokio::test]
async fn failures_of_the_stateless_revision_have_their_status_and_code() {
    let site = Site::start();
    let mut without_capabilities = meta(MODERN);
    without_capabilities.as_object_mut().unwrap().remove("io.modelcontextprotocol/clientCapabilities");
    let incomplete = message("tools/list", &json!({"_meta": without_capabilities}));
    let incomplete = post(&incomplete).with("mcp-protocol-version", MODERN).with("mcp-method", "tools/list");
    let future = message("tools/list", &json!({"_meta": meta("2030-01-01")}));
    let future = post(&future).with("mcp-protocol-version", "2030-01-01").with("mcp-method", "tools/list");
    for (request, status, code) in [
        (modern("nothing", json!({})), 404, -32601),
        (modern("ping", json!({})), 404, -32601),
        (modern("initialize", json!({})), 404, -32601),
        (modern("resources/subscribe", json!({"uri": "memory://stats"})), 404, -32601),
        (modern("tools/call", json!({"name": 5})), 200, -32602),
        (modern("resources/read", json!({"uri": "memory://memory/0000000000"})), 200, -32602),
        (incomplete, 400, -32602),
        (future, 400, -32022),
        (legacy("tools/list", json!({})).with("mcp-protocol-version", "2030-01-01"), 400, -32022),
        (legacy("tools/list", json!({})).with("mcp-protocol-version", "nonsense"), 400, -32022),
        (
            legacy("tools/list", json!({}))
                .with("mcp-protocol-version", MODERN)
                .with("mcp-method", "tools/list"),
            400,
            -32602,
        ),
    ] {
        let sent = format!("{:?} {:?}", request.headers(), request.body());
        let (got, answer) = site.ask(request).await;
        assert_eq!((got.as_u16(), &answer["error"]["code"]), (status, &json!(code)), "{sent} {answer}");
        if code == -32022 {
            assert!(
                answer["error"]["data"]["supported"].as_array().unwrap().contains(&json!(MODERN)),
                "{answer}"
            );
            assert!(answer["error"]["data"]["requested"].is_string(), "{answer}");
        }
    }
}

#[tokio::test]
async fn there_is_nothing_to_get_or_delete() {
    let site = Site::start();
    for method in [Method::GET, Method::DELETE, Method::PUT, Method::HEAD, Method::OPTIONS] {
        for version in [None, Some("2025-11-25"), Some(MODERN)] {
            let mut request: Request<_> =
                post(&json!({})).with("mcp-session-id", "guessed").with("last-event-id", "1");
            *request.method_mut() = method.clone();
            let request = match version {
                Some(version) => request.with("mcp-protocol-version", version),
                None => request,
            };
            let answer = site.send(request).await;
            assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{method}");
            assert_eq!(answer.headers()["allow"], "POST");
        }
    }
}

#[tokio::test]
async fn a9_identifiers_of_sessions_mean_nothing() {
    let site = Site::start();
    for request in [legacy("ping", json!({})), modern_call("memory_health", json!({}))] {
        let answer =
            site.send(request.with("mcp-session-id", "somebody-elses").with("last-event-id", "7")).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert!(!answer.headers().contains_key("mcp-session-id"));
    }
}

#[tokio::test]
async fn what_is_never_answered_is_accepted_and_has_no_body() {
    let site = Site::start();
    for body in [
        json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}),
        json!({"jsonrpc": "2.0", "method": "notifications/unheard-of"}),
        json!({"jsonrpc": "2.0", "method": "tools/call", "params": {"name": "memory_store", "arguments": {"content": "a"}}}),
        json!({"jsonrpc": "2.0", "id": 1, "result": {}}),
        json!({"jsonrpc": "2.0", "id": 1, "error": {"code": 1, "message": "no"}}),
    ] {
        for accept in ["application/json, text/event-stream", "*/*"] {
            let answer = site.send(post(&body).with("accept", accept)).await;
            assert_eq!(answer.status(), StatusCode::ACCEPTED, "{body}");
            assert!(bytes(answer).await.is_empty(), "{body}");
        }
    }
    assert_eq!(site.call("memory_list", json!({})).await["structuredContent"]["total"], 0);
}
