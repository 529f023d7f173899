//! Both eras of the protocol, in any order.

use serde_json::{Value, json};

use super::{Client, meta, text};
use crate::tools::{Profile, TOOLS};

const LEGACY: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];
const MODERN: &str = "2026-07-28";

fn initialize(version: &str) -> Value {
    json!({"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}})
}

#[tokio::test]
async fn the_handshake_agrees_on_every_version_that_has_one() {
    for version in LEGACY {
        let mut client = Client::start();
        let result = client.result("initialize", initialize(version)).await;
        assert_eq!(result["protocolVersion"], version);
        assert_eq!(result["serverInfo"]["name"], "memory");
        assert_eq!(result["serverInfo"]["title"], "Memory");
        assert_eq!(result["serverInfo"]["version"], env!("CARGO_PKG_VERSION"));
        assert!(result["capabilities"]["tools"].is_object());
        assert!(result["instructions"].as_str().unwrap().len() < 400);
    }
}

#[tokio::test]
async fn the_handshake_answers_any_other_version_with_the_newest_that_has_one() {
    for version in ["2026-07-28", "2023-01-01", "9999-12-31", "x"] {
        let mut client = Client::start();
        let result = client.result("initialize", initialize(version)).await;
        assert_eq!(result["protocolVersion"], "2025-11-25", "{version}");
        // What follows is in the version agreed on, not in the one asked for.
        let listed = client.result("tools/list", json!({})).await;
        assert!(listed.get("resultType").is_none() && listed.get("ttlMs").is_none(), "{version}");
    }
}

#[tokio::test]
async fn after_the_handshake_tools_are_listed_and_called_without_any_notification() {
    for version in LEGACY {
        let mut client = Client::start();
        client.result("initialize", initialize(version)).await;
        let listed = client.result("tools/list", json!({})).await;
        let shown = TOOLS.iter().filter(|tool| tool.profile == Profile::Default);
        assert_eq!(listed["tools"].as_array().unwrap().len(), shown.count());
        let stored = client.call("memory_store", json!({"content": "port 5433"})).await;
        assert_eq!(stored["isError"], false);
        for result in [listed, stored] {
            for modern in ["resultType", "ttlMs", "cacheScope"] {
                assert!(result.get(modern).is_none(), "{modern} is not of {version}");
            }
        }
    }
}

#[tokio::test]
async fn requests_before_any_handshake_are_served() {
    let mut client = Client::start();
    client.send(json!({"jsonrpc": "2.0", "method": "notifications/initialized"})).await;
    assert_eq!(client.result("ping", json!({})).await, json!({}));
    let listed = client.result("tools/list", json!({})).await;
    assert_eq!(listed["tools"][0]["name"], "memory_store");
    assert!(text(&client.call("memory_health", json!({})).await).starts_with("Database Health"));
    // And the handshake can still follow, even twice.
    for version in ["2025-06-18", "2024-11-05"] {
        assert_eq!(client.result("initialize", initialize(version)).await["protocolVersion"], version);
    }
}

#[tokio::test]
async fn discovery_comes_first_and_says_which_versions_there_are() {
    let mut client = Client::start();
    let result = client.result("server/discover", json!({"_meta": meta(MODERN)})).await;
    assert_eq!(result["supportedVersions"].as_array().unwrap().last(), Some(&json!(MODERN)));
    assert_eq!(result["supportedVersions"].as_array().unwrap().len(), 5);
    assert_eq!(result["resultType"], "complete");
    assert_eq!(result["cacheScope"], "private");
    assert!(result["ttlMs"].as_u64().unwrap() > 0);
    assert!(result["capabilities"]["tools"].is_object());
    assert_eq!(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "memory");
    // A client that probed and then chose the handshake gets it.
    assert_eq!(client.result("initialize", initialize("2025-06-18")).await["protocolVersion"], "2025-06-18");
}

#[tokio::test]
async fn stateless_requests_are_answered_in_the_form_of_their_revision() {
    let mut client = Client::start();
    let listed = client.result("tools/list", json!({"_meta": meta(MODERN)})).await;
    assert_eq!((&listed["resultType"], &listed["cacheScope"]), (&json!("complete"), &json!("private")));
    assert!(listed["ttlMs"].as_u64().unwrap() > 0);
    let call = json!({"_meta": meta(MODERN), "name": "memory_store", "arguments": {"content": "port 5433"}});
    let stored = client.result("tools/call", call).await;
    assert_eq!(stored["resultType"], "complete");
    assert_eq!(stored["structuredContent"]["outcome"], "created");
    assert_eq!(client.error_code("ping", json!({"_meta": meta(MODERN)})).await, -32601);
}

#[tokio::test]
async fn both_eras_mix_on_one_stream_because_every_request_speaks_for_itself() {
    let mut client = Client::start();
    client.result("initialize", initialize("2025-11-25")).await;
    let modern = client.result("tools/list", json!({"_meta": meta(MODERN)})).await;
    let legacy = client.result("tools/list", json!({})).await;
    assert_eq!(modern["resultType"], "complete");
    assert!(legacy.get("resultType").is_none());
    assert_eq!(modern["tools"], legacy["tools"]);
}

#[tokio::test]
async fn a_version_that_is_not_served_is_refused_with_those_that_are() {
    let mut client = Client::start();
    for method in ["server/discover", "tools/list"] {
        let answer = client.request(method, json!({"_meta": meta("2030-01-01")})).await;
        assert_eq!(answer["error"]["code"], -32022, "{answer}");
        assert_eq!(answer["error"]["data"]["requested"], "2030-01-01");
        assert!(answer["error"]["data"]["supported"].as_array().unwrap().contains(&json!(MODERN)));
    }
}

#[tokio::test]
async fn incomplete_metadata_is_refused() {
    let mut client = Client::start();
    let version = "io.modelcontextprotocol/protocolVersion";
    let capabilities = "io.modelcontextprotocol/clientCapabilities";
    for meta in [json!({version: MODERN}), json!({capabilities: {}}), json!({version: 5, capabilities: {}})] {
        for method in ["server/discover", "tools/list", "tools/call"] {
            let params = json!({"_meta": meta, "name": "memory_health", "arguments": {}});
            assert_eq!(client.error_code(method, params).await, -32602, "{method} {meta}");
        }
    }
    assert_eq!(client.error_code("server/discover", json!({})).await, -32602);
    // Metadata of the handshake era is no sign of the other.
    client.result("tools/list", json!({"_meta": {"progressToken": 1}})).await;
}

#[tokio::test]
async fn unknown_methods_and_wrong_parameters_have_their_own_codes() {
    let mut client = Client::start();
    for method in ["nothing", "prompts/List", "resources/subscribe", "logging/setLevel", "tools/Call", ""] {
        assert_eq!(client.error_code(method, json!({})).await, -32601, "{method}");
    }
    let wrong = [("tools/call", json!({})), ("tools/call", json!({"name": 5})), ("initialize", json!({}))];
    for (method, params) in wrong {
        assert_eq!(client.error_code(method, params).await, -32602, "{method}");
    }
    // The stateless revision has no handshake.
    assert_eq!(client.error_code("initialize", json!({"_meta": meta(MODERN)})).await, -32601);
    let arguments = json!({"name": "memory_health", "arguments": "{}"});
    assert_eq!(client.error_code("tools/call", arguments).await, -32602);
    assert_eq!(client.error_code("tools/list", json!({"cursor": "x"})).await, -32602);
    let answer = client.request("tools/call", json!({"name": "memory_health", "arguments": null})).await;
    assert_eq!(answer["result"]["isError"], false);
}
