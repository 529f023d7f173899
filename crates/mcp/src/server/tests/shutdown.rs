//! Cancellation, defects and the end of input.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use engine::Capability;
use serde_json::{Value, json};

use super::{Client, held, text};
use crate::server::{MAX_CONCURRENT_CALLS, ServeError};

fn store(id: &str) -> Value {
    let call = json!({"name": "memory_store", "arguments": {"content": format!("fact {id}")}});
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": call})
}

#[tokio::test]
async fn at_the_end_of_input_what_was_asked_is_answered_and_the_server_ends() {
    let mut client = Client::start();
    for id in 0..50 {
        client.send(store(&id.to_string())).await;
    }
    // The last line needs no newline.
    client.send_bytes(b"{\"jsonrpc\":\"2.0\",\"id\":\"last\",\"method\":\"ping\"}").await;
    let (answers, ended) = client.end().await;
    assert_eq!(answers.len(), 51);
    assert!(answers.iter().any(|answer| answer["id"] == "last"));
    assert!(ended.is_ok());
}

#[tokio::test]
async fn a_server_that_was_asked_nothing_ends_with_its_input() {
    let (answers, ended) = Client::start().end().await;
    assert!(answers.is_empty() && ended.is_ok());
}

#[tokio::test]
async fn a_call_that_is_under_way_when_the_input_ends_is_finished_and_answered() {
    let (engine, held) = held::engine();
    let mut client = Client::of(&engine, Capability::Admin);
    client.send(store("a")).await;
    held.entered(1).await;
    let ending = tokio::spawn(client.end());
    tokio::task::yield_now().await;
    held.release();
    let (answers, ended) = ending.await.unwrap();
    assert_eq!(answers[0]["result"]["structuredContent"]["outcome"], "created");
    assert!(ended.is_ok());
}

#[tokio::test(start_paused = true)]
async fn when_time_runs_short_calls_that_have_not_begun_are_refused_and_the_others_finished() {
    let (engine, held) = held::engine();
    let mut client = Client::of(&engine, Capability::Admin);
    let waiting = 60;
    for id in 0..MAX_CONCURRENT_CALLS + waiting {
        client.send(store(&id.to_string())).await;
    }
    // Reads and writes of other kinds wait for their turn, and are answered all the same.
    let get = json!({"name": "memory_list", "arguments": {}});
    client.send(json!({"jsonrpc": "2.0", "id": "list", "method": "tools/call", "params": get})).await;
    client.send(json!({"jsonrpc": "2.0", "id": "read", "method": "resources/list"})).await;
    held.entered(MAX_CONCURRENT_CALLS).await;
    let ending = tokio::spawn(client.end());
    tokio::time::sleep(Duration::from_millis(9_500)).await;
    held.release();
    let (answers, ended) = ending.await.unwrap();
    assert!(ended.is_ok());
    let count = |is: fn(&Value) -> bool| answers.iter().filter(|answer| is(answer)).count();
    assert_eq!(
        count(|answer| answer["result"]["structuredContent"]["outcome"] == "created"),
        MAX_CONCURRENT_CALLS
    );
    let is_refused = |answer: &Value| {
        answer["result"]["isError"] == true && text(&answer["result"]).contains("nothing was stored")
    };
    assert_eq!(count(is_refused), waiting + 1);
    assert_eq!(
        count(|answer| answer["error"]["message"].as_str().is_some_and(|e| e.contains("stopping"))),
        1
    );
    assert_eq!(answers.len(), MAX_CONCURRENT_CALLS + waiting + 2);
    assert_eq!(held.finished(), MAX_CONCURRENT_CALLS);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_never_ends_does_not_keep_the_server_alive() {
    let (engine, held) = held::engine();
    let mut client = Client::of(&engine, Capability::Admin);
    client.send(store("a")).await;
    held.entered(1).await;
    let begun = tokio::time::Instant::now();
    let (answers, ended) = client.end().await;
    assert!(ended.is_ok());
    let [answer] = &answers[..] else { panic!("not one answer: {answers:?}") };
    assert!(text(&answer["result"]).contains("did not finish"), "{answer}");
    assert_eq!(begun.elapsed().as_secs(), 10);
    held.left().await;
}

#[tokio::test]
async fn a_cancelled_call_is_stopped_not_answered_and_not_waited_for() {
    let (engine, held) = held::engine();
    let mut client = Client::of(&engine, Capability::Admin);
    client.send(store("a")).await;
    held.entered(1).await;
    client
        .send(json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "a", "reason": "x"}}))
        .await;
    held.left().await;
    assert_eq!(held.finished(), 0);
    held.release();
    let listed = client.call("memory_list", json!({})).await;
    assert_eq!(listed["structuredContent"]["total"], 0);
    let (answers, ended) = client.end().await;
    assert!(answers.is_empty() && ended.is_ok(), "{answers:?}");
}

