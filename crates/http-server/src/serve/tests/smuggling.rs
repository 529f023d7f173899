//! Requests that two servers in a row could understand differently: refused, and nothing after them on the connection is
//! taken for a request.

use super::*;

/// A door that does not wait long for what does not come.
pub(super) fn impatient() -> Options {
    let soon = Duration::from_millis(300);
    Options { head_timeout: soon, keep_alive: soon, ..Options::default() }
}

/// What would be served if it were taken for a request.
const HIDDEN: &str = "GET /api/health HTTP/1.1\r\nhost: localhost\r\n\r\n";

#[tokio::test]
async fn nothing_that_is_hidden_in_a_request_is_served() {
    let site = Site::open(impatient()).await;
    let length = HIDDEN.len();
    let mut served = Vec::new();
    for (what, fields, body) in [
        (
            "length and chunks",
            format!("content-length: {length}\r\ntransfer-encoding: chunked\r\n"),
            "0\r\n\r\n",
        ),
        (
            "chunks and length",
            format!("transfer-encoding: chunked\r\ncontent-length: {length}\r\n"),
            "0\r\n\r\n",
        ),
        ("two lengths", format!("content-length: 0\r\ncontent-length: {length}\r\n"), ""),
        ("a list of lengths", format!("content-length: 0, {length}\r\n"), ""),
        ("a length with a sign", "content-length: +2\r\n".to_owned(), "{}"),
        ("a length in hexadecimal", "content-length: 0x2\r\n".to_owned(), "{}"),
        ("a negative length", "content-length: -1\r\n".to_owned(), ""),
        ("an unknown coding", "transfer-encoding: xchunked\r\n".to_owned(), ""),
        ("chunks that are not last", "transfer-encoding: chunked, identity\r\n".to_owned(), "0\r\n\r\n"),
        ("a blank before the colon", format!("content-length : {length}\r\n"), ""),
        ("a line that is folded", format!("x-one: 1\r\n content-length: {length}\r\n"), ""),
        ("a line without a colon", "transfer-encoding chunked\r\n".to_owned(), ""),
        ("a NUL in a value", "x-one: a\0b\r\ncontent-length: 2\r\n".to_owned(), "{}"),
        ("a lone CR in a value", "x-one: a\rcontent-length: 2\r\n".to_owned(), ""),
        ("a chunk that is no number", "transfer-encoding: chunked\r\n".to_owned(), "zz\r\n{}\r\n0\r\n\r\n"),
        ("a chunk that is too long", "transfer-encoding: chunked\r\n".to_owned(), "fffffffffffffffff\r\n{}"),
        ("a chunk that does not end", "transfer-encoding: chunked\r\n".to_owned(), "2\r\n{}0\r\n\r\n"),
    ] {
        let mut peer = site.connect().await;
        peer.send(post(&fields, &format!("{body}{HIDDEN}"))).await;
        let answer = peer.rest().await;
        let is_refused = answers(&answer) == 1 && (400..500).contains(&status(&answer));
        if !is_refused || answer.contains("healthy") {
            served.push((what, answer));
        }
    }
    assert!(served.is_empty(), "{served:#?}");
    site.is_well().await;
}

#[tokio::test]
async fn lines_may_end_in_lf_alone_but_hide_nothing() {
    let site = Site::open(impatient()).await;
    let lone = "GET /none HTTP/1.1\nhost: localhost\nconnection: close\n\n".to_owned() + HIDDEN;
    let answer = site.answer(lone).await;
    assert_eq!((status(&answer), answers(&answer)), (404, 1), "{answer}");
}

#[tokio::test]
async fn what_is_no_http_is_refused() {
    let site = Site::open(impatient()).await;
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\r\n\r\n",
        b"GET / HTTP/3.0\r\n\r\n",
        b"GET  / HTTP/1.1\r\n\r\n",
        b"GET /\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
    ] {
        let mut peer = site.connect().await;
        peer.send(bytes).await;
        peer.0.shutdown().await.unwrap();
        let answer = peer.rest().await;
        assert!(!answer.contains(" 200 "), "{bytes:?}: {answer}");
    }
    let none = site.answer("GET /api/health HTTP/1.1\r\nconnection: close\r\n\r\n").await;
    assert_eq!(status(&none), 400, "{none}");
    site.is_well().await;
}
