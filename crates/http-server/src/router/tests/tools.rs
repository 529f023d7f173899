//! Every tool, times every credential.

use axum::body::{Body, to_bytes};
use axum::http::Request;
use engine::Capability;
use serde_json::{Value, json};

use super::credentials::{Keyring, MODES, Shown, all_shown};
use crate::Surface;

const ADD: Capability = Capability::Add;
const READ: Capability = Capability::Read;
const WRITE: Capability = Capability::Write;

/// Every tool, and what its caller must have been granted.
const TOOLS: [(&str, Capability); 33] = [
    ("memory_store", ADD),
    ("memory_store_session", ADD),
    ("memory_search", READ),
    ("memory_list", READ),
    ("memory_get", READ),
    ("memory_detail", READ),
    ("memory_history", READ),
    ("memory_stats", READ),
    ("memory_health", READ),
    ("memory_update", WRITE),
    ("memory_delete", WRITE),
    ("memory_cleanup", WRITE),
    ("search", READ),
    ("fetch", READ),
    ("store_memory", ADD),
    ("retrieve_memory", READ),
    ("recall_memory", READ),
    ("recall_by_timeframe", READ),
    ("search_by_tag", READ),
    ("list_memories", READ),
    ("retrieve_with_quality_boost", READ),
    ("exact_match_retrieve", READ),
    ("debug_retrieve", READ),
    ("delete_memory", WRITE),
    ("delete_by_tag", WRITE),
    ("delete_by_tags", WRITE),
    ("delete_by_all_tags", WRITE),
    ("delete_by_timeframe", WRITE),
    ("delete_before_date", WRITE),
    ("check_database_health", READ),
    ("get_cache_stats", READ),
    ("update_memory_metadata", WRITE),
    ("cleanup_duplicates", WRITE),
];

/// How a client of each era calls.
#[derive(Debug, Clone, Copy)]
pub(super) enum Era {
    Stateless,
    Handshake,
}

/// Calls a method of MCP; the status, and the message when there is one.
pub(super) async fn call(
    ring: &Keyring,
    shown: Shown,
    era: Era,
    method: &str,
    mut params: Value,
) -> (u16, Value) {
    let mut request = Request::post("/mcp")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream");
    match era {
        Era::Handshake => request = request.header("mcp-protocol-version", "2025-06-18"),
        Era::Stateless => {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": {"name": "matrix", "version": "1"},
                "io.modelcontextprotocol/clientCapabilities": {},
            });
            request = request.header("mcp-protocol-version", "2026-07-28").header("mcp-method", method);
            if let Some(name) = params["name"].as_str() {
                request = request.header("mcp-name", name);
            }
        }
    }
    if let Some(text) = ring.text(shown) {
        request = request.header("authorization", format!("Bearer {text}"));
    }
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    let response = ring.send(request.body(Body::from(body.to_string())).unwrap()).await;
    let status = response.status().as_u16();
    let text = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let text = String::from_utf8_lossy(&text);
    let data = text.lines().find_map(|line| line.strip_prefix("data: ").filter(|data| data.starts_with('{')));
    (status, serde_json::from_str(data.unwrap_or(&text)).unwrap_or_default())
}

/// What somebody who shows this was granted.
fn granted(shown: Shown, anonymous: Option<Capability>) -> Option<Capability> {
    match shown {
        Shown::Nothing => anonymous,
        Shown::Garbage | Shown::Expired | Shown::Revoked => None,
        Shown::Key(capability) | Shown::Guest(capability) => Some(capability),
        Shown::OwnersKey => Some(Capability::Admin),
    }
}

#[test]
fn every_tool_has_a_row_and_every_row_a_tool() {
    let mut declared: Vec<_> = mcp::tools::all().map(|tool| (tool.name, tool.capability)).collect();
    let mut expected = TOOLS.to_vec();
    declared.sort_unstable();
    expected.sort_unstable();
    assert_eq!(declared, expected);
}

#[tokio::test]
async fn every_tool_answers_every_credential_as_the_table_says() {
    for anonymous in MODES {
        let ring = Keyring::of(Surface::Everything, anonymous, false).await;
        for (name, needed) in TOOLS {
            let arguments = mcp::tools::find(name).unwrap().example();
            for shown in all_shown() {
                for era in [Era::Stateless, Era::Handshake] {
                    let params = json!({"name": name, "arguments": arguments});
                    let (status, message) = call(&ring, shown, era, "tools/call", params).await;
                    let case = format!("{name} {shown:?} {era:?} {anonymous:?}: {status} {message}");
                    let Some(granted) = granted(shown, anonymous) else {
                        assert_eq!(status, 401, "{case}");
                        continue;
                    };
                    assert_eq!(status, 200, "{case}");
                    let text =
                        message["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{case}"));
                    let refused = text.contains("insufficient_scope");
                    assert_eq!(refused, granted < needed, "{case}");
                    assert!(!refused || message["result"]["isError"] == true, "{case}");
                }
            }
        }
    }
}

#[tokio::test]
async fn nobody_is_shown_a_tool_that_they_may_not_call() {
    for anonymous in MODES {
        let ring = Keyring::of(Surface::Everything, anonymous, false).await;
        for shown in all_shown() {
            let (status, message) = call(&ring, shown, Era::Handshake, "tools/list", json!({})).await;
            let Some(granted) = granted(shown, anonymous) else {
                assert_eq!(status, 401);
                continue;
            };
            let tools = message["result"]["tools"].as_array().unwrap();
            assert!(!tools.is_empty());
            for tool in tools {
                let needed = TOOLS.iter().find(|(name, _)| tool["name"] == *name).unwrap().1;
                assert!(needed <= granted, "{shown:?} is shown {tool}");
            }
        }
    }
}