#[tokio::test]
async fn a_tool_that_panics_is_answered_as_a_failure_and_the_server_lives() {
    let (engine, held) = held::engine();
    let mut client = Client::of(&engine, Capability::Admin);
    held.set_panics(true);
    let result = client.call("memory_store", json!({"content": "secret"})).await;
    assert_eq!(result["isError"], true);
    assert!(text(&result).contains("went wrong") && !text(&result).contains("panic"), "{result}");
    held.set_panics(false);
    held.release();
    assert_eq!(client.call("memory_store", json!({"content": "secret"})).await["isError"], false);
}

#[tokio::test]
async fn a_client_that_stopped_reading_ends_the_server_with_an_error() {
    let Client { mut input, output, server, .. } = Client::start();
    drop(output);
    let input = input.as_mut().unwrap();
    let ping = b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n";
    tokio::io::AsyncWriteExt::write_all(input, ping).await.unwrap();
    tokio::io::AsyncWriteExt::shutdown(input).await.unwrap();
    let ended = server.await.unwrap();
    assert!(matches!(ended, Err(ServeError::Output(_)) | Ok(())), "{ended:?}");
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_hangs_up_while_it_is_being_answered_is_no_error_in_the_log() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    let (engine, held) = held::engine();
    let mut client = Client::of(&engine, Capability::Admin);
    client.send(store("a")).await;
    client.send(store("b")).await;
    held.entered(2).await;
    let Client { input, output, server, .. } = client;
    drop((input, output));
    // The answer to one cannot be written; then the other comes.
    held.let_one_pass();
    tokio::time::sleep(Duration::from_secs(1)).await;
    held.release();
    let ended = server.await.unwrap();
    assert!(matches!(ended, Err(ServeError::Output(_))), "{ended:?}");
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("serve finished") && !log.contains("ERROR"), "{log}");
    assert_eq!(held.finished(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_asks_for_progress_hears_that_its_call_is_still_worked_on() {
    let (engine, held) = held::engine();
    let mut client = Client::of(&engine, Capability::Admin);
    let mut stateless = super::meta("2026-07-28");
    stateless["progressToken"] = json!(7);
    for (meta, token) in [(json!({"progressToken": "t"}), json!("t")), (stateless, json!(7))] {
        let mut call = store("p");
        call["params"]["_meta"] = meta;
        client.send(call).await;
        for seconds in [2.0, 4.0] {
            let notice = client.next().await.unwrap();
            assert_eq!(notice["method"], "notifications/progress", "{notice}");
            assert_eq!(
                (&notice["params"]["progressToken"], &notice["params"]["progress"]),
                (&token, &json!(seconds))
            );
        }
        let cancel = json!({"requestId": "p"});
        client.send(json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": cancel})).await;
        held.left().await;
    }
    // Who did not ask is not told.
    client.send(store("quiet")).await;
    held.entered(1).await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    held.release();
    assert_eq!(client.next().await.unwrap()["id"], "quiet");
}

#[tokio::test(start_paused = true)]
async fn a_client_hears_how_many_steps_of_how_many_are_done() {
    let (engine, held) = held::engine();
    let mut client = Client::of(&engine, Capability::Admin);
    let turns: Vec<_> = (0..40).map(|n| json!({"content": format!("{n} {}", "x ".repeat(700))})).collect();
    let arguments = json!({"turns": turns, "session_id": "s"});
    let params =
        json!({"name": "memory_store_session", "arguments": arguments, "_meta": {"progressToken": "t"}});
    client.send(json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})).await;
    let told = async |client: &mut Client| {
        let notice = client.next().await.unwrap();
        assert_eq!(notice["method"], "notifications/progress", "{notice}");
        let params = &notice["params"];
        assert_eq!(params["total"], 80.0, "a text is embedded and written: {params}");
        (params["progress"].as_f64().unwrap(), params["message"].as_str().unwrap().to_owned())
    };
    assert_eq!(told(&mut client).await, (0.0, "0 of 80 steps done".to_owned()));
    held.entered(1).await;
    held.let_one_pass();
    assert_eq!(told(&mut client).await, (16.0, "16 of 80 steps done".to_owned()));
    let since = tokio::time::Instant::now();
    assert_eq!(told(&mut client).await, (16.5, "still working, 16 of 80 steps done".to_owned()));
    assert_eq!(since.elapsed(), Duration::from_secs(2));
    held.let_one_pass();
    assert_eq!(told(&mut client).await, (32.0, "32 of 80 steps done".to_owned()));
    held.release();
    let answer = client.next().await.unwrap();
    assert_eq!(answer["result"]["structuredContent"]["chunks"].as_array().unwrap().len(), 40, "{answer}");
}
