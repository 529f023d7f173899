//! The server over HTTP, as it is started, asked and stopped.

use rustix::process::Signal;
use serde_json::json;

use crate::harness::Home;
use crate::harness::http::Request;
use crate::harness::integrity::assert_sound;

#[test]
fn what_is_stored_over_http_is_there_after_the_server_was_asked_to_stop() {
    let home = Home::new();
    let (read, write) = (home.api_key("read"), home.api_key("write"));
    let server = home.http_server();
    assert!(server.address().ip().is_loopback());
    let store = Request::post("/api/memories", &json!({"content": "The ferry leaves at nine"}));
    server.send(&store).of(401);
    server.send(&store.clone().key(&read)).of(403);
    let stored = server.send(&store.key(&write)).of(200);
    let hash = stored["content_hash"].as_str().unwrap();
    let kept = server.send(&Request::get(&format!("/api/memories/{hash}")).key(&read)).of(200);
    assert_eq!(kept["content"], "The ferry leaves at nine");

    let log = server.stop();
    for secret in [&read[4..], &write[4..], "ferry"] {
        assert!(!log.contains(secret), "{log}");
    }
    assert_sound(home.database());
    assert_eq!(home.answer(&["get", hash])["content"], "The ferry leaves at nine");
}

#[test]
fn a_key_that_is_revoked_is_refused_at_once() {
    let home = Home::new();
    let key = home.api_key("read");
    let server = home.http_server();
    let list = Request::get("/api/memories").key(&key);
    server.send(&list).of(200);
    home.succeed(&["keys", "revoke", "read"]);
    server.send(&list).of(401);
    server.stop();
}

#[test]
fn a_hangup_has_the_certificate_read_again_and_ends_nothing() {
    let home = Home::new()
        .set("MCP_HTTPS_ENABLED", "true")
        .set("MCP_HTTPS_PORT", "0")
        .set("MCP_HTTP_PORT", "1")
        .set("MCP_LOG_LEVEL", "info");
    let server = home.http_server_with(&["--http"]);
    assert!(server.url().starts_with("https://"), "{}", server.url());
    server.signal(Signal::HUP);
    server.wait_for_log("the certificate was read again");
    server.stop();

    let server = home.set("MCP_HTTPS_ENABLED", "false").http_server();
    server.signal(Signal::HUP);
    server.wait_for_log("there is no certificate to read again");
    server.stop();
}

#[test]
fn log_injection_nobody_writes_lines_of_their_own_into_the_log() {
    let home = Home::new().set("MCP_RATE_LIMIT_PER_MINUTE", "0").set("MCP_LOG_LEVEL", "trace");
    let key = home.api_key("write");
    let server = home.http_server();
    let forged = "x\r\n2026-11-25T00:00:00Z ERROR forged: line\u{1b}[31m\u{2028}y";
    let escaped = "x%0D%0A2026-11-25T00:00:00Z%20ERROR%20forged%3A%20line%1B%5B31m";
    let memory = json!({
        "content": forged, "tags": [forged], "memory_type": forged, "client_hostname": forged,
        "conversation_id": forged, "metadata": {forged: forged}, "store": forged,
    });
    let search = json!({"query": forged, "tags": [forged], "store": forged, "time_expr": forged});
    let call = json!({"jsonrpc": "2.0", "id": forged, "method": forged, "params": {"name": forged}});
    for request in [
        Request::post("/api/memories", &memory),
        Request::post("/api/memories", &json!({"content": forged, "tags": [forged]})),
        Request::post("/api/search", &search),
        Request::post("/mcp", &call).header("accept", "application/json, text/event-stream"),
        Request::get(&format!("/api/memories/{escaped}")),
        Request::get(&format!("/{escaped}?{escaped}={escaped}")),
        Request::get(&format!("/api/memories?store={escaped}&tag={escaped}")),
        Request::new("FORGED", "/api/memories"),
        Request::get("/api/memories").header("x-request-id", "a\tforged"),
        Request::get("/api/memories").header("x-agent-id", "a\tforged").header("user-agent", "a\tforged"),
    ] {
        for request in [request.clone(), request.clone().key(&key), request.key("mem_forged\tkey")] {
            assert!(server.send(&request).status < 500);
        }
    }
    let log = server.stop();
    assert!(!log.is_empty());
    let spoilt = log.chars().find(|found| found.is_control() && *found != '\n' || *found == '\u{2028}');
    assert_eq!(spoilt, None, "{log}");
    let lines: Vec<_> =
        log.lines().filter(|line| line.contains("ERROR") || line.contains("forged: line")).collect();
    assert!(lines.is_empty(), "{lines:#?}");
}
