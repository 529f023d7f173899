//! The server over HTTP, as it is started, asked and stopped.

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
