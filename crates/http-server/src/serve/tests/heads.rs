//! Heads and bodies that are too much, or no text.

use super::*;
use crate::options::{MAX_HEADER_BYTES, MAX_HEADERS, MAX_TARGET_BYTES};

#[tokio::test]
async fn heads_that_are_too_much_are_refused() {
    let site = Site::open(Options::default()).await;
    let many: String = (0..=MAX_HEADERS).map(|number| format!("x-{number}: 1\r\n")).collect();
    let long = |length: usize| "a".repeat(length);
    for (expected, request) in [
        (431, get("/api/health", &many)),
        (431, get("/api/health", &format!("x-long: {}\r\n", long(MAX_HEADER_BYTES)))),
        (431, get("/api/health", &format!("x-long: {}\r\n", long(16 * MAX_HEADER_BYTES)))),
        (431, get("/api/health", &format!("{}: 1\r\n", long(MAX_HEADER_BYTES)))),
        (414, get(&format!("/api/{}", long(MAX_TARGET_BYTES)), "")),
        (414, get(&format!("/api/health?{}", long(70_000)), "")),
    ] {
        let request = request.replacen("host:", "connection: close\r\nhost:", 1);
        let answer = site.answer(&request).await;
        let status = status(&answer);
        // Where the head does not even fit where it is read to, the protocol answers for itself, or hangs up.
        assert!([expected, 431, 0].contains(&status), "{status} {}", &request[..60]);
    }
    site.is_well().await;
}

#[tokio::test]
async fn bodies_that_are_too_long_are_refused_whether_they_say_so_or_not() {
    let site = Site::open(Options { max_body_bytes: 1000, ..Options::default() }).await;
    let mut peer = site.connect().await;
    // Refused by what it says: nothing of it needs to come.
    peer.send(post("content-length: 100000000000\r\n", "")).await;
    let answer = peer.until("bytes\"}", 1).await;
    assert_eq!(status(&answer), 413, "{answer}");
    let chunk = format!("3e8\r\n{}\r\n", " ".repeat(1000));
    let mut peer = site.connect().await;
    peer.send(post("transfer-encoding: chunked\r\n", &(chunk.clone() + &chunk))).await;
    let answer = peer.until("bytes\"}", 1).await;
    assert_eq!(status(&answer), 413, "{answer}");
    assert!(answer.contains("Request body exceeds the maximum of 1000 bytes"));
    site.is_well().await;
}

#[tokio::test]
async fn compressed_bodies_are_not_unpacked() {
    let site = Site::open(Options::default()).await;
    for coding in ["gzip", "br", "zstd", "deflate", "gzip, gzip"] {
        let fields = format!("content-encoding: {coding}\r\ncontent-length: 2\r\nconnection: close\r\n");
        assert_eq!(status(&site.answer(post(&fields, "{}")).await), 415, "{coding}");
    }
}

#[tokio::test]
async fn what_is_no_text_or_no_json_is_answered_clearly() {
    let site = Site::open(Options::default()).await;
    let send = |content_type: &str, body: &[u8]| {
        let head = format!(
            "POST /api/memories HTTP/1.1\r\nhost: localhost\r\nx-api-key: {OWNERS_KEY}\r\nconnection: close\r\n\
             content-type: {content_type}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        [head.as_bytes(), body].concat()
    };
    for (content_type, body) in [
        ("application/json", &b"{\"content\": \"\xff\xfe\"}"[..]),
        ("application/json", b"{\"content\": \"\\ud800\"}"),
        ("application/json", b"\x00\x01"),
        ("application/json", b""),
        ("text/plain", b"{\"content\": \"a\"}"),
        ("application/x-www-form-urlencoded", b"content=a"),
        ("multipart/form-data; boundary=x", b"--x--"),
        ("application/jsonx", b"{}"),
        ("é", b"{}"),
    ] {
        let answer = site.answer(send(content_type, body)).await;
        assert_eq!(status(&answer), 422, "{content_type}: {answer}");
        assert!(answer.contains(r#""detail":["#), "{answer}");
    }
    let deep = "[".repeat(100_000);
    assert_eq!(status(&site.answer(send("application/json", deep.as_bytes())).await), 422);
    let raw = [&b"GET /api/\xff HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"[..]].concat();
    assert_eq!(status(&site.answer(raw).await), 400);
    site.is_well().await;
}
