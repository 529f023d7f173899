//! Nothing that is secret reaches the log, even where everything is logged.

use std::io;
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt::MakeWriter;

use super::http2::{frame, head, opening};
use super::*;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// A request with something secret in each of its parts.
fn secrets(path: &str, key: &str) -> String {
    let body = r#"{"content": "canary-content", "tags": ["canary-tag"], "metadata": {"canary-name": "canary-value"}}"#;
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nx-api-key: {key}\r\nauthorization: Bearer canary-bearer\r\n\
         cookie: session=canary-cookie\r\nx-forwarded-for: canary-forwarded\r\nuser-agent: canary-agent\r\n\
         x-other: canary-header\r\nx-agent-id: canary-author\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test]
async fn w14_no_part_of_a_request_is_logged() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .with_ansi(false)
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let site = Site::open(Options { head_timeout: Duration::from_millis(200), ..Options::default() }).await;
    let key = site.door.key(engine::Capability::Write).to_owned();
    let stored = site.answer(secrets("/api/memories", &key)).await;
    assert_eq!(status(&stored), 200, "{stored}");
    for path in
        ["/api/memories/canary-path", "/api/memories?api_key=canary-query", "/canary-none?tag=canary-query"]
    {
        assert_ne!(status(&site.answer(secrets(path, "canary-key")).await), 200);
    }
    let listed = site.answer(get("/api/memories?tag=canary-tag", "connection: close\r\n")).await;
    assert!(listed.contains("canary-content"));
    // Broken on purpose, so that something is said about it.
    site.answer(post("content-length: 20\r\nconnection: close\r\n", r#"{"content":"canary-b""#)).await;
    let mut peer = site.connect().await;
    let fields =
        [("x-api-key", "canary-key"), ("authorization", "Bearer canary-bearer"), ("x-a", "canary-header")];
    peer.send([opening(), frame(1, 5, 1, &head("/api/memories?tag=canary-query", &fields))].concat()).await;
    peer.rest().await;
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    // It is this log that is looked at, and it has something of each request.
    assert!(text.contains("answered") && text.contains("/api/memories/{content_hash}"), "{text}");
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("canary") || line.contains(&key) || line.contains(OWNERS_KEY))
        .collect();
    assert!(lines.is_empty(), "{lines:#?}");
}
