//! The official clients list and call every tool, read every resource, get every prompt, and complete arguments: in the
//! newest revision and with a handshake. They check what they are told against the protocol and each answer of a tool
//! against the schema that was declared for it.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::harness::server::MODERN;
use crate::harness::tour::{self, by_bridge, over_http, over_stdio, walk};
use crate::harness::{Home, node, python};

/// A home whose servers list every tool, those of older releases too. One memory is linked to an entity, as the original
/// links them; this program finds no entities by itself.
pub(crate) fn home() -> Home {
    let home = Home::new().set("MCP_MEMORY_TOOL_PROFILE", "legacy");
    home.succeed(&["store", "The keys of the archive lie in the second drawer"]);
    let database = home.look_inside();
    let linked = database.connection().execute(
        "INSERT INTO memory_graph (source_hash, target_hash, similarity, connection_types, metadata, created_at,
                relationship_type)
            SELECT content_hash, 'Keeper of the Archive', 1.0, '[\"entity\"]', '{}', created_at, 'has_entity' FROM memories",
        [],
    );
    assert_eq!(linked.unwrap(), 1);
    home
}

#[test]
fn the_typescript_client_uses_everything_in_the_newest_revision() {
    let report = walk(over_stdio(&home()), node::script("tour.mjs"), ("version", Value::Null));
    assert_eq!(report.version, MODERN);
    report.assert_complete();
}

#[test]
fn the_typescript_client_uses_everything_with_a_handshake() {
    for version in ["2025-11-25", "2025-06-18"] {
        let report = walk(over_stdio(&home()), node::script("tour.mjs"), ("version", version.into()));
        assert_eq!(report.version, version);
        report.assert_complete();
    }
}

#[test]
fn the_python_client_uses_everything_in_both_eras() {
    for (mode, version) in [("auto", MODERN), ("legacy", "2025-11-25")] {
        let report = walk(over_stdio(&home()), python_client(), ("mode", mode.into()));
        assert_eq!(report.version, version);
        report.assert_complete();
    }
}

#[test]
fn the_typescript_client_uses_everything_over_http_in_both_eras() {
    for (asked, version) in [(Value::Null, MODERN), ("2025-11-25".into(), "2025-11-25")] {
        let home = home();
        let bearer = format!("Bearer {}", home.api_key("admin"));
        let server = home.http_server();
        let way = over_http(&format!("{}/mcp", server.url()), "streamable", ("Authorization", &bearer));
        let report = walk(way, node::script("tour.mjs"), ("version", asked));
        assert_eq!(report.version, version);
        report.assert_complete();
        server.stop();
    }
}

#[test]
fn the_python_client_uses_everything_over_http_in_both_eras() {
    for (path, mode, version) in [("/mcp", "auto", MODERN), ("/mcp/", "legacy", "2025-11-25")] {
        let home = home();
        let key = home.api_key("admin");
        let server = home.http_server_with(&["--streamable-http", "--sse-port", "0"]);
        let way = over_http(&format!("{}{path}", server.url()), "streamable", ("X-API-Key", &key));
        let report = walk(way, python_client(), ("mode", mode.into()));
        assert_eq!(report.version, version);
        report.assert_complete();
        server.stop();
    }
}

#[test]
fn the_python_client_uses_everything_over_the_deprecated_transport() {
    let home = home();
    let key = home.api_key("admin");
    let server = home.http_server_with(&["--sse", "--sse-port", "0"]);
    let way = over_http(&format!("{}/sse", server.url()), "sse", ("X-API-Key", &key));
    let report = walk(way, python_client(), ("mode", "legacy".into()));
    assert_eq!(report.version, "2025-11-25");
    report.assert_complete();
    server.stop();
}

#[test]
fn mcp_remote_takes_a_client_that_knows_stdio_alone_to_a_server_over_http() {
    let home = home();
    let key = home.api_key("admin");
    let bearer = format!("Bearer {key}");
    let server = home.http_server();
    let way = |header: (&str, &str)| by_bridge(&home, &format!("{}/mcp", server.url()), header);
    let report = walk(way(("X-API-Key", &key)), python_client(), ("mode", "legacy".into()));
    assert_eq!(report.version, "2025-11-25");
    report.assert_complete();
    let report = walk(way(("Authorization", &bearer)), node::script("tour.mjs"), ("version", Value::Null));
    assert_eq!(report.version, MODERN);
    report.assert_complete();
    server.stop();
}

fn python_client() -> Command {
    let mut client = Command::new(python::interpreter());
    client.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("python/tour.py"));
    client
}

#[test]
fn the_inspector_lists_everything_and_finds_no_fault_with_the_schemas() {
    let home = home();
    let rows = tour::rows();
    // In strict mode it fails when a schema is one that some clients cannot read.
    let listed = node::inspect(&home, "modern", &["--method", "tools/list", "--strict"]);
    let tools = names(&listed["tools"], "name");
    for row in ["stores", "calls"].iter().flat_map(|part| rows[part].as_array().unwrap()) {
        assert!(tools.contains(&row[0].as_str().unwrap()), "{row} is not among {tools:?}");
    }
    let prompts = node::inspect(&home, "legacy", &["--method", "prompts/list"]);
    assert_eq!(names(&prompts["prompts"], "name").len(), rows["prompts"].as_object().unwrap().len());
    let templates = node::inspect(&home, "modern", &["--method", "resources/templates/list"]);
    assert_eq!(
        names(&templates["resourceTemplates"], "uriTemplate").len(),
        rows["addresses"].as_object().unwrap().len()
    );
}

#[test]
fn the_inspector_calls_a_tool_and_reads_what_it_stored() {
    let home = home();
    let arguments = json!({"content": "Seen by the Inspector", "tags": ["seen"]}).to_string();
    let call = ["--method", "tools/call", "--tool-name", "memory_store", "--tool-args-json", &arguments];
    let receipt = node::inspect(&home, "modern", &call);
    assert_eq!(receipt["structuredContent"]["outcome"], "created", "{receipt}");
    let resources = node::inspect(&home, "legacy", &["--method", "resources/list"]);
    assert!(names(&resources["resources"], "uri").contains(&"memory://tag/seen"), "{resources}");
    let read = node::inspect(&home, "modern", &["--method", "resources/read", "--uri", "memory://tag/seen"]);
    assert!(read["contents"][0]["text"].as_str().unwrap().contains("Seen by the Inspector"), "{read}");
    let get =
        ["--method", "prompts/get", "--prompt-name", "memory_review", "--prompt-args", "time_period=today"];
    let prompt = node::inspect(&home, "legacy", &get);
    assert!(prompt["messages"][0]["content"]["text"].as_str().unwrap().contains("Inspector"), "{prompt}");
}

fn names<'a>(list: &'a Value, key: &str) -> Vec<&'a str> {
    list.as_array().unwrap().iter().map(|one| one[key].as_str().unwrap()).collect()
}
