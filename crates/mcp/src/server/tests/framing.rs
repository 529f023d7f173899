//! Bytes that are no well-formed line.

use std::time::Duration;

use engine::Capability;
use serde_json::{Value, json};

use super::{Client, text};
use crate::server::MAX_LINE_BYTES;
use crate::server::weight::Weight;

async fn assert_alive(client: &mut Client) {
    assert_eq!(client.result("ping", json!({})).await, json!({}));
}

async fn refusal(client: &mut Client, line: &[u8]) -> Value {
    client.send_bytes(line).await;
    client.send_bytes(b"\n").await;
    let answer = client.next().await.unwrap();
    assert_alive(client).await;
    answer
}

#[tokio::test]
async fn a_line_that_is_not_json_is_answered_and_the_next_one_is_read() {
    let mut client = Client::start();
    let deep = "[".repeat(100_000);
    let lines: [&[u8]; 6] = [b"hello", b"{\"jsonrpc\":", b"{}}", b"\xff\xfe\x00", b"\x00", deep.as_bytes()];
    for line in lines {
        let answer = refusal(&mut client, line).await;
        assert_eq!(answer["error"]["code"], -32700, "{answer}");
        assert!(answer.get("id").is_none() && answer.get("result").is_none(), "{answer}");
    }
}

#[tokio::test]
async fn json_that_is_no_message_is_answered() {
    let mut client = Client::start();
    for line in ["{}", "5", "null", "\"x\"", "[]", "{\"method\": 5}", "{\"method\": \"ping\", \"id\": 1}"] {
        assert_eq!(refusal(&mut client, line.as_bytes()).await["error"]["code"], -32600, "{line}");
    }
    for id in ["null", "1.5", "{}", "[]", "true"] {
        let line = format!("{{\"jsonrpc\": \"2.0\", \"method\": \"ping\", \"id\": {id}}}");
        let answer = refusal(&mut client, line.as_bytes()).await;
        assert_eq!(answer["error"]["code"], -32600, "{id}");
        assert!(answer.get("id").is_none(), "{answer}");
    }
    let answer = refusal(&mut client, b"{\"jsonrpc\": \"1.0\", \"method\": \"ping\", \"id\": \"a\"}").await;
    assert_eq!((&answer["error"]["code"], &answer["id"]), (&json!(-32600), &json!("a")));
}

#[tokio::test]
async fn answers_and_notifications_are_never_answered() {
    let mut client = Client::start();
    for message in [
        json!({"jsonrpc": "2.0", "id": 1, "result": {}}),
        json!({"jsonrpc": "2.0", "id": 1, "error": {"code": 1, "message": "x"}}),
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 77}}),
        json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": 5}),
        json!({"jsonrpc": "2.0", "method": "window/didChange", "params": {"a": 1}}),
        json!({"method": "notifications/initialized"}),
    ] {
        client.send(message).await;
        assert_alive(&mut client).await;
    }
}

#[tokio::test]
async fn byte_order_marks_carriage_returns_and_blank_lines_are_passed_over() {
    let mut client = Client::start();
    client.send_bytes(b"\xEF\xBB\xBF{\"jsonrpc\":\"2.0\",\"id\":\"bom\",\"method\":\"ping\"}\r\n").await;
    assert_eq!(client.next().await.unwrap()["id"], "bom");
    client
        .send_bytes(b"\n\r\n   \n\xEF\xBB\xBF\n\t{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":\"ping\"} \r\n")
        .await;
    assert_eq!(client.next().await.unwrap()["id"], "x");
}

#[tokio::test]
async fn a_message_in_pieces_is_one_message() {
    let mut client = Client::start();
    for byte in b"{\"jsonrpc\":\"2.0\",\"id\":\"slow\",\"method\":\"ping\"}\n" {
        client.send_bytes(&[*byte]).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(client.next().await.unwrap()["id"], "slow");
}

#[tokio::test]
async fn each_message_of_a_batch_is_answered() {
    let mut client = Client::start();
    client
        .send(json!([
            {"jsonrpc": "2.0", "id": "a", "method": "ping"},
            {"jsonrpc": "2.0", "method": "notifications/initialized"},
            {"jsonrpc": "2.0", "id": "b", "method": "ping"},
            7
        ]))
        .await;
    let mut answers = [client.next().await, client.next().await, client.next().await].map(Option::unwrap);
    answers.sort_by_key(|answer| answer["id"].as_str().unwrap_or_default().to_owned());
    assert_eq!(answers[0]["error"]["code"], -32600);
    assert_eq!((&answers[1]["id"], &answers[2]["id"]), (&json!("a"), &json!("b")));
}

#[tokio::test]
async fn ten_megabytes_of_content_are_read_and_refused_with_the_limit() {
    let mut client = Client::start();
    let result = client.call("memory_store", json!({"content": "x".repeat(10 * 1024 * 1024)})).await;
    assert_eq!(result["isError"], true);
    assert!(
        text(&result).contains("content is 10485760 bytes long, the limit is 1048576"),
        "{}",
        text(&result)
    );
}

#[tokio::test]
async fn a_line_beyond_the_limit_is_answered_and_skipped() {
    let mut client = Client::start();
    client.send_bytes(&vec![b'x'; MAX_LINE_BYTES + 1]).await;
    let answer = refusal(&mut client, b"and its end").await;
    assert_eq!(answer["error"]["code"], -32600);
    assert!(answer["error"]["message"].as_str().unwrap().contains("16777216"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn reading_pauses_while_64_mib_are_in_flight_and_goes_on_when_they_are_answered() {
    let (engine, held) = super::held::engine();
    let mut client = Client::of(&engine, Capability::Admin);
    let mut read = 0;
    loop {
        let call = json!({"name": "memory_store", "arguments": {"content": format!("held {read}")}});
        let call = json!({"jsonrpc": "2.0", "id": read, "method": "tools/call", "params": call}).to_string();
        let padding = " ".repeat(4 * 1024 * 1024 - Weight::of(call.as_bytes()).bytes);
        let line = format!("{call}{padding}\n");
        if tokio::time::timeout(Duration::from_secs(1), client.send_bytes(line.as_bytes())).await.is_err() {
            break;
        }
        read += 1;
        assert!(read < 20, "nothing paused the reading");
    }
    // 16 lines weigh 64 MiB; the one after them is read, and nothing after that.
    assert_eq!(read, 17);
    held.release();
    for _ in 0..read {
        assert_eq!(client.next().await.unwrap()["result"]["structuredContent"]["outcome"], "created");
    }
    // The line that was left off in the middle: whole or not, it is answered.
    client.send_bytes(b"\n").await;
    assert!(client.next().await.is_some());
}
