//! Calls of tools over the wire.

use engine::Capability;
use serde_json::{Value, json};
use testkit::{Bench, Fault};

use super::{Client, held, meta, text};
use crate::server::MAX_CONCURRENT_CALLS;
use crate::tools::{Defaults, OLDER, Profile, TOOLS};

#[tokio::test]
async fn tools_are_listed_as_recorded() {
    let mut client = Client::start();
    let listed = client.result("tools/list", json!({})).await;
    insta::assert_json_snapshot!("tools_list", listed);
}

/// A profile's list of tools, and about how many tokens it costs a model.
async fn listed(profile: Profile) -> (Vec<String>, usize) {
    let mut client = Client::with(&Bench::default().engine, Capability::Admin, profile);
    let listed = client.result("tools/list", json!({})).await;
    let tools = listed["tools"].as_array().unwrap();
    let names = tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect();
    (names, listed.to_string().chars().count() / 4)
}

#[tokio::test]
async fn the_default_list_of_tools_costs_a_model_at_most_four_thousand_tokens() {
    let (names, tokens) = listed(Profile::Default).await;
    assert!(tokens <= 4000, "about {tokens} tokens: {names:?}");
}

#[tokio::test]
async fn a_profile_lists_the_tools_of_the_smaller_ones_and_more() {
    let [small, full, legacy] = [Profile::Default, Profile::Full, Profile::Legacy].map(listed);
    let (small, full, legacy) = (small.await, full.await, legacy.await);
    assert!(small.0.iter().all(|name| full.0.contains(name)), "{small:?} {full:?}");
    assert!(legacy.0.starts_with(&full.0), "{full:?} {legacy:?}");
    assert_eq!((full.0.len(), legacy.0.len()), (TOOLS.len(), TOOLS.len() + OLDER.len()));
    assert!(small.1 < full.1 && full.1 < legacy.1, "{} {} {}", small.1, full.1, legacy.1);
    println!("tokens of the profiles: {} {} {}", small.1, full.1, legacy.1);
}

