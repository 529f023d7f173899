//! Lines and encodings, the purity of standard output, the end of input.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::harness::integrity::assert_sound;
use crate::harness::process::PATIENCE;
use crate::harness::server::as_answer;
use crate::harness::{Era, Home, Server};

/// How long a server may take to stop at the end of its input.
const STOP: Duration = Duration::from_secs(1);

/// The server still lists its tools. (The harness judges every line that it writes meanwhile.)
fn assert_alive(server: &mut Server, after: &str) {
    let answer = server.request("tools/list", json!({}));
    assert_eq!(answer["result"]["tools"].as_array().map(Vec::len), Some(8), "after {after}: {answer}");
}

#[test]
fn standard_output_carries_messages_alone_at_the_most_verbose_log_level() {
    let home = Home::new().set("MCP_LOG_LEVEL", "trace");
    let canary = "canary-7f31 sings in the server room";
    for era in [Era::Modern, Era::Handshake("2025-11-25")] {
        let mut server = home.server_of(era);
        server.call("memory_store", json!({"content": canary, "tags": ["canarytag"]}));
        server.call("memory_search", json!({"query": canary, "limit": 3}));
        server.call("memory_list", json!({"tags": ["canarytag"]}));
        server.call("memory_delete", json!({"content_hash": "no such hash"}));
        server.call("memory_delete", json!({"tags": ["canarytag"], "dry_run": true}));
        server.send_line(b"{this is not JSON");
        assert_alive(&mut server, "a line that is no JSON");
        server.end_input();
        assert!(server.exit_within(PATIENCE).is_some_and(|status| status.success()));
        while server.message_before_end().is_some() {}
        let log = server.log();
        assert!(!log.is_empty(), "nothing was logged");
        assert!(!log.contains("canary"), "the log has content: {log}");
    }
}

