mod spaces;
mod tickets;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use engine::Capability;
use futures_util::StreamExt;
use model::{Content, ContentHash, Metadata, NewMemory, Partition, Tags};
use ports::{Clock, KeyStore, MemoryStore};
use serde_json::{Value, json};
use tokio::time::Instant;
use tower::ServiceExt;

use crate::events::EventOptions;
use crate::fixture::Door;
use crate::{Options, router};

/// A stream as its client reads it.
struct Stream {
    body: BodyDataStream,
    read: String,
}

/// One event.
#[derive(Debug)]
struct Event {
    id: String,
    name: String,
    data: Value,
}

impl Stream {
    /// What comes next, with comments; none at the end.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.read.split_once("\n\n") {
                let block = block.to_owned();
                self.read = rest.to_owned();
                return Some(block);
            }
            let chunk = self.body.next().await?.unwrap();
            self.read.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The next event; none at the end.
    async fn event(&mut self) -> Option<Event> {
        loop {
            let block = self.block().await?;
            let field = |name: &str| {
                let line = block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
                line.unwrap_or_default().to_owned()
            };
            if block != ":" {
                let data = serde_json::from_str(&field("data")).unwrap();
                return Some(Event { id: field("id"), name: field("event"), data });
            }
        }
    }

    /// The next event, which must have this name.
    async fn expect(&mut self, name: &str) -> Event {
        let event = self.event().await.unwrap();
        assert_eq!(event.name, name, "{event:?}");
        event
    }
}

async fn response(door: &Door, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
    let mut request = Request::get(path).header("host", "127.0.0.1:8000").header("user-agent", "a test");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::empty()).unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from((Ipv4Addr::LOCALHOST, 50_000))));
    router(&door.app).oneshot(request).await.unwrap()
}

/// Opens a stream that has said hello already.
async fn open(door: &Door, path: &str, headers: &[(&str, &str)]) -> (Stream, Event) {
    let response = response(door, path, headers).await;
    assert_eq!(response.status(), 200);
    let mut stream = Stream { body: response.into_body().into_data_stream(), read: String::new() };
    let hello = stream.expect("connection_established").await;
    (stream, hello)
}

async fn listen(door: &Door, capability: Capability) -> Stream {
    open(door, "/api/events", &[("x-api-key", door.key(capability))]).await.0
}

async fn refused(door: &Door, path: &str, headers: &[(&str, &str)]) -> u16 {
    response(door, path, headers).await.status().as_u16()
}

async fn keep(door: &Door, content: &str) {
    door.writer().post("/api/memories", json!({ "content": content })).await.of(200);
}

/// Stores a text as another process does: no use case of this one knows of it.
async fn keep_elsewhere(door: &Door, text: &str) {
    let content = Content::parse(text).unwrap();
    let new = NewMemory {
        hash: ContentHash::of(&content),
        content,
        tags: Tags::none(),
        memory_type: None,
        metadata: Metadata::default(),
        created_at: door.bench.clock.now(),
        occurred_at: None,
        origin: None,
        partition: Partition::default(),
        vector: None,
        chunks: Vec::new(),
    };
    door.bench.store.insert(new).await.unwrap();
}

async fn with(events: EventOptions) -> Door {
    Door::with(Options { events, ..Options::default() }).await
}

