//! Who asks, from where, and how often.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request};
use engine::Capability;
use serde_json::json;

use super::*;
use crate::fixture::{Client, Door, Reply};

const LIST: &str = "/api/memories";

fn read() -> Request<Body> {
    Request::get(LIST).body(Body::empty()).unwrap()
}

async fn with(client: &Client, headers: &[(&'static str, &[u8])]) -> Reply {
    let mut request = read();
    for (name, value) in headers {
        request.headers_mut().append(*name, HeaderValue::from_bytes(value).unwrap());
    }
    client.request(request).await
}

#[tokio::test]
async fn a_page_of_another_place_is_refused_whatever_it_shows() {
    let door = Door::open().await;
    for (origin, expected) in [
        (&b"http://localhost:8000"[..], 200),
        (b"https://localhost:8000", 200),
        (b"http://LOCALHOST:8000", 200),
        (b"http://localhost:8001", 403),
        (b"http://localhost", 403),
        (b"http://evil.example", 403),
        (b"http://localhost:8000@evil.example", 403),
        (b"http://evil.example@localhost:8000", 403),
        (b"http://localhost:8000.evil.example", 403),
        (b"http://localhost:8000/", 403),
        (b"chrome-extension://abcdef", 403),
        (b"file://", 403),
        (b"null", 403),
        (b"NULL", 403),
        (b"localhost:8000", 403),
        (b"", 403),
        (b"http://local\xffhost:8000", 403),
    ] {
        for client in [door.owner(), door.reader()] {
            let reply = with(&client, &[("host", b"localhost:8000"), ("origin", origin)]).await;
            reply.of(expected);
            assert!(!reply.text().contains("evil"));
        }
    }
    let own = &b"http://localhost:8000"[..];
    let twice = [("host", &b"localhost:8000"[..]), ("origin", own), ("origin", own)];
    with(&door.owner(), &twice).await.of(403);
    let six = [("host", &b"[::1]:8000"[..]), ("origin", b"http://[0:0:0:0:0:0:0:1]:8000")];
    with(&door.owner(), &six).await.of(200);
    with(&door.owner(), &[("host", b"[::1]:8000"), ("origin", b"http://[::2]:8000")]).await.of(403);
}

#[tokio::test]
async fn a_page_of_another_place_is_refused_before_its_body_and_its_key_are_looked_at() {
    let door = Door::open().await;
    for path in [LIST, "/api/none", "/openapi.json", "/api/health"] {
        let request = Request::post(path)
            .header("origin", "http://evil.example")
            .header("content-type", "text/plain")
            .body(Body::from("no JSON"))
            .unwrap();
        door.owner().request(request).await.of(403);
    }
    assert_eq!(door.keys.lookups(), 0);
}

#[tokio::test]
async fn without_a_key_only_names_of_this_machine_are_answered_to() {
    let door = Door::anonymous(Capability::Write).await;
    for (host, expected) in [
        ("localhost", 200),
        ("LOCALHOST:8000", 200),
        ("127.0.0.1:8000", 200),
        ("192.168.1.5:8000", 200),
        ("[::1]:8000", 200),
        ("[2001:db8::1]", 200),
        ("evil.example", 421),
        ("evil.example:8000", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("memory.example", 421),
        ("", 400),
        ("local host", 400),
        ("localhost@evil.example", 400),
        ("localhost:99999", 400),
    ] {
        with(&door.stranger(), &[("host", host.as_bytes())]).await.of(expected);
    }
    with(&door.stranger(), &[("host", b"localhost"), ("host", b"localhost")]).await.of(400);
    with(&door.stranger(), &[("host", b"local\xffhost")]).await.of(400);
}

#[tokio::test]
async fn ghsa_89vp_a_key_speaks_for_whoever_calls_by_another_name_and_nothing_else_does() {
    let door = Door::anonymous(Capability::Read).await;
    let behind_a_proxy = [("host", &b"memory.example"[..])];
    with(&door.reader(), &behind_a_proxy).await.of(200);
    let wrong = door.stranger().header("x-api-key", "wrong");
    let told = with(&wrong, &behind_a_proxy).await;
    assert!(told.of(421)["detail"].as_str().unwrap().contains("MCP_ALLOWED_HOSTS"));
    let probe = Request::get("/api/health").header("host", "memory").body(Body::empty()).unwrap();
    assert_eq!(door.stranger().request(probe).await.of(200), json!({"status": "healthy"}));
    let options = Options { allowed_hosts: vec!["memory.example".to_owned()], ..Options::default() };
    let door = Door::with(options).await;
    with(&door.stranger(), &behind_a_proxy).await.of(401);
    with(&door.stranger(), &[("host", b"other.example")]).await.of(421);
}

#[tokio::test]
async fn pages_of_another_site_change_nothing_without_a_key() {
    let options = Options { cors_origins: vec!["https://app.example".to_owned()], ..Options::default() };
    let door = Door::of(testkit::Bench::default(), options, Some(Capability::Write)).await;
    let body = json!({"content": "a text"});
    let from = |site: &str| door.stranger().header("sec-fetch-site", site);
    for site in ["cross-site", "same-site", "Same-Origin", ""] {
        from(site).post(LIST, body.clone()).await.of(403);
        from(site).get(LIST).await.of(200);
    }
    for site in ["same-origin", "none"] {
        from(site).post(LIST, body.clone()).await.of(200);
    }
    from("cross-site").header("origin", "https://app.example").post(LIST, body.clone()).await.of(200);
    door.writer().header("sec-fetch-site", "cross-site").post(LIST, body).await.of(200);
}

/// A key that nobody has.
fn guess(number: i64) -> String {
    let request = auth::KeyRequest {
        name: model::KeyName::new("guess").unwrap(),
        capability: Capability::Read,
        space: model::Space::Default,
        expires_at: None,
    };
    let now = model::Timestamp::from_microseconds(number);
    auth::new_key(request, now, &ports::SystemRng).unwrap().0.reveal().to_owned()
}

/// How many of these keys are refused because there were too many of them; the others are wrong.
async fn refused(door: &Door, keys: impl Iterator<Item = String>) -> usize {
    let mut refused = 0;
    for (number, key) in keys.enumerate() {
        // Spelling it another way is no way around the limit.
        let client = match number % 3 {
            0 => door.stranger().header("x-api-key", &key),
            1 => door.stranger().header("authorization", &format!("Bearer {key}")),
            _ => door.stranger().header("authorization", &format!("bEARER   {key} ")),
        };
        let reply = client.get(LIST).await;
        if reply.status == StatusCode::TOO_MANY_REQUESTS {
            refused += 1;
            assert!(reply.header("retry-after").parse::<u64>().unwrap() <= 60);
        } else {
            reply.of(401);
        }
    }
    refused
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_wrong_keys_a_minute_hardly_reach_the_keys_and_harm_nobody_else() {
    let door = Door::open().await;
    door.reader().get(LIST).await.of(200);
    let before = door.keys.lookups();
    let refused = refused(&door, (0..10_000).map(guess)).await;
    // The good key was the first of the six hundred that are checked.
    assert_eq!((10_000 - refused, door.keys.lookups() - before), (30, 599));
    // Who had shown a good key is served from the same machine, and whoever comes from another one.
    door.reader().get(LIST).await.of(200);
    door.writer().get(LIST).await.of(429);
    let mut elsewhere = read();
    elsewhere.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 1))));
    elsewhere.headers_mut().insert("x-api-key", HeaderValue::from_str(door.key(Capability::Write)).unwrap());
    door.stranger().request(elsewhere).await.of(200);
    tokio::time::advance(Duration::from_secs(3)).await;
    door.writer().get(LIST).await.of(200);
}

