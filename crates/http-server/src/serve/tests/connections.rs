//! How many connections there may be, and how long.

use super::*;

const SOON: Duration = Duration::from_millis(700);

#[tokio::test]
async fn heads_that_do_not_end_are_left_and_others_are_served_meanwhile() {
    let site = Site::open(Options { head_timeout: SOON, ..Options::default() }).await;
    let mut slow = Vec::new();
    for _ in 0..50 {
        let mut peer = site.connect().await;
        peer.send("GET /api/memories HTTP/1.1\r\nhost: localhost\r\nx-").await;
        slow.push(peer);
    }
    site.is_well().await;
    for mut peer in slow {
        assert_eq!(peer.rest().await, "");
    }
    site.is_well().await;
}

#[tokio::test]
async fn bodies_that_do_not_come_are_told_so_and_others_are_served_meanwhile() {
    let site = Site::open(Options { request_timeout: SOON, ..Options::default() }).await;
    let mut slow = Vec::new();
    for _ in 0..50 {
        let mut peer = site.connect().await;
        peer.send(post("content-length: 100\r\n", "{")).await;
        slow.push(peer);
    }
    site.is_well().await;
    for mut peer in slow {
        let answer = peer.rest().await;
        assert_eq!(status(&answer), 408, "{answer}");
    }
    site.is_well().await;
}

#[tokio::test]
async fn who_is_not_known_is_answered_before_the_body_comes() {
    let site = Site::open(Options::default()).await;
    let mut peer = site.connect().await;
    peer.send("POST /api/memories HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n").await;
    let answer = peer.until("\r\n\r\n", 1).await;
    assert_eq!(status(&answer), 401, "{answer}");
}

#[tokio::test]
async fn connections_on_which_nothing_is_asked_are_closed() {
    let never = Duration::from_secs(86_400);
    let site = Site::open(Options { keep_alive: SOON, head_timeout: never, ..Options::default() }).await;
    assert_eq!(site.connect().await.rest().await, "");
    assert_eq!(site.connect().await.rest().await, "");
    // After an answer, too.
    let answer = site.answer(get("/api/health", "")).await;
    assert_eq!((status(&answer), answers(&answer)), (200, 1));
}

#[tokio::test]
async fn one_connection_too_many_is_closed_at_once_and_there_is_room_again_later() {
    let site = Site::open(Options { max_connections: 2, ..Options::default() }).await;
    let mut first = site.connect().await;
    first.send(get("/api/health", "")).await;
    assert_eq!(status(&first.until("healthy", 1).await), 200);
    let mut second = site.connect().await;
    second.send(get("/api/health", "")).await;
    assert_eq!(status(&second.until("healthy", 1).await), 200);
    assert_eq!(site.answer(get("/api/health", "")).await, "");
    first.send(get("/api/health", "connection: close\r\n")).await;
    assert_eq!(status(&first.rest().await), 200);
    site.is_well().await;
}

#[tokio::test]
async fn requests_that_are_sent_ahead_are_answered_in_their_order() {
    let site = Site::open(Options::default()).await;
    let ahead = get("/api/health", "") + &get("/none", "") + &get("/api/health", "connection: close\r\n");
    let answer = site.answer(ahead).await;
    let statuses: Vec<&str> = answer.split("HTTP/1.1 ").skip(1).map(|answer| &answer[..3]).collect();
    assert_eq!(statuses, ["200", "404", "200"]);
}

#[tokio::test]
async fn wrong_keys_are_refused_one_by_one_and_whoever_has_a_good_one_is_served() {
    let site = Site::open(Options::default()).await;
    site.is_well().await;
    let guess = |number: usize, end: &str| {
        format!("GET /api/memories HTTP/1.1\r\nhost: localhost\r\nx-api-key: guess-{number}\r\n{end}\r\n")
    };
    let mut guesses: String = (0..200).map(|number| guess(number, "")).collect();
    guesses.push_str(&guess(200, "connection: close\r\n"));
    let answer = site.answer(guesses).await;
    let of = |status: &str| answer.matches(&format!("HTTP/1.1 {status}")).count();
    assert_eq!((of("401"), of("429"), answers(&answer)), (30, 171, 201));
    site.is_well().await;
}

#[tokio::test]
async fn what_runs_may_finish_when_the_server_ends_and_nothing_new_begins() {
    let mut site = Site::open(Options::default()).await;
    let mut running = site.connect().await;
    let body = r#"{"content": "a text"}"#;
    running.send(post(&format!("content-length: {}\r\n", body.len()), &body[..5])).await;
    let mut idle = site.connect().await;
    idle.send(get("/api/health", "")).await;
    idle.until("healthy", 1).await;
    site.stop.take().unwrap().send(()).unwrap();
    // The idle one ends at once, so the server has heard of it.
    assert_eq!(idle.rest().await, "");
    running.send(&body[5..]).await;
    let answer = running.rest().await;
    assert_eq!(status(&answer), 200, "{answer}");
    assert!(answer.contains(r#""success":true"#));
    site.serving.await.unwrap().unwrap();
    assert!(TcpStream::connect(site.address).await.is_err());
}
