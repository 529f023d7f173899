//! Where requests come from.

use http::{HeaderValue, Method, Request, StatusCode};
use serde_json::json;
use testkit::Bench;

use super::{HttpOptions, Site, With, in_json, legacy, post};

fn ping() -> Request<http_body_util::Full<bytes::Bytes>> {
    legacy("ping", json!({}))
}

async fn status(site: &Site, request: Request<http_body_util::Full<bytes::Bytes>>) -> u16 {
    site.send(request).await.status().as_u16()
}

#[tokio::test]
async fn only_names_of_this_machine_are_answered_to() {
    let site = Site::start();
    for (host, expected) in [
        ("localhost", 200),
        ("localhost:8000", 200),
        ("LocalHost:1", 200),
        ("127.0.0.1:8000", 200),
        ("[::1]:8000", 200),
        ("[0:0:0:0:0:0:0:1]", 200),
        ("evil.example", 403),
        ("localhost.evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("[::2]", 403),
        ("localhost@evil.example", 400),
        ("evil.example@localhost", 400),
        ("localhost:8000:1", 400),
        ("localhost:99999", 400),
        ("localhost:+80", 400),
        ("[::1", 400),
        ("local host", 400),
        ("", 400),
    ] {
        assert_eq!(status(&site, ping().with("host", host)).await, expected, "{host:?}");
    }
    assert_eq!(status(&site, ping().without("host")).await, 400);
    assert_eq!(status(&site, ping().and("host", "localhost")).await, 400, "twice");
    let mut unreadable = ping();
    unreadable.headers_mut().insert("host", HeaderValue::from_bytes(b"local\xffhost").unwrap());
    assert_eq!(status(&site, unreadable).await, 400);
}

#[tokio::test]
async fn with_http_2_the_name_is_in_the_address_and_where_it_is_twice_it_is_the_same() {
    let site = Site::start();
    for (uri, host, expected) in [
        ("http://localhost:8000/mcp", None, 200),
        ("http://evil.example/mcp", None, 403),
        ("http://localhost:8000/mcp", Some("localhost:8000"), 200),
        ("http://evil.example/mcp", Some("localhost"), 400),
        ("http://localhost/mcp", Some("evil.example"), 400),
    ] {
        let mut request = ping().without("host");
        *request.uri_mut() = uri.parse().unwrap();
        let request = match host {
            Some(host) => request.with("host", host),
            None => request,
        };
        assert_eq!(status(&site, request).await, expected, "{uri} {host:?}");
    }
}

#[tokio::test]
async fn web_pages_of_this_server_may_ask_and_others_may_not() {
    let site = Site::start();
    for (origin, expected) in [
        ("http://localhost:8000", 200),
        ("https://localhost:8000", 200),
        ("http://LOCALHOST:8000", 200),
        ("http://localhost", 403),
        ("http://localhost:8001", 403),
        ("http://127.0.0.1:8000", 403),
        ("http://evil.example", 403),
        ("http://localhost:8000@evil.example", 403),
        ("http://evil.example@localhost:8000", 403),
        ("http://localhost:8000/", 403),
        ("http://localhost:8000.evil.example", 403),
        ("ws://localhost:8000", 403),
        ("file://localhost:8000", 403),
        ("localhost:8000", 403),
        ("null", 403),
        ("", 403),
    ] {
        assert_eq!(status(&site, ping().with("origin", origin)).await, expected, "{origin:?}");
    }
    let own = "http://localhost:8000";
    assert_eq!(status(&site, ping().with("origin", own).and("origin", own)).await, 403, "twice");
    let mut unreadable = ping();
    unreadable.headers_mut().insert("origin", HeaderValue::from_bytes(b"http://local\xffhost").unwrap());
    assert_eq!(status(&site, unreadable).await, 403);
    let default_ports = [
        ("https://localhost", "localhost:443"),
        ("http://localhost:80", "localhost"),
        ("http://[::1]", "[::1]"),
    ];
    for (origin, host) in default_ports {
        assert_eq!(status(&site, ping().with("origin", origin).with("host", host)).await, 200, "{origin}");
    }
}

#[tokio::test]
async fn what_the_owner_allows_is_allowed_and_no_more() {
    let hosts = ["memory.example:8443", "[2001:db8::1]"].map(str::to_owned).to_vec();
    let origins =
        ["https://app.example", "http://localhost:*", "nonsense", "http://*:80"].map(str::to_owned).to_vec();
    let options = HttpOptions { allowed_hosts: hosts, allowed_origins: origins, ..HttpOptions::default() };
    let site = Site::of(&Bench::default().engine, options);
    for (host, expected) in [
        ("memory.example:8443", 200),
        ("memory.example", 403),
        ("memory.example:80", 403),
        ("localhost", 403),
        ("[2001:DB8:0::1]:9", 200),
    ] {
        assert_eq!(status(&site, ping().with("host", host)).await, expected, "{host}");
    }
    for (origin, expected) in [
        ("https://app.example", 200),
        ("https://app.example:443", 200),
        ("https://app.example:444", 403),
        ("http://app.example", 403),
        ("http://localhost:6274", 200),
        ("https://localhost:6274", 403),
        ("https://memory.example:8443", 200),
        ("https://memory.example", 403),
    ] {
        let request = ping().with("host", "memory.example:8443").with("origin", origin);
        assert_eq!(status(&site, request).await, expected, "{origin}");
    }
}

#[tokio::test]
async fn where_any_name_is_allowed_a_page_is_still_its_own_or_allowed() {
    let options = HttpOptions { allowed_hosts: vec!["*".to_owned()], ..HttpOptions::default() };
    let site = Site::of(&Bench::default().engine, options);
    let request = || ping().with("host", "any.example:8000");
    assert_eq!(status(&site, request()).await, 200);
    assert_eq!(status(&site, request().with("origin", "https://any.example:8000")).await, 200);
    assert_eq!(status(&site, request().with("origin", "https://other.example:8000")).await, 403);
    assert_eq!(status(&site, ping().with("host", "any@example")).await, 400);
}

#[tokio::test]
async fn where_a_request_comes_from_is_checked_before_anything_else_of_it() {
    let site = Site::start();
    let mut request =
        post(&json!("no message")).with("origin", "http://evil.example").with("content-type", "text/plain");
    *request.method_mut() = Method::DELETE;
    let (status, answer) = in_json(site.send(request).await).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(answer["error"]["code"], -32600);
    assert!(!answer.to_string().contains("evil"), "{answer}");
}
