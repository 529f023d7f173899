//! Streams for those who cannot send a header.

use engine::Capability;
use serde_json::json;

use super::{keep, open, refused, revoke};
use crate::Options;
use crate::fixture::Door;

#[tokio::test(start_paused = true)]
async fn a_ticket_opens_one_stream() {
    let door = Door::open().await;
    let bought = door.reader().poke("/api/events/ticket").await.of(200);
    assert_eq!((&bought["expires_in_seconds"], &bought["param_name"]), (&json!(60.0), &json!("ticket")));
    let path = format!("/api/events?ticket={}", bought["ticket"].as_str().unwrap());
    let (mut stream, _) = open(&door, &path, &[]).await;
    keep(&door, "heard").await;
    stream.expect("memory_stored").await;
    assert_eq!(refused(&door, &path, &[]).await, 401, "it is used up");
    for wrong in ["/api/events", "/api/events?ticket=", "/api/events?ticket=wrong"] {
        assert_eq!(refused(&door, wrong, &[]).await, 401, "{wrong}");
    }
    let ticket = || async {
        let bought = door.reader().poke("/api/events/ticket").await.of(200);
        format!("/api/events?ticket={}", bought["ticket"].as_str().unwrap())
    };
    let (one, other) = (ticket().await, ticket().await);
    let twice = format!("{one}&{}", other.split_once('?').unwrap().1);
    assert_eq!(refused(&door, &twice, &[]).await, 401, "it is not said which");
    let late = ticket().await;
    door.bench.clock.advance(60.0);
    assert_eq!(refused(&door, &late, &[]).await, 401);
    let path = ticket().await;
    revoke(&door, Capability::Read).await;
    assert_eq!(refused(&door, &path, &[]).await, 401, "its buyer is nobody any more");
    door.stranger().poke("/api/events/ticket").await.of(401);
}

#[tokio::test(start_paused = true)]
async fn a_ticket_is_kept_by_whoever_shows_a_key() {
    let door = Door::open().await;
    let bought = door.reader().poke("/api/events/ticket").await.of(200);
    let path = format!("/api/events?ticket={}", bought["ticket"].as_str().unwrap());
    open(&door, &path, &[("x-api-key", door.key(Capability::Write))]).await;
    open(&door, &path, &[]).await;
}

#[tokio::test(start_paused = true)]
async fn tickets_are_few() {
    let door = Door::with(Options { requests_per_minute: 0, ..Options::default() }).await;
    for _ in 0..auth::MAX_TICKETS_OF_ONE {
        door.reader().poke("/api/events/ticket").await.of(200);
    }
    let refused = door.reader().poke("/api/events/ticket").await;
    refused.of(429);
    assert_eq!(refused.header("retry-after"), "60");
    door.writer().poke("/api/events/ticket").await.of(200);
}

#[tokio::test(start_paused = true)]
async fn a_key_in_the_address_is_taken_only_where_the_owner_allows_it() {
    let path = |door: &Door, name: &str| format!("/api/events?{name}={}", door.key(Capability::Read));
    let strict = Door::open().await;
    let lenient = Door::with(Options { query_credentials: true, ..Options::default() }).await;
    for name in ["api_key", "token"] {
        assert_eq!(refused(&strict, &path(&strict, name), &[]).await, 400);
        open(&lenient, &path(&lenient, name), &[]).await;
        let ticket = format!("/api/events/ticket?{name}={}", lenient.key(Capability::Read));
        lenient.stranger().poke(&ticket).await.of(400);
    }
}
