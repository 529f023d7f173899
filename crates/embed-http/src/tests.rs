//! The adapter against an endpoint on the loopback.

mod fake;

use std::error::Error;
use std::net::TcpListener;
use std::time::Duration;

use ports::{EmbedError, Embedder, Readiness};
use serde_json::json;

use crate::client::{BATCH, Limits};
use crate::{HttpEmbedder, Key};
use fake::{Reply, endpoint, serve};

/// Nothing is waited for.
fn at_once() -> Limits {
    Limits { back_off: Duration::ZERO, ..Limits::default() }
}

/// An embedder of that address, with a key.
fn embedder(url: &str, limits: Limits) -> HttpEmbedder {
    HttpEmbedder::with_limits(endpoint(url).with_key(Key::new("hunter2").unwrap()), limits)
}

/// The error, which has nothing secret in any of its texts.
async fn error(embedder: &HttpEmbedder) -> EmbedError {
    let error = embedder.embed(&["text"]).await.unwrap_err();
    let mut told = format!("{error:?}");
    let mut cause: Option<&dyn Error> = Some(&error);
    while let Some(one) = cause {
        told += &one.to_string();
        cause = one.source();
    }
    assert!(!told.contains("hunter2"), "{told}");
    error
}

#[tokio::test]
async fn texts_are_sent_as_the_original_sends_them_and_come_back_in_order() {
    let (url, received) = serve(vec![Reply::vectors()]);
    let embedder = embedder(&url, at_once());
    assert_eq!(embedder.readiness(), Readiness::Idle);
    let vectors = embedder.embed(&["a", "", "abc"]).await.unwrap();
    let tangents: Vec<f32> = vectors.iter().map(|v| (v.as_slice()[0] / v.as_slice()[1]).round()).collect();
    assert_eq!(tangents, [1.0, 1.0, 3.0]);
    assert_eq!(embedder.readiness(), Readiness::Ready);
    let received = received.lock().unwrap();
    let (head, body) = &received[0];
    assert_eq!(*body, json!({"input": ["a", " ", "abc"], "model": "m"}));
    assert!(head.starts_with("POST /v1/embeddings?token=hunter2 HTTP/1.1\r\n"), "{head}");
    assert!(head.to_lowercase().contains("authorization: bearer hunter2\r\n"), "{head}");
    assert!(head.to_lowercase().contains("content-type: application/json\r\n"), "{head}");
}

#[tokio::test]
async fn no_key_is_sent_where_none_is_set() {
    let (url, received) = serve(vec![Reply::vectors()]);
    HttpEmbedder::new(endpoint(&url)).embed(&["a"]).await.unwrap();
    assert!(!received.lock().unwrap()[0].0.to_lowercase().contains("authorization"));
}

