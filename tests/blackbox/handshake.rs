//! Both eras of the protocol: discovery, handshake, the list of tools.

use serde_json::{Value, json};

use crate::harness::server::MODERN;
use crate::harness::{Era, Home, Server};

/// The revisions that begin with `initialize`, oldest first.
pub(crate) const HANDSHAKES: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

fn tool_names(server: &mut Server) -> Vec<String> {
    let answer = server.request("tools/list", json!({}));
    let tools = answer["result"]["tools"].as_array().unwrap_or_else(|| panic!("{answer}")).clone();
    tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_older_revision_is_spoken_as_the_client_asks_for_it() {
    for version in HANDSHAKES {
        let home = Home::new();
        let mut server = home.server_of(Era::Handshake(version));
        let hash = server.store("The harbour master keeps a spare key in the blue tin.");
        assert_eq!(server.search("spare key of the harbour master", 3), [hash]);
        server.close();
    }
}

#[test]
fn an_unknown_revision_is_answered_with_one_that_the_server_speaks() {
    let home = Home::new();
    let mut server = Server::start_silent(home.command(&["server"]), Era::Handshake("2025-11-25"));
    let answer = server.initialize("1999-01-01");
    let version = answer["result"]["protocolVersion"].as_str().unwrap_or_else(|| panic!("{answer}"));
    assert!(HANDSHAKES.contains(&version), "{version}");
    server.store("The handshake was settled.");
    server.close();
}

#[test]
fn discovery_names_the_newest_revision_and_no_handshake_is_needed() {
    let home = Home::new();
    let mut server = home.server();
    let answer = server.request("server/discover", json!({}));
    let versions = answer["result"]["supportedVersions"].as_array().unwrap_or_else(|| panic!("{answer}"));
    assert!(versions.contains(&json!(MODERN)), "{answer}");
    assert!(answer["result"]["capabilities"]["tools"].is_object(), "{answer}");
    server.close();
}

#[test]
fn the_newest_revision_marks_its_results_and_forbids_sharing_them() {
    let home = Home::new();
    let mut server = home.server();
    let list = server.request("tools/list", json!({}))["result"].clone();
    assert_eq!(list["resultType"], "complete", "{list}");
    assert!(list["ttlMs"].is_u64(), "{list}");
    assert!(list["cacheScope"].is_string(), "{list}");
    let call = server.request("tools/call", json!({"name": "memory_health", "arguments": {}}));
    assert_eq!(call["result"]["resultType"], "complete", "{call}");
    server.close();
}

#[test]
fn a_revision_from_the_future_is_refused_with_the_ones_that_are_spoken() {
    let home = Home::new();
    let mut server = home.server();
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2099-01-01",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let answer = server.request_bare("tools/list", json!({"_meta": meta}));
    assert_eq!(answer["error"]["code"], -32022, "{answer}");
    let supported = answer["error"]["data"]["supported"].as_array().unwrap_or_else(|| panic!("{answer}"));
    assert!(supported.contains(&json!(MODERN)), "{answer}");
    server.close();
}

#[test]
fn handshake_and_tools_are_answered_although_the_database_cannot_be_opened() {
    // A directory stands where the file should be: whoever needs the database fails.
    let home = Home::new();
    std::fs::create_dir_all(home.database()).unwrap();
    for era in [Era::Modern, Era::Handshake("2025-06-18")] {
        let mut server = home.server_of(era);
        assert_eq!(tool_names(&mut server).len(), 8);
        let health = server.call("memory_health", json!({}));
        assert_eq!(health.structured["status"], "unavailable", "{health:?}");
        let refused = server.call("memory_store", json!({"content": "nowhere to go"}));
        assert!(refused.is_error && refused.text.contains("director"), "{refused:?}");
        server.close();
    }
    assert!(std::fs::read_dir(home.database()).unwrap().next().is_none(), "something was put there");
}

#[test]
fn the_tools_are_the_same_in_both_eras_and_described_for_every_client() {
    let home = Home::new();
    let mut modern = home.server();
    let mut older = home.server_of(Era::Handshake("2024-11-05"));
    let names = tool_names(&mut modern);
    assert_eq!(names, tool_names(&mut older));
    let expected = [
        "memory_store",
        "memory_store_session",
        "memory_search",
        "memory_get",
        "memory_list",
        "memory_update",
        "memory_delete",
        "memory_health",
    ];
    assert_eq!(names, expected);
    let list = modern.request("tools/list", json!({}));
    for tool in list["result"]["tools"].as_array().unwrap() {
        assert!(tool["title"].is_string() && tool["description"].is_string(), "{tool}");
        let hints = &tool["annotations"];
        assert!(hints["readOnlyHint"].is_boolean() && hints["destructiveHint"].is_boolean(), "{tool}");
        assert_is_plain(&tool["inputSchema"]);
    }
    modern.close();
    older.close();
}

/// The subset of JSON Schema that every client accepts: an object, each property with one type and a description.
fn assert_is_plain(schema: &Value) {
    assert_eq!(schema["type"], "object", "{schema}");
    for (name, property) in schema["properties"].as_object().unwrap_or_else(|| panic!("{schema}")) {
        assert!(property["type"].is_string() && property["description"].is_string(), "{name}: {property}");
        if property["type"] == "array" {
            assert!(property["items"]["type"].is_string(), "{name}: {property}");
        }
    }
    let text = schema.to_string();
    for word in ["anyOf", "oneOf", "allOf", "$ref", "patternProperties"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
}
