//! What went wrong in the original, each by its number.

use axum::body::{Body, to_bytes};
use axum::http::Request;
use engine::Capability;
use serde_json::json;

use super::credentials::{Keyring, Shown};
use super::table::{SURFACES, rows};
use super::tools::{Era, call};
use crate::fixture::Door;
use crate::{Options, Surface};

#[tokio::test]
async fn cve_2026_49291_a_key_for_reading_changes_nothing_through_mcp() {
    let ring = Keyring::of(Surface::Everything, None, false).await;
    let stored =
        ring.door.writer().post("/api/memories", json!({"content": "a ferry", "tags": ["keep"]})).await;
    let path = format!("/api/memories/{}", stored.of(200)["content_hash"].as_str().unwrap());
    let before = ring.door.reader().get(&path).await.of(200);
    let mut tried = 0;
    for tool in mcp::tools::all().filter(|tool| tool.capability > Capability::Read) {
        for era in [Era::Stateless, Era::Handshake] {
            let params = json!({"name": tool.name, "arguments": tool.example()});
            let (_, told) = call(&ring, Shown::Key(Capability::Read), era, "tools/call", params).await;
            assert_eq!(told["result"]["isError"], true, "{}: {told}", tool.name);
            tried += 1;
        }
    }
    assert!(tried >= 12, "{tried}");
    assert_eq!(ring.door.reader().get(&path).await.of(200), before);
    assert_eq!(ring.door.reader().get("/api/memories").await.of(200)["total"], 1);
}

#[tokio::test]
async fn cve_2026_33010_no_page_of_another_place_may_read_unless_that_was_chosen() {
    for surface in SURFACES {
        for anonymous in [None, Some(Capability::Write)] {
            let ring = Keyring::of(surface, anonymous, false).await;
            for row in rows(surface) {
                for method in [row.method.clone(), axum::http::Method::OPTIONS] {
                    let request = Request::builder()
                        .method(method.clone())
                        .uri(row.place())
                        .header("origin", "https://evil.example")
                        .header("access-control-request-method", row.method.as_str())
                        .body(Body::empty());
                    let answer = ring.send(request.unwrap()).await;
                    assert_eq!(answer.status(), 403, "{method} {}", row.path);
                    let names = answer.headers().keys().map(|name| name.as_str());
                    let told: Vec<_> = names.filter(|name| name.starts_with("access-control-")).collect();
                    assert!(told.is_empty(), "{method} {}: {told:?}", row.path);
                }
            }
        }
    }
}

#[tokio::test]
async fn cve_2026_33010_credentials_are_never_allowed_to_pages_of_other_places() {
    let options = Options { cors_origins: vec!["https://app.example".to_owned()], ..Options::default() };
    let door = Door::with(options).await;
    let page = door.reader().header("origin", "https://app.example");
    let reply = page.get("/api/memories").await;
    reply.of(200);
    assert_eq!(reply.header("access-control-allow-origin"), "https://app.example");
    assert_eq!(reply.header("access-control-allow-credentials"), "");
    assert!(reply.header("vary").to_lowercase().contains("origin"), "{:?}", reply.headers);
}

#[tokio::test]
async fn cve_2026_33010_what_is_open_to_everybody_is_not_open_to_their_browsers() {
    let ring = Keyring::of(Surface::Everything, Some(Capability::Write), false).await;
    for row in rows(Surface::Everything).into_iter().filter(|row| !row.method.is_safe()) {
        for site in ["cross-site", "same-site"] {
            let request = Request::builder()
                .method(row.method.clone())
                .uri(row.place())
                .header("sec-fetch-site", site)
                .header("content-type", "text/plain")
                .body(Body::from("{}"));
            let answer = ring.send(request.unwrap()).await;
            assert_eq!(answer.status(), 403, "{} {} from {site}", row.method, row.path);
        }
    }
}

#[tokio::test]
async fn cve_2026_29787_health_says_nothing_to_whoever_asks() {
    for (surface, path, expected) in [
        (Surface::Everything, "/api/health", r#"{"status":"healthy"}"#),
        (Surface::Everything, "/livez", r#"{"status":"alive"}"#),
        (Surface::Everything, "/readyz", r#"{"status":"ready"}"#),
        (Surface::Mcp, "/health", r#"{"status":"ok"}"#),
        (Surface::Sse, "/health", r#"{"status":"ok"}"#),
    ] {
        let ring = Keyring::of(surface, None, false).await;
        let answer = ring.send(Request::get(path).body(Body::empty()).unwrap()).await;
        for name in ["server", "x-powered-by", "via"] {
            assert!(!answer.headers().contains_key(name), "{path}: {name}");
        }
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&body), expected, "{path}");
    }
    let door = Door::open().await;
    for path in ["/api/health/detailed", "/api/health/model", "/api/health/sync-status", "/api/server/status"]
    {
        door.stranger().get(path).await.of(401);
    }
}

/// memmy #468: whoever reached the port, a page of any place among them, could end the process. What ends a server is a signal.
#[test]
fn memmy_468_no_route_ends_the_server() {
    for surface in SURFACES {
        for row in rows(surface) {
            let words = ["shutdown", "stop", "exit", "quit", "restart", "kill"];
            assert!(!words.iter().any(|word| row.path.contains(word)), "{}", row.path);
        }
    }
}