#[tokio::test]
async fn a_tool_that_is_not_listed_is_called_all_the_same() {
    let mut client = Client::start();
    let stored = client.call("store_memory", json!({"content": "port 5433"})).await;
    assert_eq!(stored["isError"], false);
    let found = client.call("search", json!({"query": "port"})).await;
    assert_eq!(found["structuredContent"]["results"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_reader_is_shown_what_a_reader_may_call() {
    let mut client = Client::granted(Capability::Read);
    let listed = client.result("tools/list", json!({})).await;
    let names: Vec<&str> =
        listed["tools"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["memory_search", "memory_get", "memory_list", "memory_health"]);
    let refused = client.call("memory_store", json!({"content": "x"})).await;
    assert_eq!(refused["isError"], true);
    assert!(text(&refused).contains("insufficient_scope"), "{refused}");
}

#[tokio::test]
async fn an_answer_is_structured_and_the_same_as_text() {
    let mut client = Client::start();
    let stored = client.call("memory_store", json!({"content": "port 5433", "tags": ["infra"]})).await;
    let hash = stored["structuredContent"]["content_hash"].as_str().unwrap().to_owned();
    assert_eq!(text(&stored), format!("Memory stored successfully (hash: {hash})"));
    let listed = client.call("memory_list", json!({})).await;
    assert_eq!(serde_json::from_str::<Value>(text(&listed)).unwrap(), listed["structuredContent"]);
}

#[tokio::test]
async fn a_failure_is_marked_and_has_no_structured_content() {
    let mut client = Client::start();
    for (tool, arguments) in [
        ("memory_store", json!({})),
        ("memory_store", json!({"content": " "})),
        ("memory_search", json!({})),
        ("memory_get", json!({"content_hash": "0123456789"})),
    ] {
        let result = client.call(tool, arguments).await;
        assert_eq!(result["isError"], true, "{result}");
        assert!(result.get("structuredContent").is_none() && text(&result).starts_with("Error"), "{result}");
    }
}

#[tokio::test]
async fn a_duplicate_is_marked_as_release_12_does_and_still_has_its_receipt() {
    let mut client = Client::start();
    client.call("memory_store", json!({"content": "port 5433"})).await;
    let again = client.call("memory_store", json!({"content": "port 5433"})).await;
    assert_eq!(again["isError"], true);
    assert_eq!(again["structuredContent"]["outcome"], "duplicate");
    assert!(text(&again).starts_with("Error storing memory: Duplicate content detected (exact match)"));
}

#[tokio::test]
async fn handshake_and_list_of_tools_need_neither_store_nor_model() {
    let bench = Bench::default();
    bench.store.set_fault(Some(Fault::Open));
    bench.embedder.set_broken(true);
    let mut client = Client::of(&bench.engine, Capability::Admin);
    let initialize = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    client.result("initialize", initialize).await;
    client.result("tools/list", json!({})).await;
    assert_eq!(bench.embedder.calls(), 0);
    // And when the store works again, so does the next call.
    bench.store.set_fault(None);
    assert_eq!(client.call("memory_list", json!({})).await["isError"], false);
}

#[tokio::test]
async fn store_and_model_are_opened_in_the_background_once_something_was_answered() {
    let (engine, held) = held::engine();
    let mut client = Client::of(&engine, Capability::Admin);
    client.send(json!({"jsonrpc": "2.0", "method": "notifications/initialized"})).await;
    assert!(!held.is_warmed());
    client.result("tools/list", json!({})).await;
    held.warmed().await;
}

#[tokio::test]
async fn what_the_settings_say_is_meant_by_calls_that_leave_it_out() {
    let defaults = Defaults { agent_id: Some("planner".to_owned()), ..Defaults::default() };
    let mut client = Client::with(&Bench::default().engine, Capability::Admin, defaults);
    client.call("memory_store", json!({"content": "a"})).await;
    let listed = client.call("memory_list", json!({})).await;
    assert_eq!(listed["structuredContent"]["memories"][0]["agent_id"], "planner");
}

#[tokio::test]
async fn what_is_stored_is_stamped_with_the_client_that_stored_it() {
    let stored = json!({"content": "a", "conversation_id": "c1", "agent_id": "planner"});
    let expected = json!({"kind": "agent", "client": "test", "conversation": "c1", "agent": "planner"});
    let client_info = json!({"name": "test", "version": "1"});
    let handshake = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client_info});
    let mut client = Client::start();
    client.result("initialize", handshake).await;
    client.call("memory_store", stored.clone()).await;
    let mut stateless = Client::start();
    let call = json!({"_meta": meta("2026-07-28"), "name": "memory_store", "arguments": stored});
    stateless.result("tools/call", call).await;
    for mut client in [client, stateless] {
        let listed = client.call("memory_list", json!({})).await;
        assert_eq!(listed["structuredContent"]["memories"][0]["origin"], expected);
    }
}

#[tokio::test]
async fn more_calls_than_may_run_at_once_are_all_answered() {
    let mut client = Client::start();
    let calls = MAX_CONCURRENT_CALLS * 20;
    for id in 0..calls {
        let call = json!({"name": "memory_store", "arguments": {"content": format!("fact number {id}")}});
        client.send(json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": call})).await;
    }
    let mut answered = std::collections::HashSet::new();
    for _ in 0..calls {
        let answer = client.next().await.unwrap();
        assert_eq!(answer["result"]["structuredContent"]["outcome"], "created", "{answer}");
        answered.insert(answer["id"].as_u64().unwrap());
    }
    assert_eq!(answered.len(), calls);
    let listed = client.call("memory_list", json!({"page_size": 1})).await;
    assert_eq!(listed["structuredContent"]["total"], calls);
}

#[tokio::test]
async fn calls_run_side_by_side_up_to_the_limit() {
    let (engine, held) = held::engine();
    let mut client = Client::of(&engine, Capability::Admin);
    for id in (0..MAX_CONCURRENT_CALLS + 3).map(|number| format!("call {number}")) {
        let call = json!({"name": "memory_store", "arguments": {"content": format!("held {id}")}});
        client.send(json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": call})).await;
    }
    held.entered(MAX_CONCURRENT_CALLS).await;
    // A request that is no call overtakes them all, and no other call has begun.
    let listed = client.request("tools/list", json!({})).await;
    assert!(listed["result"]["tools"].is_array());
    assert_eq!(held.waiting(), MAX_CONCURRENT_CALLS);
    held.release();
    for _ in 0..MAX_CONCURRENT_CALLS + 3 {
        assert_eq!(client.next().await.unwrap()["result"]["isError"], false);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_written_at_once_mean_what_they_say_in_their_order() {
    let mut client = Client::start();
    let rounds = 30;
    let mut script = String::new();
    for round in 0..rounds {
        for (step, tool, arguments) in [
            ("store", "memory_store", json!({"content": format!("fact number {round}"), "tags": ["x"]})),
            ("search", "memory_search", json!({"tags": ["x"]})),
            ("delete", "memory_delete", json!({"tags": ["x"]})),
            ("list", "memory_list", json!({"tags": ["x"]})),
        ] {
            let (id, call) = (format!("{step} {round}"), json!({"name": tool, "arguments": arguments}));
            let request = json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": call});
            script.push_str(&format!("{request}\n"));
        }
    }
    client.send_bytes(script.as_bytes()).await;
    for _ in 0..rounds * 4 {
        let answer = client.next().await.unwrap();
        let structured = &answer["result"]["structuredContent"];
        match answer["id"].as_str().unwrap().split_once(' ').unwrap().0 {
            "store" => assert_eq!(structured["outcome"], "created", "{answer}"),
            "search" => assert_eq!(structured["total"], 1, "{answer}"),
            "delete" => assert_eq!(structured["deleted_count"], 1, "{answer}"),
            _ => assert_eq!(structured["total"], 0, "{answer}"),
        }
    }
}

#[tokio::test]
async fn a_tool_that_does_not_exist_is_an_error_of_the_protocol_that_names_those_that_do() {
    let mut client = Client::start();
    let answer = client.request("tools/call", json!({"name": "no_such_tool", "arguments": {}})).await;
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
    assert!(answer["error"]["message"].as_str().unwrap().contains("memory_store"), "{answer}");
}