#[tokio::test]
async fn a_batch_has_32_texts_at_most_and_no_texts_are_no_request() {
    let (url, received) = serve(vec![Reply::vectors(), Reply::vectors()]);
    let embedder = embedder(&url, at_once());
    assert!(embedder.embed(&[]).await.unwrap().is_empty());
    assert!(received.lock().unwrap().is_empty());
    assert_eq!(embedder.embed(&vec!["text"; BATCH + 1]).await.unwrap().len(), BATCH + 1);
    let sizes: Vec<usize> =
        received.lock().unwrap().iter().map(|(_, body)| body["input"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [BATCH, 1]);
}

#[tokio::test]
async fn what_passes_is_asked_again_three_times_in_all() {
    let (url, received) = serve(vec![Reply::status(503), Reply::status(429), Reply::vectors()]);
    embedder(&url, at_once()).embed(&["a"]).await.unwrap();
    assert_eq!(received.lock().unwrap().len(), 3);
    let (url, received) = serve((0..4).map(|_| Reply::status(500)).collect());
    let embedder = embedder(&url, at_once());
    let error = error(&embedder).await;
    assert!(matches!(error, EmbedError::Unavailable { .. }) && error.to_string().contains("500"), "{error}");
    assert_eq!(received.lock().unwrap().len(), 3);
    assert_eq!(embedder.readiness(), Readiness::Failed);
}

#[tokio::test]
async fn the_servers_word_on_when_to_ask_again_goes_before_ours() {
    // Our own pause would be longer than the time that there is.
    let limits = Limits { back_off: Duration::from_secs(3600), ..Limits::default() };
    let (url, received) = serve(vec![Reply::status(429).header("retry-after: 0\r\n"), Reply::vectors()]);
    embedder(&url, limits).embed(&["a"]).await.unwrap();
    assert_eq!(received.lock().unwrap().len(), 2);
    let (url, received) = serve(vec![Reply::status(429).header("retry-after: 3600\r\n"), Reply::vectors()]);
    assert!(error(&embedder(&url, at_once())).await.to_string().contains("too much to do"));
    assert_eq!(received.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn what_does_not_pass_is_told_at_once_with_what_to_do() {
    for (status, advice) in [
        (301, "not followed"),
        (401, "MCP_EXTERNAL_EMBEDDING_API_KEY"),
        (404, "the whole path"),
        (418, "refuses the request"),
    ] {
        let (url, received) =
            serve(vec![Reply::status(status).header("location: /other\r\n"), Reply::vectors()]);
        let error = error(&embedder(&url, at_once())).await;
        assert!(matches!(error, EmbedError::Unavailable { .. }), "{error:?}");
        let text = error.to_string();
        assert!(
            text.contains(&format!("/v1/embeddings: HTTP status {status}")) && text.contains(advice),
            "{text}"
        );
        assert_eq!(received.lock().unwrap().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn texts_or_answers_that_cannot_be_used_are_no_missing_endpoint() {
    for (reply, reason) in [
        (Reply::status(400), "too long"),
        (Reply::status(413), "too long"),
        (Reply::text("<html>hunter2"), "not the JSON"),
        (Reply::text(r#"{"data":[{"index":0,"embedding":[1,2,3]}]}"#), "3 numbers, 2 were expected"),
        (Reply::text(r#"{"data":[]}"#), "no entry with index 0"),
    ] {
        let (url, received) = serve(vec![reply, Reply::vectors()]);
        let embedder = embedder(&url, at_once());
        let error = error(&embedder).await;
        assert!(matches!(error, EmbedError::BadVector { .. }), "{error:?}");
        assert!(error.to_string().contains(reason), "{error}");
        assert_eq!(received.lock().unwrap().len(), 1, "{reason}");
        assert_eq!(embedder.readiness(), Readiness::Ready);
    }
}

#[tokio::test]
async fn an_answer_may_be_as_long_as_the_limit_and_no_longer() {
    let answer = r#"{"data":[{"index":0,"embedding":[1,2]}]}"#;
    let limits = |answer_bytes| Limits { answer_bytes, ..at_once() };
    let (url, _) = serve(vec![Reply::text(answer)]);
    embedder(&url, limits(answer.len() as u64)).embed(&["a"]).await.unwrap();
    let (url, _) = serve(vec![Reply::text(answer)]);
    let error = error(&embedder(&url, limits(answer.len() as u64 - 1))).await;
    assert!(error.to_string().contains("longer than 39 bytes"), "{error}");
}

#[tokio::test]
async fn nobody_there_is_an_error_that_names_the_address() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = error(&embedder(&format!("http://{address}/e?hunter2"), at_once())).await;
    assert!(matches!(error, EmbedError::Unavailable { .. }), "{error:?}");
    assert!(error.to_string().contains(&format!("http://{address}/e: no connection")), "{error}");
}

#[tokio::test]
async fn one_that_speaks_but_does_not_answer_ends_with_the_time_limit() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/e", listener.local_addr().unwrap());
    let limits = Limits { time: Duration::from_millis(50), ..at_once() };
    let error = error(&embedder(&url, limits)).await;
    assert!(error.to_string().contains("no answer within 0.05 s"), "{error}");
}

#[tokio::test]
async fn plain_http_behind_an_https_address_is_no_secure_connection() {
    let (url, _) = serve((0..3).map(|_| Reply::vectors()).collect());
    let error = error(&embedder(&url.replace("http://", "https://"), at_once())).await;
    assert!(matches!(error, EmbedError::Unavailable { .. }), "{error:?}");
}

#[tokio::test]
async fn warming_asks_once_for_one_word() {
    let (url, received) = serve(vec![Reply::vectors(), Reply::vectors()]);
    let embedder = embedder(&url, Limits { probe_after: Duration::ZERO, ..at_once() });
    embedder.warm();
    while embedder.readiness() == Readiness::Loading {
        std::thread::yield_now();
    }
    assert_eq!(embedder.readiness(), Readiness::Ready);
    embedder.warm();
    embedder.embed(&["text"]).await.unwrap();
    let inputs: Vec<_> = received.lock().unwrap().iter().map(|(_, body)| body["input"].clone()).collect();
    assert_eq!(inputs, [json!(["warm"]), json!(["text"])]);
}

#[tokio::test]
async fn a_text_that_comes_soon_makes_the_probe_needless() {
    let (url, received) = serve(vec![Reply::vectors(), Reply::vectors()]);
    let embedder = embedder(&url, Limits { probe_after: Duration::from_secs(3600), ..at_once() });
    embedder.warm();
    embedder.embed(&["text"]).await.unwrap();
    embedder.embed(&["more"]).await.unwrap();
    let inputs: Vec<_> = received.lock().unwrap().iter().map(|(_, body)| body["input"].clone()).collect();
    assert_eq!(inputs, [json!(["text"]), json!(["more"])]);
}

#[tokio::test]
async fn the_next_request_may_succeed_after_a_failure() {
    let (url, _) = serve(vec![Reply::status(401), Reply::vectors()]);
    let embedder = embedder(&url, at_once());
    error(&embedder).await;
    assert_eq!(embedder.readiness(), Readiness::Failed);
    embedder.embed(&["text"]).await.unwrap();
    assert_eq!(embedder.readiness(), Readiness::Ready);
}