async fn revoke(door: &Door, capability: Capability) {
    let keys = door.keys.list().await.unwrap();
    let key = keys.iter().find(|key| key.capability == capability).unwrap();
    door.keys.revoke(&key.id, door.bench.clock.now()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_stream_tells_what_happens_to_memories() {
    let door = Door::open().await;
    keep(&door, "before").await;
    let answer = response(&door, "/api/events", &[("x-api-key", door.key(Capability::Read))]).await;
    for (name, value) in
        [("content-type", "text/event-stream"), ("cache-control", "no-store"), ("x-accel-buffering", "no")]
    {
        assert_eq!(answer.headers()[name], value);
    }
    let mut stream = Stream { body: answer.into_body().into_data_stream(), read: String::new() };
    let hello = stream.expect("connection_established").await.data;
    assert_eq!(hello["heartbeat_interval"], 30);
    assert_eq!(hello["connection_id"].as_str().unwrap().len(), 36);
    assert_eq!(hello["replay"], Value::Null);
    let begun = Instant::now();
    let text = "a ferry ".repeat(20);
    let body = json!({"content": text, "tags": ["boats"], "memory_type": "note", "store": "work"});
    let stored = door.writer().post("/api/memories", body).await.of(200);
    let hash = stored["content_hash"].as_str().unwrap();
    let event = stream.expect("memory_stored").await.data;
    assert_eq!(event["content_hash"], hash);
    assert_eq!(event["content_preview"], format!("{}...", &text[..100]));
    assert_eq!((&event["tags"], &event["memory_type"]), (&json!(["boats"]), &json!("note")));
    assert_eq!(event["store"], "work");
    assert!(event["timestamp"].as_str().unwrap().ends_with("+00:00"), "{event}");
    door.writer().put(&format!("/api/memories/{hash}?store=work"), json!({"tags": ["ships"]})).await.of(200);
    assert_eq!(stream.expect("memory_updated").await.data["tags"], json!(["ships"]));
    door.writer().delete(&format!("/api/memories/{hash}?store=work")).await.of(200);
    let event = stream.expect("memory_deleted").await.data;
    assert_eq!((&event["content_hash"], &event["success"]), (&json!(hash), &json!(true)));
    assert_eq!(begun.elapsed(), Duration::ZERO, "what this process does is told at once");
    keep_elsewhere(&door, "by another process").await;
    assert_eq!(stream.expect("memory_stored").await.data["content_preview"], "by another process");
    assert!(begun.elapsed() <= Duration::from_secs(1));
    assert_eq!(stream.expect("heartbeat").await.data["active_connections"], 1, "nothing is told twice");
}

#[tokio::test(start_paused = true)]
async fn a_stream_gives_signs_of_life() {
    let door = with(EventOptions { heartbeat: Duration::from_secs(40), ..EventOptions::default() }).await;
    let begun = Instant::now();
    let mut stream = listen(&door, Capability::Read).await;
    let mut seen = Vec::new();
    for _ in 0..6 {
        let block = stream.block().await.unwrap();
        seen.push((begun.elapsed().as_secs(), block == ":"));
    }
    assert_eq!(seen, [(13, true), (26, true), (40, false), (53, true), (66, true), (80, false)]);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_comes_back_is_told_what_it_missed() {
    let door = Door::open().await;
    let key = ("x-api-key", door.key(Capability::Read));
    let (mut stream, _) = open(&door, "/api/events", &[key]).await;
    keep(&door, "one").await;
    let last = stream.expect("memory_stored").await.id;
    drop(stream);
    keep(&door, "two").await;
    door.writer().post("/api/memories", json!({"content": "three", "store": "work"})).await.of(200);
    tokio::time::advance(Duration::from_secs(2)).await;
    let (mut stream, hello) = open(&door, "/api/events", &[key, ("last-event-id", &last)]).await;
    let replay = &hello.data["replay"];
    assert_eq!((&replay["status"], &replay["events_replayed"]), (&json!("resumed"), &json!(2)));
    assert_eq!((&replay["requested_last_event_id"], &replay["buffer_size"]), (&json!(last), &json!(1000)));
    assert_eq!(replay["buffer_oldest_id"], last, "it is the first that there was");
    assert_eq!(hello.id, last, "who loses the stream now goes on from here");
    assert_eq!(stream.expect("memory_stored").await.data["content_preview"], "two");
    assert_eq!(stream.expect("memory_stored").await.data["content_preview"], "three");
    let heartbeat = stream.expect("heartbeat").await.id;
    let (_, hello) = open(&door, "/api/events?store=work", &[key, ("last-event-id", &last)]).await;
    assert_eq!(hello.data["replay"]["events_replayed"], 1, "of those that it hears");
    let (mut stream, hello) = open(&door, "/api/events", &[key, ("last-event-id", &heartbeat)]).await;
    assert_eq!(
        (&hello.data["replay"]["status"], &hello.data["replay"]["events_replayed"]),
        (&json!("resumed"), &json!(0))
    );
    let (mut other, hello) = open(&door, "/api/events", &[key, ("last-event-id", "of another life-1")]).await;
    assert_eq!(hello.data["replay"]["status"], "id_not_in_buffer");
    keep(&door, "four").await;
    for stream in [&mut stream, &mut other] {
        assert_eq!(stream.expect("memory_stored").await.data["content_preview"], "four");
    }
}

#[tokio::test(start_paused = true)]
async fn what_happened_while_nobody_listened_for_long_is_not_made_up() {
    let door = Door::open().await;
    let key = ("x-api-key", door.key(Capability::Read));
    let (mut stream, _) = open(&door, "/api/events", &[key]).await;
    keep(&door, "one").await;
    let last = stream.expect("memory_stored").await.id;
    drop(stream);
    tokio::time::sleep(Duration::from_secs(70)).await;
    keep(&door, "two").await;
    let (mut stream, hello) = open(&door, "/api/events", &[key, ("last-event-id", &last)]).await;
    assert_eq!(hello.data["replay"]["status"], "id_not_in_buffer");
    keep(&door, "three").await;
    assert_eq!(stream.expect("memory_stored").await.data["content_preview"], "three");
}

#[tokio::test(start_paused = true)]
async fn a_search_is_heard_by_whoever_asked_and_by_the_owner() {
    let door = Door::open().await;
    keep(&door, "a ferry").await;
    let mut reader = listen(&door, Capability::Read).await;
    let mut writer = listen(&door, Capability::Write).await;
    let mut owner = listen(&door, Capability::Admin).await;
    let path = "/api/events?store=default";
    let (mut narrow, _) = open(&door, path, &[("x-api-key", door.key(Capability::Read))]).await;
    door.reader().post("/api/search", json!({"query": "secret ferry"})).await.of(200);
    door.reader().post("/api/search/by-tag", json!({"tags": ["untagged"]})).await.of(200);
    for stream in [&mut reader, &mut owner] {
        let event = stream.expect("search_completed").await.data;
        assert_eq!((&event["query"], &event["search_type"]), (&json!("secret ferry"), &json!("semantic")));
        assert_eq!(event["results_count"], 1);
        assert!(event["processing_time_ms"].is_number());
        assert_eq!(stream.expect("search_completed").await.data["search_type"], "tag");
    }
    keep(&door, "the next").await;
    for stream in [&mut reader, &mut writer, &mut owner, &mut narrow] {
        assert_eq!(stream.expect("memory_stored").await.data["content_preview"], "the next");
    }
}

#[tokio::test(start_paused = true)]
async fn searches_push_nothing_out_and_are_short() {
    let door = with(EventOptions { replay: 256, ..EventOptions::default() }).await;
    let key = ("x-api-key", door.key(Capability::Read));
    let (mut stream, _) = open(&door, "/api/events", &[key]).await;
    keep(&door, "one").await;
    let last = stream.expect("memory_stored").await.id;
    keep(&door, "two").await;
    for _ in 0..300 {
        door.reader().post("/api/search", json!({"query": "x".repeat(101)})).await.of(200);
    }
    assert_eq!(stream.expect("memory_stored").await.data["content_preview"], "two");
    let searched = stream.expect("search_completed").await;
    assert_eq!(searched.data["query"], "x".repeat(100) + "...");
    let (mut again, hello) = open(&door, "/api/events", &[key, ("last-event-id", &last)]).await;
    assert_eq!(hello.data["replay"]["events_replayed"], 1);
    assert_eq!(again.expect("memory_stored").await.data["content_preview"], "two");
}

#[tokio::test(start_paused = true)]
async fn what_was_deleted_is_not_shown_to_those_who_come_back() {
    let door = Door::open().await;
    let key = ("x-api-key", door.key(Capability::Read));
    let (mut stream, hello) = open(&door, "/api/events", &[key]).await;
    let secret = json!({"content": "a secret", "tags": ["hidden"]});
    let hash = door.writer().post("/api/memories", secret).await.of(200)["content_hash"].clone();
    keep(&door, "another").await;
    let told = stream.expect("memory_stored").await;
    assert_eq!(told.data["content_preview"], "a secret");
    stream.expect("memory_stored").await;
    door.writer().delete(&format!("/api/memories/{}", hash.as_str().unwrap())).await.of(200);
    stream.expect("memory_deleted").await;
    let (mut again, _) = open(&door, "/api/events", &[key, ("last-event-id", &hello.id)]).await;
    let instead = again.expect("memory_deleted").await;
    assert_eq!((&instead.id, &instead.data["content_hash"]), (&told.id, &hash));
    assert!(!instead.data.to_string().contains("secret") && !instead.data.to_string().contains("hidden"));
    assert_eq!(again.expect("memory_stored").await.data["content_preview"], "another");
    again.expect("memory_deleted").await;
}

#[tokio::test(start_paused = true)]
async fn stores_can_be_chosen() {
    let door = Door::open().await;
    let key = [("x-api-key", door.key(Capability::Read))];
    let (mut both, _) = open(&door, "/api/events?store=work&store=play", &key).await;
    let (mut one, _) = open(&door, "/api/events?store=play", &key).await;
    let (mut all, _) = open(&door, "/api/events?store=work&store=all", &key).await;
    for store in ["work", "default", "play"] {
        door.writer().post("/api/memories", json!({"content": store, "store": store})).await.of(200);
    }
    for (stream, stores) in
        [(&mut both, &["work", "play"][..]), (&mut one, &["play"]), (&mut all, &["work", "default", "play"])]
    {
        for store in stores {
            assert_eq!(stream.expect("memory_stored").await.data["store"], *store);
        }
    }
    let many = format!("/api/events?{}", "store=a&".repeat(65));
    assert_eq!(refused(&door, &many, &key).await, 422);
    assert_eq!(refused(&door, &format!("/api/events?store={}", "a".repeat(101)), &key).await, 422);
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_costs_nothing_and_is_told_how_much_it_missed() {
    let door = with(EventOptions { replay: 300, ..EventOptions::default() }).await;
    let mut stream = listen(&door, Capability::Read).await;
    let mut quick = listen(&door, Capability::Read).await;
    for n in 0..500 {
        keep_elsewhere(&door, &format!("memory {n}")).await;
        if n % 100 == 99 {
            for n in n - 99..=n {
                let told = quick.expect("memory_stored").await;
                assert_eq!(told.data["content_preview"], format!("memory {n}"));
            }
        }
    }
    assert_eq!(stream.expect("events_missed").await.data["missed"], 200);
    for n in 200..500 {
        assert_eq!(stream.expect("memory_stored").await.data["content_preview"], format!("memory {n}"));
    }
}

#[tokio::test(start_paused = true)]
async fn the_stream_of_a_revoked_key_ends() {
    let door = Door::open().await;
    let mut stream = listen(&door, Capability::Read).await;
    let mut other = listen(&door, Capability::Write).await;
    let begun = Instant::now();
    revoke(&door, Capability::Read).await;
    let closed = stream.expect("connection_closed").await.data;
    assert_eq!(closed["reason"], "access has ended");
    assert_eq!(closed["duration_seconds"], 15.0);
    assert_eq!(begun.elapsed(), Duration::from_secs(15));
    keep(&door, "not for everybody any more").await;
    assert!(stream.event().await.is_none());
    other.expect("memory_stored").await;
    door.keys.become_busy();
    other.expect("heartbeat").await;
    let closed = other.expect("connection_closed").await.data;
    assert_eq!(closed["duration_seconds"], 45.0, "it may be unknown once, and not twice");
}

#[tokio::test(start_paused = true)]
async fn all_streams_end_with_the_server() {
    let door = Door::open().await;
    let mut streams = [listen(&door, Capability::Read).await, listen(&door, Capability::Admin).await];
    door.app.end();
    for stream in &mut streams {
        assert_eq!(stream.expect("connection_closed").await.data["reason"], "the server ends");
        assert!(stream.event().await.is_none());
    }
    let key = [("x-api-key", door.key(Capability::Read))];
    assert_eq!(refused(&door, "/api/events", &key).await, 503);
}

#[tokio::test(start_paused = true)]
async fn streams_are_few_and_nobody_has_all_of_them() {
    let door = with(EventOptions { max_streams: 8, ..EventOptions::default() }).await;
    let key = [("x-api-key", door.key(Capability::Read))];
    let mut open: Vec<Stream> = Vec::new();
    for _ in 0..2 {
        open.push(listen(&door, Capability::Read).await);
    }
    let reply = response(&door, "/api/events", &key).await;
    assert_eq!((reply.status().as_u16(), &reply.headers()["retry-after"]), (429, &"30".parse().unwrap()));
    open.pop();
    open.push(listen(&door, Capability::Read).await);
    for capability in [Capability::Write, Capability::Admin] {
        for _ in 0..2 {
            open.push(listen(&door, capability).await);
        }
    }
    let owner = [("authorization", "Bearer the-owners-key")];
    for _ in 0..2 {
        open.push(self::open(&door, "/api/events", &owner).await.0);
    }
    assert_eq!(refused(&door, "/api/events", &key).await, 503, "there are 8 already");
    open.clear();
    listen(&door, Capability::Read).await;
}

#[tokio::test(start_paused = true)]
async fn the_owner_sees_who_listens_and_others_see_themselves() {
    let door = Door::open().await;
    let _reader = listen(&door, Capability::Read).await;
    tokio::time::advance(Duration::from_millis(1500)).await;
    let _writer = listen(&door, Capability::Write).await;
    let all = door.owner().get("/api/events/stats").await.of(200);
    assert_eq!((&all["total_connections"], &all["heartbeat_interval"]), (&json!(2), &json!(30)));
    let first = &all["connections"][0];
    assert_eq!((&first["client_ip"], &first["user_agent"]), (&json!("127.0.0.1"), &json!("a test")));
    assert_eq!(first["connected_duration_seconds"], 1.5);
    assert_eq!(first["last_heartbeat_seconds_ago"], 1.5);
    let own = door.writer().get("/api/events/stats").await.of(200);
    assert_eq!((&own["total_connections"], own["connections"].as_array().unwrap().len()), (&json!(2), 1));
    assert_eq!(own["connections"][0]["client_ip"], Value::Null);
    door.stranger().get("/api/events/stats").await.of(401);
}

#[tokio::test(start_paused = true)]
async fn those_who_show_nothing_listen_where_that_was_decided() {
    let door = Door::anonymous(Capability::Read).await;
    let (mut stream, _) = open(&door, "/api/events", &[]).await;
    keep(&door, "for everybody").await;
    stream.expect("memory_stored").await;
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_for_a_while_is_told_of_later() {
    let door = Door::open().await;
    let mut stream = listen(&door, Capability::Read).await;
    door.bench.store.set_fault(Some(testkit::Fault::Busy));
    let key = [("x-api-key", door.key(Capability::Write))];
    open(&door, "/api/events", &key).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    door.bench.store.set_fault(None);
    keep_elsewhere(&door, "at last").await;
    stream.expect("memory_stored").await;
    let shut = Door::open().await;
    shut.bench.store.set_fault(Some(testkit::Fault::Busy));
    let key = [("x-api-key", shut.key(Capability::Read))];
    assert_eq!(refused(&shut, "/api/events", &key).await, 503, "what cannot be watched is not promised");
}
