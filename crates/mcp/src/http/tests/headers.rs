//! Headers that say again what is in the body.

use base64_of as encoded;
use http::StatusCode;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{MODERN, Site, With, legacy, modern, modern_call, post};

const MISMATCH: i64 = -32020;

/// Text as a header has it that could not carry it otherwise (RFC 4648, section 4).
fn base64_of(text: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, at| bits << 8 | u32::from(chunk.get(at).copied().unwrap_or(0)));
        for digit in 0..4 {
            let index = (bits >> (18 - 6 * digit)) & 63;
            encoded.push(if digit <= chunk.len() { char::from(ALPHABET[index as usize]) } else { '=' });
        }
    }
    format!("=?base64?{encoded}?=")
}

async fn code(site: &Site, request: http::Request<http_body_util::Full<bytes::Bytes>>) -> (u16, Value) {
    let (status, mut answer) = site.ask(request).await;
    (status.as_u16(), answer["error"]["code"].take())
}

#[tokio::test]
async fn what_the_headers_say_is_what_the_body_says() {
    let site = Site::start();
    let call = || modern_call("memory_health", json!({}));
    let read = || modern("resources/read", json!({"uri": "memory://stats"}));
    let prompt = || modern("prompts/get", json!({"name": "memory_review"}));
    for request in [
        call(),
        read(),
        prompt(),
        call().with("mcp-name", &encoded("memory_health")),
        read().with("mcp-name", &encoded("memory://stats")),
    ] {
        assert_eq!(site.send(request).await.status(), StatusCode::OK);
    }
    for (wrong, request) in [
        ("no version", call().without("mcp-protocol-version")),
        ("another version", call().with("mcp-protocol-version", "2025-11-25")),
        ("a version twice", call().and("mcp-protocol-version", MODERN)),
        ("no method", call().without("mcp-method")),
        ("another method", call().with("mcp-method", "tools/list")),
        ("a method in another case", call().with("mcp-method", "Tools/Call")),
        ("a method twice", call().and("mcp-method", "tools/call")),
        ("no name", call().without("mcp-name")),
        ("another name", call().with("mcp-name", "memory_store")),
        ("a name twice", call().and("mcp-name", "memory_store")),
        ("another name in the other form", call().with("mcp-name", &encoded("memory_store"))),
        ("a name that is not in that form", call().with("mcp-name", "=?base64?%%%?=")),
        ("no address", read().without("mcp-name")),
        ("another address", read().with("mcp-name", "memory://tags")),
        ("no prompt", prompt().without("mcp-name")),
        ("no method of a list", modern("tools/list", json!({})).without("mcp-method")),
        ("no version of a discovery", modern("server/discover", json!({})).without("mcp-protocol-version")),
    ] {
        assert_eq!(code(&site, request).await, (400, json!(MISMATCH)), "{wrong}");
    }
}

#[tokio::test]
async fn a_refused_request_is_answered_by_its_id_and_does_nothing() {
    let site = Site::start();
    let store = modern_call("memory_store", json!({"content": "a"})).and("mcp-name", "memory_health");
    let (_, answer) = site.ask(store).await;
    assert_eq!(answer["id"], 1);
    assert!(answer["error"]["message"].as_str().unwrap().contains("Mcp-Name"), "{answer}");
    assert_eq!(site.call("memory_list", json!({})).await["structuredContent"]["total"], 0);
}

#[tokio::test]
async fn before_the_stateless_revision_no_header_is_needed() {
    let site = Site::start();
    for request in [
        legacy("tools/list", json!({})).without("mcp-protocol-version"),
        legacy("tools/list", json!({})).with("mcp-method", "something/else"),
        post(&json!({"jsonrpc": "2.0", "id": "x", "method": "ping"})),
    ] {
        assert_eq!(site.send(request).await.status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn what_is_stored_may_be_in_any_script() {
    let site = Site::start();
    let stored = site.call("memory_store", json!({"content": "カフェ ☕ Grüße", "tags": ["тег"]})).await;
    assert_eq!(stored["structuredContent"]["outcome"], "created");
    let (status, read) = site
        .ask(
            modern("resources/read", json!({"uri": "memory://tag/x"}))
                .with("mcp-name", &encoded("memory://tag/x")),
        )
        .await;
    assert_eq!(status, StatusCode::OK, "{read}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_name_survives_its_header(name in "\\PC{1,40}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let site = Site::start();
            let body = json!({"name": name, "arguments": {}, "_meta": crate::server::tests::meta(MODERN)});
            let request = |named: &str| {
                post(&super::message("tools/call", &body))
                    .with("mcp-protocol-version", MODERN)
                    .with("mcp-method", "tools/call")
                    .with("mcp-name", &encoded(named))
            };
            // It gets to the tools, which know none of that name.
            let (status, answer) = site.ask(request(&name)).await;
            assert_eq!((status, &answer["error"]["code"]), (StatusCode::OK, &json!(-32602)), "{answer}");
            assert_eq!(code(&site, request(&format!("{name}x"))).await, (400, json!(MISMATCH)));
        });
    }
}