#[tokio::test(start_paused = true)]
async fn texts_that_are_no_keys_never_reach_the_keys_and_do_not_keep_a_new_key_out() {
    let door = Door::open().await;
    let refused = refused(&door, (0..1000).map(|number| format!("guess-{number}"))).await;
    assert_eq!((1000 - refused, door.keys.lookups()), (30, 0));
    // The key of the settings could be guessed at, were it tried for ever.
    door.stranger().header("x-api-key", crate::fixture::OWNERS_KEY).get(LIST).await.of(429);
    door.writer().get(LIST).await.of(200);
}

#[tokio::test(start_paused = true)]
async fn the_first_use_of_a_good_key_is_served_beside_whoever_guesses() {
    let door = Door::open().await;
    let keys = (0..100).map(|number| if number % 2 == 0 { guess(number) } else { "garbage".to_owned() });
    assert_eq!(refused(&door, keys).await, 70);
    door.reader().get(LIST).await.of(200);
    door.stranger().header("x-api-key", crate::fixture::OWNERS_KEY).get(LIST).await.of(200);
}

#[tokio::test]
async fn a_key_that_was_good_and_is_not_any_more_is_counted_like_any_other() {
    let door = Door::with(Options { failures_per_minute: 2, ..Options::default() }).await;
    door.reader().get(LIST).await.of(200);
    let keys = ports::KeyStore::list(door.keys.as_ref()).await.unwrap();
    let key = keys.iter().find(|key| key.capability == Capability::Read).unwrap();
    ports::KeyStore::revoke(door.keys.as_ref(), &key.id, key.created_at).await.unwrap();
    door.reader().get(LIST).await.of(401);
    door.reader().get(LIST).await.of(401);
    door.reader().get(LIST).await.of(429);
}

#[tokio::test(start_paused = true)]
async fn a_credential_may_ask_so_often_and_so_may_a_machine_without_one() {
    let door = Door::with(Options { requests_per_minute: 5, ..Options::default() }).await;
    for client in [door.reader(), door.stranger()] {
        for _ in 0..5 {
            client.get("/api/health").await.of(200);
        }
        let refused = client.get("/api/health").await;
        assert_eq!(refused.of(429)["detail"], "Too many requests: try again in 12 s");
        assert_eq!(refused.header("retry-after"), "12");
    }
    // Each has a bucket of its own.
    door.writer().get("/api/health").await.of(200);
    tokio::time::advance(Duration::from_secs(12)).await;
    door.reader().get("/api/health").await.of(200);
}

#[tokio::test]
async fn under_the_path_of_a_proxy_everything_is_there_with_and_without_it() {
    let options = Options { root_path: "/memory".to_owned(), query_credentials: true, ..Options::default() };
    let door = Door::with(options).await;
    for (path, expected) in [("/api/memories", 200), ("/memory/api/memories", 200), ("/memory/none", 404)] {
        door.reader().get(path).await.of(expected);
        let stranger = if expected == 200 { 401 } else { 404 };
        door.stranger().get(path).await.of(stranger);
    }
    // What is said of addresses holds there, too.
    door.reader().get("/memory/api/memories?api_key=x").await.of(400);
    let probe = Request::get("/memory/api/health").header("host", "memory").body(Body::empty()).unwrap();
    door.stranger().request(probe).await.of(200);
}