#[test]
fn settings_that_cannot_be_used_are_told_on_standard_error_alone() {
    let home = Home::new().set("MCP_SEMANTIC_DEDUP_THRESHOLD", "often");
    let output = home.run(&["server"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("MCP_SEMANTIC_DEDUP_THRESHOLD") && said.contains("often"), "{said}");
}

#[test]
fn lines_that_are_no_requests_are_survived() {
    let home = Home::new();
    let mut server = home.server();
    server.store("Something that must still be there afterwards.");
    let nested = "[".repeat(100_000);
    let lines: [(&str, &[u8]); 16] = [
        ("an empty line", b""),
        ("white space", b" \t "),
        ("half an object", b"{\"jsonrpc\":\"2.0\",\"id\":1"),
        ("a word", b"hello"),
        ("a number", b"42"),
        ("null", b"null"),
        ("an empty array", b"[]"),
        ("an empty object", b"{}"),
        ("an object without a method", b"{\"jsonrpc\":\"2.0\",\"id\":1}"),
        ("another version of JSON-RPC", b"{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}"),
        ("an answer to nothing", b"{\"jsonrpc\":\"2.0\",\"id\":999,\"result\":{}}"),
        ("a method that is no text", b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":[]}"),
        (
            "parameters that are a text",
            b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":\"x\"}",
        ),
        ("bytes that are no UTF-8", b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\xfe\xc3\"}"),
        ("a lone surrogate", b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\\ud800\"}"),
        ("a hundred thousand brackets", nested.as_bytes()),
    ];
    for (what, line) in lines {
        server.send_line(line);
        assert_alive(&mut server, what);
    }
    server.close();
    assert_sound(home.database());
    assert_eq!(home.look_inside().live_hashes().len(), 1);
}

#[test]
fn a_byte_order_mark_and_carriage_returns_are_read_over() {
    let home = Home::new();
    let mut server = Server::start_silent(home.command(&["server"]), Era::Handshake("2025-11-25"));
    let hello = json!({"jsonrpc": "2.0", "id": "hello", "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "windows", "version": "1"}}});
    server.send_line(format!("\u{feff}{hello}\r").as_bytes());
    let answer = server.message();
    assert_eq!((&answer["id"], answer["result"].is_object()), (&json!("hello"), true), "{answer}");
    server.send_line(b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\r");
    server.send_line(b"{\"jsonrpc\":\"2.0\",\"id\":\"list\",\"method\":\"tools/list\"}\r");
    assert_eq!(server.message()["id"], "list");
    server.close();
}

#[test]
fn an_unknown_method_is_an_error_of_the_protocol() {
    for era in [Era::Modern, Era::Handshake("2025-11-25")] {
        let home = Home::new();
        let mut server = home.server_of(era);
        let answer = server.request("memories/explode", json!({}));
        assert_eq!(answer["error"]["code"], -32601, "{answer}");
        assert_alive(&mut server, "an unknown method");
        server.close();
    }
}

#[test]
fn a_text_of_ten_megabytes_is_refused_and_one_at_the_limit_is_kept() {
    let home = Home::new();
    let mut server = home.server();
    let refused = server.call("memory_store", json!({"content": "ten mega ".repeat(1_165_085)}));
    assert!(refused.is_error && refused.text.contains("1048576"), "{}", refused.text);
    let query = server.call("memory_search", json!({"query": "ten mega ".repeat(1_165_085)}));
    assert!(query.is_error && query.text.contains("65536"), "{}", query.text);
    let longest = "é".repeat(512 * 1024);
    let kept = server.call("memory_store", json!({"content": longest}));
    let back = server.call("memory_get", json!({"content_hash": kept.hash()}));
    assert_eq!(back.structured["content"].as_str().map(str::len), Some(1024 * 1024));
    assert!(back.structured["content"] == longest.as_str());
    server.close();
    assert_sound(home.database());
}

#[test]
fn the_end_of_input_stops_the_server_within_a_second_with_everything_committed() {
    let home = Home::new();
    let mut server = home.server();
    server.store("The server is warm.");
    let in_flight: Vec<u64> = (0..20)
        .map(|number| {
            let content = format!("Request {number} was still in flight when the client went away.");
            server.send("tools/call", json!({"name": "memory_store", "arguments": {"content": content}}))
        })
        .collect();
    server.end_input();
    let status = server.exit_within(STOP);
    assert!(status.is_some_and(|status| status.success()), "{status:?}: {}", server.log());
    let mut answered = Vec::new();
    while let Some(message) = server.message_before_end() {
        if in_flight.iter().any(|id| message["id"] == *id) {
            answered.push(as_answer(&message).hash());
        }
    }
    assert_sound(home.database());
    let live = home.look_inside().live_hashes();
    assert!(answered.iter().all(|hash| live.contains(hash)), "an answered store is lost");
    assert_eq!(live.len(), 21, "a store that was read before the end of input was dropped");
}

#[test]
fn a_server_that_was_never_asked_anything_stops_too_and_leaves_nothing() {
    let home = Home::new();
    let server = Server::start_silent(home.command(&["server"]), Era::Modern);
    assert_eq!(server.close(), Vec::<Value>::new());
}

#[test]
fn the_signal_to_terminate_stops_the_server_with_everything_committed() {
    for signal in [Signal::TERM, Signal::INT] {
        let home = Home::new();
        let mut server = home.server();
        let hash = server.store("Written before the signal.");
        server.signal(signal);
        assert!(server.exit_within(PATIENCE).is_some(), "{signal:?} did not stop it");
        assert_sound(home.database());
        assert!(home.look_inside().live_hashes().contains(&hash));
        assert!(
            !home.database().with_extension("db-wal").exists(),
            "{signal:?}: the database was not closed"
        );
    }
}

#[test]
fn a_second_signal_ends_the_server_at_once_although_a_call_waits() {
    let home = Home::new();
    let mut server = home.server();
    let kept = server.store("Written before another program took the lock.");
    let other = home.look_inside();
    other.connection().execute_batch("BEGIN IMMEDIATE").unwrap();
    server.send(
        "tools/call",
        json!({"name": "memory_store", "arguments": {"content": "It waits for the lock."}}),
    );
    // Answered after the line before it was read.
    server.request("tools/list", json!({}));
    server.signal(Signal::TERM);
    server.signal(Signal::INT);
    let code = server.exit_within(PATIENCE).and_then(|status| status.code());
    // Which of two signals at the same time is seen first is the system's choice.
    assert!(matches!(code, Some(130 | 143)), "{code:?}: {}", server.log());
    other.connection().execute_batch("ROLLBACK").unwrap();
    assert_sound(home.database());
    assert!(home.look_inside().live_hashes().contains(&kept));
}
